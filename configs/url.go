package configs

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// URL is an address that may hold a password. Whatever prints, logs or encodes
// it gets [URL.Redacted]; only Reveal gives the value.
type URL string

// secretParams are passwords that some cameras want in the path or the query.
var secretParams = regexp.MustCompile(`(?i)\b(?:password|passwd|pwd|token|secret)=([^&?;\s/]+)`)

// Reveal is the address with its password.
func (u URL) Reveal() string { return string(u) }

// Empty says that none is set.
func (u URL) Empty() bool { return u == "" }

// Redacted is the address with *** for each password.
func (u URL) Redacted() string { return u.replace(func(int, string) string { return hidden }) }

// String is Redacted.
func (u URL) String() string { return u.Redacted() }

// GoString is what %#v prints.
func (u URL) GoString() string { return fmt.Sprintf("%q", u.Redacted()) }

// MarshalText is what JSON and YAML get.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.Redacted()), nil }

// UnmarshalText takes the address as it is written.
func (u *URL) UnmarshalText(text []byte) error {
	*u = URL(strings.TrimSpace(string(text)))
	return nil
}

// LogValue is what slog gets.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.Redacted()) }

// WithPasswordOf puts old's passwords where u has ***, so that a form can be
// sent back as it was shown. It does so only for the same user on the same
// host: a stored password must not be lured to another one.
func (u URL) WithPasswordOf(old URL) URL {
	var stored []string
	old.replace(func(_ int, secret string) string { stored = append(stored, secret); return secret })
	if account(u) != account(old) {
		return u
	}
	return URL(u.replace(func(i int, secret string) string {
		if secret == hidden && i < len(stored) {
			return stored[i]
		}
		return secret
	}))
}

// Check says what is wrong with the address of a camera. Empty is right. The
// error does not quote the address.
func (u URL) Check() error { return u.check("rtsp", "rtsps") }

func (u URL) check(schemes ...string) error {
	if u == "" {
		return nil
	}
	if !utf8.ValidString(string(u)) || strings.ContainsFunc(string(u), func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errors.New("it holds a space or a control character: write a space as %20")
	}
	like := "write " + schemes[0] + "://user:password@host/path"
	scheme, rest, ok := strings.Cut(string(u), "://")
	if !ok || strings.ContainsAny(scheme, "/@") {
		return errors.New("it is no address: " + like)
	}
	if !slices.Contains(schemes, strings.ToLower(scheme)) {
		return fmt.Errorf("it begins with %s://, allowed are %s://", clip(scheme), strings.Join(schemes, ":// and "))
	}
	// The password is left out: cameras' passwords are often pasted as they are.
	_, host := cutUser(rest)
	parsed, err := url.Parse("rtsp://" + host)
	switch {
	case err == nil && parsed.Hostname() != "":
		return checkPort(parsed.Port())
	case err == nil && strings.HasPrefix(scheme, "postgres") && strings.HasPrefix(parsed.Query().Get("host"), "/"):
		return nil // a socket of this machine
	case strings.Contains(rest, "@") && strings.Contains(rest[:strings.LastIndex(rest, "@")], "/"):
		return errors.New("it cannot be read: write a / in the password as %2F")
	default:
		return errors.New("it has no host, or one that cannot be read: " + like)
	}
}

// replace gives each password in the address, in order, to change.
func (u URL) replace(change func(i int, secret string) string) string {
	scheme, rest, ok := strings.Cut(string(u), "://")
	if !ok {
		return Mask(string(u))
	}
	n, user := 0, ""
	account, host := cutUser(rest)
	if len(account)+len(host) < len(rest) { // there is an @
		name, password, has := strings.Cut(account, ":")
		if user = name; has {
			user += ":" + change(n, password)
			n++
		}
		user += "@"
	} else if inText.MatchString(string(u)) {
		// An @ after the first slash: a password with a slash in it, or a path
		// with an @. It is hidden rather more than less.
		return Mask(string(u))
	}
	var b strings.Builder
	last := 0
	for _, at := range secretParams.FindAllStringSubmatchIndex(host, -1) {
		b.WriteString(host[last:at[2]])
		b.WriteString(change(n, host[at[2]:at[3]]))
		n, last = n+1, at[3]
	}
	return scheme + "://" + user + b.String() + host[last:]
}

// cutUser splits user:password from host/path, at the last @ before the path.
func cutUser(rest string) (user, host string) {
	authority := rest
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority = rest[:i]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return "", rest
	}
	return rest[:at], rest[at+1:]
}

// account is whose password it is: scheme, user and host with port.
func account(u URL) string {
	scheme, rest, _ := strings.Cut(string(u), "://")
	user, host := cutUser(rest)
	name, _, _ := strings.Cut(user, ":")
	host, _, _ = strings.Cut(host, "/")
	return strings.ToLower(scheme) + "://" + name + "@" + strings.ToLower(host)
}

// inText finds user:password@ in any text, up to the last @ of the word.
var inText = regexp.MustCompile(`(://[^\s/@:"']*):[^\s"'<>]*@`)

// Mask replaces the password of every address in a text with ***. It hides
// rather more than less: log lines and foreign programs' errors go through it.
func Mask(text string) string {
	if !strings.Contains(text, "://") && !strings.Contains(text, "=") {
		return text
	}
	text = inText.ReplaceAllString(text, "${1}:"+hidden+"@")
	return secretParams.ReplaceAllStringFunc(text, func(m string) string {
		return m[:strings.IndexByte(m, '=')+1] + hidden
	})
}

// clip shortens what an error quotes.
func clip(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "…"
	}
	return s
}
