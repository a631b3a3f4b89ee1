package signaling

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Whose request it is decides about lock-outs and stands in the audit: only
// proxies that are known are believed about it.
func TestWhoseRequestAProxyBrings(t *testing.T) {
	t.Parallel()
	behind := &Server{o: Options{BehindProxy: true, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.4/32"), netip.MustParsePrefix("10.1.0.0/16")}}}
	alone := &Server{o: Options{Proxies: behind.o.Proxies}}
	for name, c := range map[string]struct {
		s         *Server
		from      string
		forwarded []string
		want      string
	}{
		"no proxy":                          {alone, "127.0.0.1:1", []string{"1.2.3.4"}, "127.0.0.1"},
		"the machine's proxy":               {behind, "127.0.0.1:1", []string{"192.0.2.7"}, "192.0.2.7"},
		"over IPv6":                         {behind, "[::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		"a client's own word":               {behind, "127.0.0.1:1", []string{"6.6.6.6, 192.0.2.7"}, "192.0.2.7"},
		"in two headers":                    {behind, "127.0.0.1:1", []string{"6.6.6.6", "192.0.2.7"}, "192.0.2.7"},
		"a listed proxy":                    {behind, "10.0.0.4:1", []string{"192.0.2.7"}, "192.0.2.7"},
		"two proxies":                       {behind, "10.0.0.4:1", []string{"6.6.6.6, 192.0.2.7, 10.1.2.3"}, "192.0.2.7"},
		"somebody else":                     {behind, "192.0.2.9:1", []string{"6.6.6.6"}, "192.0.2.9"},
		"a browser beside the proxy, lying": {behind, "127.0.0.1:1", []string{"6.6.6.6, 127.0.0.1"}, "127.0.0.1"},
		"nonsense":                          {behind, "127.0.0.1:1", []string{"unknown"}, "127.0.0.1"},
		"nothing":                           {behind, "127.0.0.1:1", nil, "127.0.0.1"},
		"mapped":                            {behind, "127.0.0.1:1", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := c.s.address(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
