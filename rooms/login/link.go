package login

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

// Errors of join links.
var (
	// ErrLink says that a token was not made by this hub, or was changed or cut.
	ErrLink = errors.New("the link is not complete, or is none of this hub's: open it as it was sent, or ask the clerk for a new one")
	// ErrLinkOver says that a token's time is over.
	ErrLinkOver = errors.New("the link is over: ask the clerk for a new one")
	// ErrLinkKey says that there is no key to sign with.
	ErrLinkKey = fmt.Errorf("join links need a secret of %d bytes or more", sha256.Size)
	errLinkID  = errors.New("a link's id is one that NewID makes")
)

// LinkKey signs join links: HMAC-SHA-256 (OWASP ASVS 5.0, 9.1.1, 9.1.2: there is
// no other way to sign, and the token does not say which). Whoever has the
// secret can make links, but only to records that the store has. It should not
// lie in the same database, so that a copy of that does not open the codes.
type LinkKey struct{ token, code []byte }

// NewLinkKey makes the key of a secret of 32 random bytes or more, such as
// [NewSecret] makes. What it signs for one purpose is worth nothing for another
// (9.2.2).
func NewLinkKey(secret string) (LinkKey, error) {
	if len(secret) < sha256.Size {
		return LinkKey{}, ErrLinkKey
	}
	token, errToken := hkdf.Key(sha256.New, []byte(secret), nil, "avhub join link 1", sha256.Size)
	code, errCode := hkdf.Key(sha256.New, []byte(secret), nil, "avhub join code 1", sha256.Size)
	return LinkKey{token, code}, errors.Join(errToken, errCode)
}

// A token is 37 bytes in 50 characters of base64url: a short message has room
// for it and for the court's address.
//
//	0   version, 1
//	1   id of the link's record
//	17  expiry, seconds since 1970, big-endian
//	21  HMAC-SHA-256 of all before, cut to 128 bits (RFC 2104 section 5)
const (
	linkVersion = 1
	linkSigned  = 1 + idBytes + 4
	linkBytes   = linkSigned + 16
)

// Sign makes the token of a link's record, good until a time, to the second.
// What may change, when it opens, whether it was revoked, stays with the record:
// a hearing that is put off must not need new links, so let the token last.
func (k LinkKey) Sign(id string, until time.Time) (string, error) {
	raw, ok := idOf(id)
	if !ok {
		return "", errLinkID
	}
	if k.token == nil {
		return "", ErrLinkKey
	}
	seconds := until.Unix()
	if seconds < 0 || seconds > math.MaxUint32 {
		return "", fmt.Errorf("a link cannot last until %s: it ends by 2106", until.Format(time.RFC3339))
	}
	b := append([]byte{linkVersion}, raw...)
	b = binary.BigEndian.AppendUint32(b, uint32(seconds))
	return base64.RawURLEncoding.EncodeToString(k.sum(b)), nil
}

// sum appends the MAC.
func (k LinkKey) sum(signed []byte) []byte {
	mac := hmac.New(sha256.New, k.token)
	mac.Write(signed)
	return append(signed[:linkSigned:linkSigned], mac.Sum(nil)[:linkBytes-linkSigned]...)
}

// Read finds out which record a token leads to. Errors: ErrLink; ErrLinkOver,
// with the id, so that the page can say which hearing it was.
func (k LinkKey) Read(token string, now time.Time) (id string, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != linkBytes || strings.ContainsAny(token, "\r\n") || b[0] != linkVersion || k.token == nil {
		return "", ErrLink
	}
	if !hmac.Equal(k.sum(b[:linkSigned]), b) {
		return "", ErrLink
	}
	id = strings.ToLower(base32NoPad.EncodeToString(b[1 : 1+idBytes]))
	if !now.Before(time.Unix(int64(binary.BigEndian.Uint32(b[1+idBytes:])), 0)) {
		return id, ErrLinkOver
	}
	return id, nil
}

// NewLinkCode is six digits that are told to the person by another way than the
// link (OWASP ASVS 5.0, 6.5.4).
func NewLinkCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // does not fail: it ends the program instead
	return fmt.Sprintf("%06d", n.Int64())
}

// HashCode is what is kept of a code. Of a million codes any hash, slow or not,
// can be turned back by who has the database; an HMAC cannot by who has not the
// key too. Guessing is held by [NewCodeThrottle], with the link's id as account.
func (k LinkKey) HashCode(id, code string) string {
	if k.code == nil { // an empty hash would let in without a code
		panic("login: a link key that NewLinkKey has not made")
	}
	mac := hmac.New(sha256.New, k.code)
	mac.Write([]byte(id + "\x00" + plainCode(code)))
	return hex.EncodeToString(mac.Sum(nil))
}
