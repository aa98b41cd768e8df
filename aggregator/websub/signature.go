package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

// signature is the value of an X-Hub-Signature header.
type signature struct {
	hash func() hash.Hash
	sum  []byte
}

// parseSignature reads method=signature (section 7.1), where the method is one
// of those of section 7.1.1.
func parseSignature(header string) (signature, bool) {
	method, digits, found := strings.Cut(strings.TrimSpace(header), "=")
	if !found {
		return signature{}, false
	}
	var s signature
	switch strings.ToLower(method) {
	case "sha1":
		s.hash = sha1.New
	case "sha256":
		s.hash = sha256.New
	case "sha384":
		s.hash = sha512.New384
	case "sha512":
		s.hash = sha512.New
	default:
		return signature{}, false
	}
	var err error
	if s.sum, err = hex.DecodeString(digits); err != nil || len(s.sum) != s.hash().Size() {
		return signature{}, false
	}
	return s, true
}

// signs reports whether s is that of body under the secret, in a time that does
// not depend on how nearly it is.
func (s signature) signs(body []byte, secret string) bool {
	mac := hmac.New(s.hash, []byte(secret))
	_, _ = mac.Write(body)
	return hmac.Equal(mac.Sum(nil), s.sum)
}

// signatureOf returns the X-Hub-Signature of what we push (section 7.1). SHA-1 would
// do for subscribers older than the Recommendation, and proves little today.
func signatureOf(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
