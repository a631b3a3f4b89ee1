package turn

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	pion "github.com/pion/turn/v5"
)

// Bounds of a user name.
const (
	maxSession = 64 // characters of a session's id
	maxExpiry  = 10 // digits: until the year 2286
)

var errUserName = errors.New("turn: a user name is the time of its end, a colon and the session's id")

// userName is what a client shows: until when, and whose it is. The scheme is
// that of "A REST API for Access to TURN Services" (draft-uberti-behave-turn-rest).
type userName struct {
	expires int64 // unix seconds
	session string
}

func (u userName) String() string { return strconv.FormatInt(u.expires, 10) + ":" + u.session }

// parseUserName reads a client's user name. Only one spelling is taken for each,
// so that two names are never the same session's by different passwords.
func parseUserName(text string) (userName, error) {
	digits, session, ok := strings.Cut(text, ":")
	if !ok || len(digits) == 0 || len(digits) > maxExpiry || digits[0] == '0' || !isSession(session) {
		return userName{}, errUserName
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return userName{}, errUserName
		}
	}
	expires, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return userName{}, errUserName
	}
	return userName{expires, session}, nil
}

// isSession says that an id can stand in a user name.
func isSession(id string) bool {
	if id == "" || len(id) > maxSession {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// password is computed from the secret and the user name.
func password(secret []byte, user string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(user))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Credentials are a user name and a password for a session, good for ttl at most
// and no longer than until [Server.Revoke]. The session's id is up to 64 letters,
// digits, - and _.
func (s *Server) Credentials(session string, ttl time.Duration) (user, pass string, err error) {
	if !isSession(session) {
		return "", "", fmt.Errorf("turn: %q is no session's id: use up to %d letters, digits, - and _", session, maxSession)
	}
	expires := s.now().Add(min(ttl, s.limits.Lifetime)).Unix()
	if err := s.know(session, expires); err != nil {
		return "", "", err
	}
	user = userName{expires, session}.String()
	return user, password(s.secret, user), nil
}

// authenticate is asked by pion for the key of whoever has signed a request.
func (s *Server) authenticate(r *pion.RequestAttributes) (session string, key []byte, ok bool) {
	u, err := parseUserName(r.Username)
	if err != nil || r.Realm != s.realm || u.expires <= s.now().Unix() || !s.knows(u) {
		s.refused.credentials.Add(1)
		return "", nil, false
	}
	return u.session, pion.GenerateAuthKey(r.Username, r.Realm, password(s.secret, r.Username)), true
}
