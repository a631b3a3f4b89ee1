package configs

import (
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

// masked stands where a secret would.
const masked = "***"

// Secret is a value that is never printed; only Reveal gives it.
type Secret string

// Reveal is the value.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString masks %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue masks slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks JSON and other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// URL is a camera's address, whose password is never printed; only Reveal
// gives it whole.
type URL string

// Reveal is the address with its password.
func (u URL) Reveal() string { return string(u) }

// Empty tells a source that is pushed to the hub.
func (u URL) Empty() bool { return u == "" }

// credentials are user:password@ of an address. The password may hold anything
// but a space: cameras' passwords do, unescaped.
var credentials = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*://[^:@/\s]*):(.*)@([^@]*)$`)

// Redacted is the address with *** for its password.
func (u URL) Redacted() string {
	return credentials.ReplaceAllString(string(u), "${1}:"+masked+"@${3}")
}

func (u URL) String() string { return u.Redacted() }

// GoString masks %#v.
func (u URL) GoString() string { return u.Redacted() }

// LogValue masks slog.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.Redacted()) }

// MarshalText masks JSON and other encodings.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.Redacted()), nil }

// WithPasswordOf puts the password of old in the place of ***, as long as user
// and host are the same: another host must not be sent it.
func (u URL) WithPasswordOf(old URL) URL {
	mine, theirs := credentials.FindStringSubmatch(string(u)), credentials.FindStringSubmatch(string(old))
	if mine == nil || theirs == nil || mine[2] != masked || mine[1] != theirs[1] || host(mine[3]) != host(theirs[3]) {
		return u
	}
	return URL(mine[1] + ":" + theirs[2] + "@" + mine[3])
}

func host(rest string) string {
	h, _, _ := strings.Cut(rest, "/")
	return h
}

// Check says what is wrong with an address. The empty one is good.
func (u URL) Check() error {
	if u == "" {
		return nil
	}
	scheme, rest, ok := strings.Cut(string(u), "://")
	switch {
	case !ok || (scheme != "rtsp" && scheme != "rtsps"):
		return fmt.Errorf("must begin with rtsp:// or rtsps://")
	case strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("has a space or control character: write %%20 for a space")
	}
	if m := credentials.FindStringSubmatch(string(u)); m != nil {
		rest = m[3]
	} else if _, after, found := strings.Cut(rest, "@"); found {
		rest = after
	}
	parsed, err := url.Parse("rtsp://" + rest)
	switch {
	case err != nil:
		return fmt.Errorf("is no address: %w", withoutURL(err))
	case parsed.Hostname() == "":
		return fmt.Errorf("has no host: write rtsp://user:password@address/path")
	}
	return nil
}

// withoutURL takes the address out of a url.Error.
func withoutURL(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}
