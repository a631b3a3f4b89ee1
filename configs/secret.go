package configs

import "log/slog"

// hidden stands wherever a secret would.
const hidden = "***"

// Secret is a password or key. Whatever prints, logs or encodes it gets ***;
// only Reveal gives the value.
type Secret string

// Reveal is the value.
func (s Secret) Reveal() string { return string(s) }

// Empty says that none is set.
func (s Secret) Empty() bool { return s == "" }

// String is *** unless empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is what %#v prints.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText is what JSON and YAML get.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value as it is written.
func (s *Secret) UnmarshalText(text []byte) error { *s = Secret(text); return nil }

// LogValue is what slog gets.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
