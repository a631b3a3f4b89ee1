package configs

import "fmt"

// TLSMode says where the certificate comes from.
type TLSMode string

// TLS modes.
const (
	TLSOff        TLSMode = "off"
	TLSSelfSigned TLSMode = "self-signed"
	TLSFiles      TLSMode = "files"
)

// TLS is written off, self-signed, or {cert: …, key: …}.
type TLS struct {
	Mode TLSMode
	Cert string // file
	Key  string // file
}

// UnmarshalYAML reads the three forms.
func (t *TLS) UnmarshalYAML(decode func(any) error) error {
	var word any
	if err := decode(&word); err != nil {
		return err
	}
	switch v := word.(type) {
	case string:
		t.Mode = TLSMode(v)
	case bool: // YAML 1.1 takes off for false
		t.Mode = TLSOff
		if v {
			return fmt.Errorf("write off, self-signed, or {cert: …, key: …}")
		}
	default:
		var files struct {
			Cert string `yaml:"cert"`
			Key  string `yaml:"key"`
		}
		if err := decode(&files); err != nil {
			return err
		}
		*t = TLS{TLSFiles, files.Cert, files.Key}
	}
	return nil
}

// MarshalYAML writes the form it was read from.
func (t TLS) MarshalYAML() (any, error) {
	if t.Mode == TLSFiles {
		return map[string]string{"cert": t.Cert, "key": t.Key}, nil
	}
	return string(t.Mode), nil
}

func (t TLS) check() error {
	switch {
	case t.Mode == TLSOff, t.Mode == TLSSelfSigned, t.Mode == TLSFiles && t.Cert != "" && t.Key != "":
		return nil
	case t.Mode == TLSFiles:
		return fmt.Errorf("needs both cert and key, paths of PEM files")
	}
	return fmt.Errorf("is %q: write off, self-signed, or {cert: …, key: …}", t.Mode)
}
