package configs_test

import (
	"strings"
	"testing"

	"avhub/configs"
)

// Whatever the bytes: no panic; what is accepted passes its own check; and no
// secret comes out with an error.
func FuzzParse(f *testing.F) {
	f.Add(string(configs.Sample))
	f.Add("sources: [{id: a, url: \"rtsp://u:${X}@h/p\"}]")
	f.Add("a: &a [*a]\n")
	f.Add("http: {tls: {cert: 1}}\nsources: {}\n")
	f.Add("? {a: b}\n: c\n")
	f.Add("http: &h {listen: ':1'}\nrtsp: *h\nlog: {<<: [*h]}\n")
	f.Add("sources:\n- !!str a\n- |\n  b\n- 'c\n")
	f.Add("---\n...\n--- {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := configs.Parse([]byte(text), []string{"X=geheim-4711"})
		if err == nil {
			if err := c.Check(); err != nil {
				t.Errorf("accepted, but: %v", err)
			}
			return
		}
		if strings.Contains(err.Error(), "geheim-4711") {
			t.Errorf("the error quotes a secret: %v", err)
		}
	})
}

// Whatever a name or an address holds comes back from the store as it was put.
func FuzzStore(f *testing.F) {
	for _, name := range []string{"", "第一法庭", "null", "~", "- a", "a: b", "#", "'", "\"\\", "1_000", "0x1f", "true", " a ", "&a", "*a", "<<", "%", "@", "!!int 1", "2026-11-23"} {
		f.Add(name, "p#w:d")
	}
	f.Fuzz(func(t *testing.T, name, password string) {
		src := configs.DefaultSource()
		src.ID, src.Name, src.URL = "null", name, configs.URL("rtsp://u:"+password+"@10.0.0.5/a")
		if src.Check() != nil {
			return
		}
		store := configs.NewSourceStore(t.TempDir())
		if err := store.Put(src); err != nil {
			t.Fatal(err)
		}
		got, err := store.Load()
		if err != nil {
			t.Fatal(err)
		}
		if src.Name == "" {
			src.Name = src.ID
		}
		if len(got) != 1 || got[0] != src {
			t.Errorf("put %q %q, got %q %q", src.Name, src.URL.Reveal(), got[0].Name, got[0].URL.Reveal())
		}
	})
}
