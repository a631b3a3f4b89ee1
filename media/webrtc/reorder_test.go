package webrtc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// say pushes numbers, "+100ms" lets time pass, and tells what came out: a
// number, with "(2 lost)" before it where packets are given up.
func say(r *reorder, now time.Time, words string) string {
	var out []string
	for word := range strings.FieldsSeq(words) {
		if strings.HasPrefix(word, "+") {
			d, err := time.ParseDuration(word)
			if err != nil {
				return err.Error()
			}
			now = now.Add(d)
			continue
		}
		var seq uint16
		if _, err := fmt.Sscan(word, &seq); err != nil {
			return err.Error()
		}
		for _, q := range r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}, now) {
			if q.Lost > 0 {
				out = append(out, fmt.Sprintf("(%d lost)", q.Lost))
			}
			out = append(out, fmt.Sprint(q.SequenceNumber))
		}
	}
	return strings.Join(out, " ")
}

func TestReorder(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"in order":                         {"1 2 3", "1 2 3"},
		"swapped":                          {"1 3 2 4", "1 2 3 4"},
		"turned round":                     {"1 5 4 3 2 6", "1 2 3 4 5 6"},
		"twice":                            {"1 2 2 1 3 3", "1 2 3"},
		"a gap is waited for":              {"1 3 +149ms 4", "1"},
		"and given up":                     {"1 3 +150ms 4", "1 (1 lost) 3 4"},
		"each gap has its own time":        {"1 3 +100ms 5 +50ms 6", "1 (1 lost) 3"},
		"two gaps":                         {"1 3 5 +150ms 6", "1 (1 lost) 3 (1 lost) 5 6"},
		"what comes after it was given up": {"1 4 +150ms 5 2 3 6", "1 (2 lost) 4 5 6"},
		"over the wrap":                    {"65534 0 65535 2 1", "65534 65535 0 1 2"},
		"lost over the wrap":               {"65534 1 +150ms 2", "65534 (2 lost) 1 2"},
		"counted anew from far below":      {"40000 40001 20000 20001", "40000 40001 20000 20001"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := say(&reorder{}, time.Now(), c.in); got != c.out {
				t.Errorf("%s came out as\n     %s, want\n     %s", c.in, got, c.out)
			}
		})
	}
}

func TestReorderKeepsArrivalTimes(t *testing.T) {
	var r reorder
	start := time.Now()
	push := func(seq uint16, after time.Duration) []ordered {
		return r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}, start.Add(after))
	}
	push(1, 0)
	push(3, 10*time.Millisecond)
	out := push(2, 30*time.Millisecond)
	if len(out) != 2 || out[0].Arrived != start.Add(30*time.Millisecond) || out[1].Arrived != start.Add(10*time.Millisecond) {
		t.Errorf("out: %v", out)
	}
}

func TestReorderHoldsSoMuch(t *testing.T) {
	var r reorder
	now := time.Now()
	say(&r, now, "0")
	for seq := uint16(2); seq <= reorderPackets; seq++ {
		if out := r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}, now); len(out) > 0 {
			t.Fatalf("packet %d let out %d", seq, len(out))
		}
	}
	out := r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: reorderPackets + 1}}, now)
	if len(out) != reorderPackets || out[0].Lost != 1 || len(r.held) != 0 {
		t.Errorf("%d came out, the first after %d lost; %d are held", len(out), out[0].Lost, len(r.held))
	}
}

// Whatever comes, what goes out is in order, counts what it leaves out, and
// no more is held than is allowed.
func FuzzReorder(f *testing.F) {
	f.Add(uint16(1), []byte{1, 0, 2, 0, 3, 0})
	f.Add(uint16(65530), []byte{1, 0, 5, 20, 250, 0, 3, 200, 128, 0, 127, 90})
	f.Fuzz(func(t *testing.T, first uint16, steps []byte) {
		var r reorder
		now := time.Now()
		next := first
		take := func(out []ordered) {
			for _, q := range out {
				if want := next + uint16(q.Lost); q.SequenceNumber != want {
					t.Fatalf("%d came out after %d with %d lost", q.SequenceNumber, next-1, q.Lost)
				}
				next = q.SequenceNumber + 1
			}
			if len(r.held) >= reorderPackets {
				t.Fatalf("%d are held", len(r.held))
			}
		}
		take(r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: first}}, now))
		for i := 0; i+1 < len(steps); i += 2 {
			now = now.Add(time.Duration(steps[i+1]) * time.Millisecond)
			seq := r.next + uint16(int16(int8(steps[i]))*4)
			take(r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}, now))
		}
	})
}
