package packet

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// rtpPacket is what matters of an RTP packet to an unpacker.
type rtpPacket struct {
	ts      uint32
	marker  bool
	lost    int
	payload []byte
}

// unpack pushes packets and writes frames as "ts key? damaged? nal,nal".
func unpack(t *testing.T, u *Unpacker, packets ...rtpPacket) (frames []string, errs int) {
	t.Helper()
	write := func(all []Frame) {
		for _, f := range all {
			s := fmt.Sprint(f.RTP)
			if f.Keyframe {
				s += " key"
			}
			if f.Damaged {
				s += " damaged"
			}
			for _, d := range f.Data {
				s += fmt.Sprintf(" %x", d)
			}
			frames = append(frames, s)
		}
	}
	for _, p := range packets {
		f, err := u.Push(p.ts, p.marker, p.lost, p.payload)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%v does not say that the payload is malformed", err)
			}
			errs++
		}
		write(f)
	}
	write(u.Flush())
	return frames, errs
}

func TestUnpackingH264(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   []rtpPacket
		want []string
		errs int
	}{
		"single NAL units": {
			in:   []rtpPacket{{1, false, 0, []byte{0x67, 1}}, {1, false, 0, []byte{0x68, 2}}, {1, true, 0, []byte{0x65, 3}}, {2, true, 0, []byte{0x41, 4}}},
			want: []string{"1 key 6701 6802 6503", "2 4104"},
		},
		"STAP-A": {
			in:   []rtpPacket{{1, true, 0, []byte{0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 2, 0x65, 3}}},
			want: []string{"1 key 6701 6802 6503"},
		},
		"FU-A": {
			in:   []rtpPacket{{1, false, 0, []byte{0x7c, 0x85, 1}}, {1, false, 0, []byte{0x7c, 0x05, 2}}, {1, true, 0, []byte{0x7c, 0x45, 3}}},
			want: []string{"1 key 65010203"},
		},
		"a fragment lost takes its NAL unit, not the next picture": {
			in: []rtpPacket{{1, false, 0, []byte{0x7c, 0x85, 1}}, {1, true, 1, []byte{0x7c, 0x45, 3}}, {2, true, 0, []byte{0x41, 4}}},
			// Nothing of picture 1 is left; that something is missing is said with the next.
			want: []string{"2 damaged 4104"},
		},
		"a slice lost damages its picture": {
			in:   []rtpPacket{{1, false, 0, []byte{0x41, 1}}, {1, true, 1, []byte{0x41, 3}}, {2, true, 0, []byte{0x41, 4}}},
			want: []string{"1 damaged 4101 4103", "2 4104"},
		},
		"several slices": {
			in:   []rtpPacket{{1, false, 0, []byte{0x41, 1}}, {1, true, 0, []byte{0x41, 2}}, {2, true, 0, []byte{0x41, 3}}},
			want: []string{"1 4101 4102", "2 4103"},
		},
		"no marker at all: a timestamp ends a picture": {
			in:   []rtpPacket{{1, false, 0, []byte{0x41, 1}}, {2, false, 0, []byte{0x41, 2}}},
			want: []string{"1 4101", "2 4102"},
		},
		"a marker on every packet is found out": {
			in: []rtpPacket{
				{1, true, 0, []byte{0x41, 1}}, {1, true, 0, []byte{0x41, 2}},
				{2, true, 0, []byte{0x41, 3}}, {2, true, 0, []byte{0x41, 4}}, {3, true, 0, []byte{0x41, 5}},
			},
			want: []string{"1 4101", "1 4102", "2 4103 4104", "3 4105"},
		},
		"parameter sets under a timestamp of their own wait for their picture": {
			in:   []rtpPacket{{1, true, 0, []byte{0x67, 1}}, {2, true, 0, []byte{0x68, 2}}, {3, true, 0, []byte{0x65, 3}}},
			want: []string{"3 key 6701 6802 6503"},
		},
		"start codes inside RTP": {
			in:   []rtpPacket{{1, true, 0, []byte{0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 3}}},
			want: []string{"1 key 6701 6802 6503"},
		},
		"delimiters and filler are left out": {
			in:   []rtpPacket{{1, false, 0, []byte{0x09, 0xf0}}, {1, false, 0, []byte{0x0c, 0xff}}, {1, true, 0, []byte{0x41, 1}}},
			want: []string{"1 4101"},
		},
		"a recovery point with parameter sets can be started at": {
			in:   []rtpPacket{{1, false, 0, []byte{0x67, 1}}, {1, false, 0, []byte{0x06, 6, 1, 0x84, 0x80}}, {1, true, 0, []byte{0x41, 1}}},
			want: []string{"1 key 6701 0606018480 4101"},
		},
		"malformed payloads do not stop the next": {
			in: []rtpPacket{
				{1, false, 0, nil}, {1, false, 0, []byte{0x7c}}, {1, false, 0, []byte{0x78, 0, 9, 1}}, {1, true, 0, []byte{0x79, 1}},
				{2, true, 0, []byte{0x65, 1}}, {3, true, 0, []byte{0x41, 1}},
			},
			want: []string{"2 key damaged 6501", "3 4101"}, errs: 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, errs := unpack(t, NewUnpacker(H264, AACConfig{}), c.in...)
			compare(t, got, c.want)
			if errs != c.errs {
				t.Errorf("%d errors, not %d", errs, c.errs)
			}
		})
	}
}

