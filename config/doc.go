// Package config reads Wiredesk's configuration: one YAML file, the files it
// includes, and the secrets it points at.
//
// [Load] turns them into a [Config] whose every value is set, in range and in
// agreement with the others, or into [Problems], which name everything that is
// wrong at once, each with its file, line, column and key and what would be
// right. There is nothing between: a program that has a Config need not check
// it again. [Default] is the one place where defaults stand.
//
// Reading goes in three steps. The text becomes a tree of YAML nodes within
// bounds on bytes, depth and what aliases may grow to (yaml.go). Tables of
// keys, one a section (root.go, source.go, feed.go), walk the tree and fill the
// Config, and whatever the tables do not know is a problem (value.go). Rules
// that tie keys together come last, when every key has been read.
//
// Secrets never stand in the YAML text: they come from files or from named
// environment variables (secret.go). No problem ever quotes a value that is,
// or may have been meant as, a secret, nor any URL.
//
// Expressions belong to the package that evaluates them, so their check is
// passed in with [Options]. A running daemon compares two Configs with
// [Config.NeedsRestart] to learn what a reload cannot change.
package config
