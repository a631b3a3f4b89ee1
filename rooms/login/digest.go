package login

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// RTSPDigestHA1 is what the hub keeps of a token so that players can prove that
// they know it without sending it: MD5(name:realm:token) in hexadecimal (RFC
// 2617 section 3.2.2.2). MD5 is what RTSP players can do, and no password is
// ever put in it. It is broken for finding two texts of one sum; here somebody
// would have to find one text to a sum, and the text has 256 random bits, so
// that a list of guesses, of which MD5 does billions a second, does not help.
// Whoever reads the store can use an HA1 as its player would, over RTSP only:
// tokens end, and can be ended.
func RTSPDigestHA1(name, realm, token string) string { return md5Hex(name + ":" + realm + ":" + token) }

// VerifyDigest tells whether a response was made by somebody who knows the
// token: MD5(ha1:nonce:MD5(method:uri)), without qop, as RTSP has it (RFC 2617
// section 3.2.2.1 for RFC 2069; RFC 2326 section 14). uri is the one in the
// header, which must be the request's; the nonce must be one that the hub gave
// to this connection.
func VerifyDigest(ha1, method, uri, nonce, response string) bool {
	if len(ha1) != hex.EncodedLen(md5.Size) {
		return false
	}
	return Same(md5Hex(ha1+":"+nonce+":"+md5Hex(method+":"+uri)), strings.ToLower(response))
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Digest is what a player shows in its Authorization header.
type Digest struct {
	Username, Realm, Nonce, URI, Response string
}

// ErrDigest says that an Authorization header is none of RTSP's digest.
var ErrDigest = errors.New("no digest that the hub understands: use Digest with MD5 and without qop")

const maxDigest = 2048 // bytes of a header

// ParseDigest reads an Authorization header (RFC 2617 section 3.2.2).
func ParseDigest(header string) (Digest, error) {
	if len(header) > maxDigest {
		return Digest{}, fmt.Errorf("%w (it has more than %d bytes)", ErrDigest, maxDigest)
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "digest") {
		return Digest{}, ErrDigest
	}
	found := map[string]string{}
	for rest = strings.Trim(rest, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
		name, after, ok := strings.Cut(rest, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := found[name]; !ok || twice {
			return Digest{}, fmt.Errorf("%w (a parameter is there twice or has no value)", ErrDigest)
		}
		if found[name], rest, ok = digestValue(strings.TrimLeft(after, " \t")); !ok {
			return Digest{}, fmt.Errorf("%w (a quote is not closed)", ErrDigest)
		}
	}
	if a, given := found["algorithm"]; given && !strings.EqualFold(a, "md5") {
		return Digest{}, ErrDigest
	}
	if _, given := found["qop"]; given {
		return Digest{}, ErrDigest
	}
	for _, needed := range []string{"username", "realm", "nonce", "uri", "response"} {
		if found[needed] == "" {
			return Digest{}, fmt.Errorf("%w (there is no %s)", ErrDigest, needed)
		}
	}
	return Digest{found["username"], found["realm"], found["nonce"], found["uri"], found["response"]}, nil
}

// digestValue takes a value, quoted or not, from the beginning of a text.
func digestValue(s string) (value, rest string, ok bool) {
	quoted, is := strings.CutPrefix(s, `"`)
	if !is {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			return s, "", true
		}
		return s[:end], s[end:], true
	}
	var b strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch c := quoted[i]; {
		case c == '"':
			return b.String(), quoted[i+1:], true
		case c == '\\' && i+1 < len(quoted):
			i++
			b.WriteByte(quoted[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
