package turn

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

func TestUserNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]userName{
		"1700000000:a":             {1700000000, "a"},
		"9999999999:0123abc_-DEF":  {9999999999, "0123abc_-DEF"},
		"":                         {},
		":":                        {},
		"1700000000":               {},
		"1700000000:":              {},
		":a":                       {},
		"01700000000:a":            {},
		"0:a":                      {},
		"-1:a":                     {},
		"+1:a":                     {},
		" 1:a":                     {},
		"1e9:a":                    {},
		"１:a":                      {},
		"17000000000:a":            {},
		"1700000000:a:b":           {},
		"1700000000:a b":           {},
		"1700000000:a\x00":         {},
		"1700000000:法庭":            {},
		"1700000000:" + long(64+1): {},
	} {
		got, err := parseUserName(text)
		if got != want || (err == nil) != (want != userName{}) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func FuzzUserName(f *testing.F) {
	for _, s := range []string{"", ":", "1700000000:session-1", "01:a", "1:a:b", "99999999999:a", "1:" + long(65), "１:a", "-1:a", "1:\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parseUserName(text)
		if err != nil {
			if !errors.Is(err, errUserName) || u != (userName{}) {
				t.Fatalf("%q: %v %v", text, u, err)
			}
			return
		}
		if u.String() != text {
			t.Fatalf("%q is read as %q: two names for one session", text, u)
		}
		if u.expires <= 0 || !isSession(u.session) {
			t.Fatalf("%q: %+v", text, u)
		}
	})
}

// What comes by TCP is cut into messages, or the connection ends: never more
// than a message is held, and none is longer than its reader takes.
func FuzzReadMessage(f *testing.F) {
	binding := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	f.Add(binding)
	f.Add(append(append([]byte{}, binding...), 0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{0, 3, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42})
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff})
	f.Add([]byte{0x40, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bufio.NewReaderSize(bytes.NewReader(b), 2*maxMessage)
		buf := make([]byte, 1600)
		read := 0
		for {
			n, err := readMessage(in, buf)
			if err != nil {
				if !errors.Is(err, errNoMessage) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatal(err)
				}
				return
			}
			if n < dataHeader || n > maxMessage || !bytes.Equal(buf[:n], b[read:read+n]) {
				t.Fatalf("%d bytes at %d of %x", n, read, b)
			}
			read += n
		}
	})
}

// The filter before pion reads what anybody sends by UDP.
func FuzzAdmit(f *testing.F) {
	s := &Server{
		limits: Limits{}.withDefaults(), now: time.Now, addresses: newAddresses(100, 5000), clients: map[clientKey]*client{},
		peers: &peers{list: func() []netip.AddrPort { return []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8189")} }, now: time.Now},
	}
	f.Add([]byte{})
	f.Add(stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw)
	f.Add(stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodChannelBind, stun.ClassRequest),
		stun.RawAttribute{Type: stun.AttrXORPeerAddress, Value: []byte{0, 1, 1, 2, 3, 4, 5, 6}}).Raw)
	f.Add([]byte{0x40, 1, 0, 4, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		if s.admit(b, clientKey{}) && !stun.IsMessage(b) {
			t.Fatalf("%x of a stranger goes on", b)
		}
	})
}

func TestAddressesShareByHousehold(t *testing.T) {
	t.Parallel()
	x, now := newAddresses(10, 1000), time.Now()
	use := func(text string) int {
		n := 0
		for x.allow(netip.MustParseAddr(text), now) {
			n++
		}
		return n
	}
	for _, c := range []struct {
		from string
		want int
	}{
		{"192.0.2.1", 40}, {"192.0.2.1", 0}, {"::ffff:192.0.2.1", 0}, {"192.0.2.2", 40},
		{"2001:db8:1:2::1", 40}, {"2001:db8:1:2:ffff::9", 0}, {"2001:db8:1:3::1", 40},
	} {
		if got := use(c.from); got != c.want {
			t.Errorf("%s: %d requests, want %d", c.from, got, c.want)
		}
	}
	now = now.Add(time.Second)
	if got := use("192.0.2.1"); got != 10 {
		t.Errorf("a second later: %d", got)
	}
	// Made-up addresses share what there is for all, and are not kept for ever.
	var b [4]byte
	allowed := 0
	for i := range 3 * addressesKept {
		b[1], b[2], b[3] = byte(i>>16), byte(i>>8), byte(i)
		b[0] = 10
		if x.allow(netip.AddrFrom4(b), now) {
			allowed++
		}
	}
	if allowed > 1000 || len(x.by) > addressesKept {
		t.Errorf("%d requests of %d made-up addresses", allowed, len(x.by))
	}
}
