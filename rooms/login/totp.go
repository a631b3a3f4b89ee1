package login

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The second factor is TOTP (RFC 6238) as every authenticator app knows it:
// HMAC-SHA-1, six digits, steps of 30 s. That SHA-1's collisions can be found
// does not matter to HMAC.
const (
	totpStep   = 30 // seconds
	totpSecret = 20 // bytes (RFC 4226 section 4, R6)
	totpDigits = 6
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTPSecret is a secret as apps take it by hand: 32 letters and digits.
func NewTOTPSecret() string { return base32NoPad.EncodeToString(random(totpSecret)) }

// IsTOTPSecret tells whether a text is such a secret.
func IsTOTPSecret(s string) bool {
	_, ok := totpKey(s)
	return ok
}

func totpKey(secret string) (key []byte, ok bool) {
	key, err := base32NoPad.DecodeString(secret)
	return key, err == nil && len(key) == totpSecret && !strings.ContainsAny(secret, "\r\n")
}

// TOTPURI is what the QR code holds, in the key URI format that Google
// Authenticator began.
func TOTPURI(secret, issuer, name string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + name}
	// A space must be %20 here: some apps show a plus as a plus.
	issuer = strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20")
	u.RawQuery = fmt.Sprintf("secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d", url.QueryEscape(secret), issuer, totpDigits, totpStep)
	return u.String()
}

// VerifyTOTP tells whether a code fits now, or one step before or after, as
// clocks go, and which step it is. The same or an earlier step must not be taken
// again (RFC 6238 section 5.2; OWASP ASVS 5.0, 6.5.1). Spaces in the code and
// full-width digits, as a Chinese keyboard may write them, do not matter.
func VerifyTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	key, valid := totpKey(secret)
	code = plainCode(code)
	if !valid || len(code) != totpDigits {
		return 0, false
	}
	at := now.Unix() / totpStep
	for s := at - 1; s <= at+1; s++ {
		if s >= 0 && subtle.ConstantTimeCompare([]byte(hotp(key, uint64(s))), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// hotp is the code of a counter (RFC 4226 section 5.3).
func hotp(key []byte, counter uint64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash takes everything
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// plainCode is a code of digits without what people put between them.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, code)
}

// Recovery codes: how many are given at once, and of how many random bytes each
// is. With less than 112 bits they would need a slow hash (OWASP ASVS 5.0,
// 6.5.2).
const (
	recoveryCodes = 10
	recoveryBytes = 15
)

// crockford has no letters that look like digits.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewRecoveryCodes are for who has lost the phone: each lets in once. A code is
// six groups of four letters and digits. Only the hashes are kept.
func NewRecoveryCodes() (codes, hashes []string) {
	for range recoveryCodes {
		var b [recoveryBytes]byte
		_, _ = rand.Read(b[:]) // does not fail: it ends the program instead
		text := crockford.EncodeToString(b[:])
		groups := make([]string, 0, 6)
		for i := 0; i < len(text); i += 4 {
			groups = append(groups, text[i:i+4])
		}
		code := strings.Join(groups, "-")
		codes = append(codes, code)
		hashes = append(hashes, HashRecoveryCode(code))
	}
	return codes, hashes
}

// HashRecoveryCode is what is kept of a code, however it was typed: in large or
// small letters, with or without hyphens, with O for 0 and I or L for 1.
func HashRecoveryCode(code string) string {
	return Hash(strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '\u3000':
			return -1
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		}
		return r
	}, strings.ToLower(code)))
}
