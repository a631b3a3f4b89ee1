package pcm

import "testing"

// Each octet is the coding of the sample that it stands for, and no sample is farther
// from what it is coded as than half a step of its segment (G.711, tables 1 and 2).
func TestG711BothWays(t *testing.T) {
	t.Parallel()
	for name, law := range map[string]struct {
		table  *[256]int16
		encode func([]byte, []int16) []byte
		half   func(segment int) int
	}{
		"A-law": {&alaw, AppendALaw, func(s int) int { return 8 << max(0, s-1) }},
		"µ-law": {&mulaw, AppendMuLaw, func(s int) int { return 4 << s }},
	} {
		for i, v := range law.table {
			if got := law.encode(nil, []int16{v})[0]; law.table[got] != v {
				t.Errorf("%s: %#x stands for %d, which is coded as %#x (%d)", name, i, v, got, law.table[got])
			}
		}
		for s := -32768; s <= 32767; s++ {
			octet := law.encode(nil, []int16{int16(s)})[0]
			segment := int(octet ^ 0x55)
			if name == "µ-law" {
				segment = int(^octet)
			}
			if d := distance(int(law.table[octet]), s); d > law.half(segment>>4&7)+1 && distance(s, 0) < 32124 {
				t.Fatalf("%s: %d becomes %d", name, s, law.table[octet])
			}
		}
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

func TestEncodingAllocatesNothing(t *testing.T) {
	samples, dst := make([]int16, 160), make([]byte, 0, 160)
	if n := testing.AllocsPerRun(100, func() { dst = AppendMuLaw(AppendALaw(dst[:0], samples)[:0], samples) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
