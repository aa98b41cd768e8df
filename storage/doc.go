// Package storage keeps what Wiredesk saw in one bbolt file.
package storage