func TestUnpackingH265(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   []rtpPacket
		want []string
	}{
		"AP of parameter sets, then FU": {
			in: []rtpPacket{
				{1, false, 0, []byte{0x60, 1, 0, 3, 0x40, 1, 9, 0, 3, 0x42, 1, 8, 0, 3, 0x44, 1, 7}},
				{1, false, 0, []byte{0x62, 1, 0x93, 1}}, {1, false, 0, []byte{0x62, 1, 0x13, 2}}, {1, true, 0, []byte{0x62, 1, 0x53, 3}},
				{2, true, 0, []byte{0x02, 1, 4}},
			},
			want: []string{"1 key 400109 420108 440107 2601010203", "2 020104"},
		},
		"a fragment without its beginning": {
			in:   []rtpPacket{{1, true, 1, []byte{0x62, 1, 0x53, 3}}, {2, true, 0, []byte{0x02, 1, 4}}},
			want: []string{"2 damaged 020104"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := unpack(t, NewUnpacker(H265, AACConfig{}), c.in...)
			compare(t, got, c.want)
		})
	}
}

func TestUnpackingSound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind Kind
		in   []rtpPacket
		want []string
		errs int
	}{
		"G.711": {PCMA, []rtpPacket{{160, false, 0, []byte{1, 2}}, {320, false, 1, []byte{3}}}, []string{"160 key 0102", "320 key damaged 03"}, 0},
		"AAC, two frames a packet": {
			AAC, []rtpPacket{{1, true, 0, []byte{0, 32, 0, 2 << 3, 0, 1 << 3, 0xa, 0xb, 0xc}}},
			[]string{"1 key 0a0b", "1025 key 0c"}, 0,
		},
		"AAC, a frame over two packets": {
			AAC, []rtpPacket{{1, false, 0, []byte{0, 16, 0, 3 << 3, 0xa, 0xb}}, {1, true, 0, []byte{0, 16, 0, 3 << 3, 0xc}}},
			[]string{"1 key 0a0b0c"}, 0,
		},
		"AAC, the rest lost": {
			AAC, []rtpPacket{{1, false, 0, []byte{0, 16, 0, 3 << 3, 0xa, 0xb}}, {2, true, 1, []byte{0, 16, 0, 1 << 3, 0xd}}},
			[]string{"2 key damaged 0d"}, 0,
		},
		"AAC with an ADTS header inside": {
			AAC, []rtpPacket{{1, true, 0, []byte{0, 16, 0, 9 << 3, 0xff, 0xf1, 0x4c, 0x40, 0x01, 0x3f, 0xfc, 0xa, 0xb}}},
			[]string{"1 key 0a0b"}, 0,
		},
		"AAC that says more than it has": {AAC, []rtpPacket{{1, true, 0, []byte{0, 32, 0, 2 << 3, 0, 9 << 3, 1, 2, 3}}}, []string{"1 key 0102"}, 1},
		"nothing":                        {Opus, []rtpPacket{{1, true, 0, nil}}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, errs := unpack(t, NewUnpacker(c.kind, AACConfig{}), c.in...)
			compare(t, got, c.want)
			if errs != c.errs {
				t.Errorf("%d errors, not %d", errs, c.errs)
			}
		})
	}
}

