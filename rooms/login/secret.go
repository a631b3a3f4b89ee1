package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
)

const (
	// tokenPrefix marks an API token, for people and for programs that search
	// texts for secrets.
	tokenPrefix = "avt_"
	// secretBytes of randomness are in every secret (OWASP ASVS 5.0, 7.2.3 asks
	// for 16 at least).
	secretBytes = 32
	secretChars = (secretBytes*8 + 5) / 6
	checkChars  = 6
	idBytes     = 16
)

// NewSecret is a secret of 43 characters, for cookies of sessions and devices
// and for set-up links.
func NewSecret() string { return base64.RawURLEncoding.EncodeToString(random(secretBytes)) }

// NewID names something that is listed: 26 small letters and digits, never given
// twice, and no secret.
func NewID() string { return strings.ToLower(base32NoPad.EncodeToString(random(idBytes))) }

// idOf is the bytes of what NewID makes.
func idOf(id string) (b []byte, ok bool) {
	b, err := base32NoPad.DecodeString(strings.ToUpper(id))
	if err != nil || len(b) != idBytes {
		return nil, false
	}
	return b, strings.ToLower(base32NoPad.EncodeToString(b)) == id
}

// NewToken is an API token: prefix, secret, and a checksum that tells a typing
// error from a token that has ended.
func NewToken() string {
	secret := NewSecret()
	return tokenPrefix + secret + checksum(secret)
}

// IsToken tells whether a text can be a token at all.
func IsToken(s string) bool {
	body, ok := strings.CutPrefix(s, tokenPrefix)
	return ok && len(body) == secretChars+checkChars && checksum(body[:secretChars]) == body[secretChars:]
}

// checksum is six characters.
func checksum(s string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s)))
	return base64.RawURLEncoding.EncodeToString(sum)
}

// Hash is what is kept of a secret: its SHA-256 in hexadecimal. It is fast: a
// secret of 256 random bits cannot be guessed, however fast the guessing.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Same compares two hashes in constant time; empty ones are never the same.
func Same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
