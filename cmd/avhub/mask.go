package main

import (
	"log/slog"
	"regexp"
)

// userinfo is the password in an address, wherever it stands in a text.
var userinfo = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^:@/\s"]*):([^\s"]*)@`)

// maskSecrets is the log's last line of defence: an address with a password
// that got into a message or an error leaves it without.
func maskSecrets(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(mask(v))
	case error:
		a.Value = slog.StringValue(mask(v.Error()))
	}
	return a
}

func mask(text string) string { return userinfo.ReplaceAllString(text, "${1}:***@") }