func TestUnpackingIsBounded(t *testing.T) {
	t.Parallel()
	u := NewUnpacker(H264, AACConfig{})
	large := append([]byte{0x41}, make([]byte, 60_000)...)
	var failed bool
	for range 2 * MaxFrame / len(large) {
		_, err := u.Push(1, false, 0, large)
		failed = failed || err != nil
	}
	if !failed || u.unit.size > MaxFrame {
		t.Errorf("an access unit of %d bytes was taken", u.unit.size)
	}
	u = NewUnpacker(H264, AACConfig{})
	_, _ = u.Push(1, false, 0, []byte{0x7c, 0x85, 1})
	for range 2 * MaxFrame / len(large) {
		_, _ = u.Push(1, false, 0, append([]byte{0x7c, 0x05}, large...))
	}
	if len(u.fu.data) > MaxFrame {
		t.Errorf("a NAL unit of %d bytes was taken", len(u.fu.data))
	}
}

func TestWhatIsPackedCanBeUnpacked(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte{7}, 5000)
	for _, c := range []struct {
		kind Kind
		data [][]byte
	}{
		{H264, [][]byte{{0x67, 1, 2}, {0x68, 3}, append([]byte{0x65}, long...)}},
		{H264, [][]byte{append([]byte{0x41}, long...), {0x41, 9}}},
		{H265, [][]byte{{0x40, 1, 1}, {0x42, 1, 2}, {0x44, 1, 3}, append([]byte{0x26, 1}, long...)}},
		{AAC, [][]byte{long}},
		{AAC, [][]byte{{1, 2, 3}}},
		{Opus, [][]byte{long[:1200]}},
		{PCMU, [][]byte{long[:160]}},
	} {
		for _, max := range []int{64, 200, 1400} {
			if (c.kind == Opus || c.kind == PCMU) && max < 1400 {
				continue // these are not split
			}
			packed, err := Pack(c.kind, c.data, max)
			if err != nil {
				t.Fatal(err)
			}
			u := NewUnpacker(c.kind, AACConfig{})
			var got []Frame
			for i := range packed.Len() {
				if n := len(packed.At(i)); n > max {
					t.Errorf("%s: a payload of %d bytes, at most %d were asked for", c.kind, n, max)
				}
				f, err := u.Push(1, i == packed.Len()-1, 0, packed.At(i))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, f...)
			}
			if len(got) != 1 || len(got[0].Data) != len(c.data) {
				t.Fatalf("%s in %d: %d frames came out", c.kind, max, len(got))
			}
			for i := range c.data {
				if !bytes.Equal(got[0].Data[i], c.data[i]) {
					t.Errorf("%s in %d: part %d came out as %x", c.kind, max, i, got[0].Data[i])
				}
			}
		}
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"nothing":         second(Pack(H264, nil, 1400)),
		"tiny payloads":   second(Pack(H264, [][]byte{{0x65}}, 10)),
		"half a header":   second(Pack(H265, [][]byte{{0x26}}, 1400)),
		"too much sound":  second(Pack(AAC, [][]byte{make([]byte, 8192)}, 1400)),
		"a jumbo payload": second(Pack(Opus, [][]byte{make([]byte, 2000)}, 1400)),
	} {
		if err == nil {
			t.Errorf("%s was packed", name)
		}
	}
}

func second(_ Payloads, err error) error { return err }

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}
