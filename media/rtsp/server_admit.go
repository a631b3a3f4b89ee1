package rtsp

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/headers"
)

// Visit is somebody who wants to play or to publish, with what they show.
type Visit struct {
	Address string
	Secure  bool   // within TLS
	Path    string // "court-1", "court-1_sub"
	Publish bool
	Token   string // from the URL, ?token=…; empty: none
	User    string // of the digest; empty: none was shown
	// Proves tells whether whoever made the digest knows the secret of which
	// ha1 is MD5(user:realm:secret) in hexadecimal (RFC 2617 section 3.2.2).
	Proves func(ha1 string) bool
}

// Pass is leave to play or to publish.
type Pass interface {
	// Good tells whether it still is: a connection may come back to it later.
	Good() bool
	// Begin says that it is made use of now. end is called if it may not go on;
	// done is to be called when it is over.
	Begin(end func()) (done func(), err error)
}

// ErrWho asks for a credential, or for a better one.
var ErrWho = errors.New("who are you")

// Realm is that of the digest.
const Realm = "avhub"

// maxWrong is how often a connection may show a wrong credential.
const maxWrong = 5

// visited is a path that a connection was let into.
type visited struct {
	path    string
	publish bool
}

// admit asks whether a connection may come in to a path: once with a credential,
// which it then need not show again as long as it is good. What is not nil is the
// answer to who may not.
func (s *Server) admit(c *gortsplib.ServerConn, r *base.Request, path, query string, publish bool) (Pass, *base.Response) {
	at := visited{strings.Trim(path, "/"), publish}
	s.mu.Lock()
	known := s.conns[c]
	var pass Pass
	nonce := ""
	if known != nil {
		pass, nonce = known.passes[at], known.nonce
	}
	s.mu.Unlock()
	if known == nil {
		return nil, &base.Response{StatusCode: base.StatusServiceUnavailable}
	}
	if pass != nil && pass.Good() {
		return pass, nil
	}
	v := visitOf(r, query, nonce)
	v.Address, v.Secure, v.Path, v.Publish = known.addr, secured(c), at.path, publish
	ctx, cancel := context.WithTimeout(context.Background(), wakeLimit)
	defer cancel()
	pass, err := s.o.Admit(ctx, v)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		known.passes[at] = pass
		return pass, nil
	case known.passes[at] != nil: // it was good once
		delete(known.passes, at)
	}
	switch {
	case !errors.Is(err, ErrWho):
		return nil, refusal(err)
	}
	if v.User != "" || v.Token != "" {
		known.wrong++
	}
	if known.wrong >= maxWrong {
		c.Close()
	}
	known.nonce = rand.Text() // a new one each time: a digest is good for one answer
	return nil, &base.Response{StatusCode: base.StatusUnauthorized, Header: base.Header{
		"WWW-Authenticate": base.HeaderValue{`Digest realm="` + Realm + `", nonce="` + known.nonce + `"`},
	}}
}

// visitOf reads what a request shows. A digest over another nonce than the
// connection's is none.
func visitOf(r *base.Request, query, nonce string) Visit {
	v := Visit{Proves: func(string) bool { return false }}
	if values, err := url.ParseQuery(strings.TrimSuffix(query, "/")); err == nil {
		v.Token = values.Get("token")
	}
	var a headers.Authorization
	if a.Unmarshal(r.Header["Authorization"]) != nil || a.Method != headers.AuthMethodDigest || nonce == "" || a.Nonce != nonce || a.Realm != Realm {
		return v
	}
	v.User = a.Username
	method := string(r.Method)
	v.Proves = func(ha1 string) bool {
		want := md5Hex(ha1 + ":" + nonce + ":" + md5Hex(method+":"+a.URI))
		return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(a.Response))) == 1
	}
	return v
}

// md5Hex is what RTSP's players can do. The secrets that it is used with are
// random and long (256 bits), so that knowing a digest does not lead to them.
func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
