package egress

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"avhub/media"
	"avhub/media/mediatest"
)

// rising checks that a viewer sees numbers without a gap and timestamps that
// never go back, and returns the packets.
func rising(t *testing.T, p *port) []rtp.Packet {
	t.Helper()
	all := p.sent()
	for i := 1; i < len(all); i++ {
		if d := all[i].SequenceNumber - all[i-1].SequenceNumber; d != 1 {
			t.Fatalf("packet %d: number %d after %d", i, all[i].SequenceNumber, all[i-1].SequenceNumber)
		}
		step := int32(all[i].Timestamp - all[i-1].Timestamp)
		if step < 0 || all[i-1].Marker && step == 0 || step > 90000 {
			t.Fatalf("packet %d: timestamp %d after %d (%d)", i, all[i].Timestamp, all[i-1].Timestamp, step)
		}
	}
	return all
}

// other is a second stream, and its fan-out, at the same time as the first.
func other(s *stage, gop, size int) *stage {
	s.Helper()
	camera, err := mediatest.Open(media.NewStream("court-1/sub"), gop, size, false)
	if err != nil {
		s.Fatal(err)
	}
	camera.Now = s.camera.Now
	o := &stage{s.T, camera, NewFanout(camera.Stream, nil)}
	s.Cleanup(func() { o.fanout.Close(); camera.Feed.Close(); camera.Stream.Close() })
	return o
}

func TestAViewerMovesToTheSmallerStreamAndBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, 25, 5000)
	sub := other(s, 50, 600)
	s.show(30)
	sub.show(30)
	var p port
	v := s.join(&p)
	s.show(5)
	s.await("35 pictures", func() bool { n := p.pictures(); return len(n) > 0 && n[len(n)-1] == 34 })
	sub.show(5)

	// Down: at once, from the smaller stream's last keyframe.
	if err := sub.fanout.Lower(t.Context(), v, 0); err != nil {
		t.Fatal(err)
	}
	before := len(p.sent())
	s.show(4)
	sub.show(4)
	s.await("the smaller pictures", func() bool { n := p.pictures(); return n[len(n)-1] == 38 })
	for _, q := range p.sent()[before:] {
		if len(q.Payload) > 700 {
			t.Fatalf("a packet of %d bytes of the large stream", len(q.Payload))
		}
	}

	// Up: at the next keyframe of the large stream, the smaller one until then.
	moved := make(chan struct{})
	v.Raise(func() { close(moved) })
	for range 15 {
		s.show(1)
		if s.camera.N == 51 { // the keyframe
			<-moved
		}
		sub.show(1)
		s.await("it", func() bool { n := p.pictures(); return n[len(n)-1] == s.camera.N-1 })
	}
	sub.fanout.Leave(v)
	s.await("the large pictures", func() bool { n := p.pictures(); return n[len(n)-1] == 53 })
	rising(t, &p)
	pictures := p.pictures()
	var want []int
	for n := 25; n < 35; n++ { // the catch-up, then live
		want = append(want, n)
	}
	for n := range 50 { // the smaller stream from its keyframe on, until
		want = append(want, n)
	}
	if got := pictures[:len(want)]; !slices.Equal(got, want) {
		t.Errorf("pictures %v", got)
	}
	if got := pictures[len(want):]; !slices.Equal(got, []int{50, 51, 52, 53}) { // the large one's keyframe
		t.Errorf("after it %v", got)
	}

	// What was lost of either stream is sent again as it was.
	all := p.sent()
	for _, i := range []int{10, before + 3, len(all) - 3} {
		s.say(v, &rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{all[i].SequenceNumber})})
		sent := p.sent()
		if again := sent[len(sent)-1]; again.SequenceNumber != all[i].SequenceNumber || again.Timestamp != all[i].Timestamp || !slices.Equal(again.Payload, all[i].Payload) {
			t.Errorf("packet %d was sent again as another one", i)
		}
	}
}

func TestALostStreamSendsTheViewerBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10, 5000)
	sub := other(s, 50, 600)
	s.show(12)
	sub.show(12)
	var p port
	v := s.join(&p)
	if err := sub.fanout.Lower(t.Context(), v, 0); err != nil {
		t.Fatal(err)
	}
	sub.camera.Feed.Close()
	sub.camera.Stream.Close()
	s.await("the way back", func() bool { v.mu.Lock(); defer v.mu.Unlock(); return v.Video.coming != nil })
	s.show(12)
	s.await("the large pictures", func() bool { n := p.pictures(); return n[len(n)-1] == 23 })
	rising(t, &p)
}

func TestPicturesThatNobodyNeedsAreLeftOutFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 3000)
	s.camera.Spare = 2 // every other picture
	s.show(3)
	var p port
	v := s.join(&p)
	s.show(2)
	s.await("all pictures", func() bool { return len(p.pictures()) == 5 })
	v.mu.Lock()
	v.adapt.move(LevelThinned, time.Now())
	v.mu.Unlock()
	s.show(20)
	s.await("the others", func() bool { n := p.pictures(); return n[len(n)-1] >= 23 })
	rising(t, &p)
	for _, n := range p.pictures()[5:] {
		if n%2 == 1 {
			t.Errorf("picture %d was sent", n)
		}
	}
	if n := v.Stats().LeftOut; n < 9 {
		t.Errorf("%d were left out", n)
	}
}

func TestAWishForAKeyframeIsAnsweredFromWhatIsKept(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 3000)
	s.show(20)
	var p port
	v := s.join(&p)
	s.show(2)
	s.await("22 pictures", func() bool { return len(p.pictures()) == 22 })
	for range 1000 {
		s.say(v, &rtcp.PictureLossIndication{MediaSSRC: 7})
	}
	s.await("the same again", func() bool { return len(p.pictures()) == 44 })
	s.show(3)
	s.await("the live ones", func() bool { n := p.pictures(); return n[len(n)-1] == 24 })
	rising(t, &p)
	if n := len(p.pictures()); n != 47 {
		t.Errorf("%d pictures for a thousand wishes", n)
	}
	if st := v.Stats(); st.PLIs != 1000 || st.Ignored != 999 {
		t.Errorf("%+v", st)
	}
}

func TestRetransmissionsHaveTheirOwnNumbers(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 5000)
	s.show(3)
	var p port
	v := &Viewer{Video: &Output{SSRC: 7, PayloadType: 102, ClockRate: 90000, RTXSSRC: 8, RTXPayloadType: 103, Extensions: Extensions{AbsSendTime: 3, PlayoutDelay: 4, MaxDelay: 0xabc}}, Transport: &p}
	if err := s.fanout.Attach(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	first := p.sent()
	lost := []uint16{first[2].SequenceNumber, first[5].SequenceNumber, first[2].SequenceNumber}
	for _, n := range lost {
		s.say(v, &rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: []rtcp.NackPair{{PacketID: n}}})
	}
	if len(p.again) != 3 || len(p.sent()) != len(first) {
		t.Fatalf("%d retransmissions", len(p.again))
	}
	for i, q := range p.again {
		original := first[map[int]int{0: 2, 1: 5, 2: 2}[i]]
		if q.SSRC != 8 || q.PayloadType != 103 || q.Timestamp != original.Timestamp || q.Marker != original.Marker ||
			q.SequenceNumber != p.again[0].SequenceNumber+uint16(i) {
			t.Errorf("retransmission %d: %+v", i, q.Header)
		}
		if got := uint16(q.Payload[0])<<8 | uint16(q.Payload[1]); got != lost[i] || !slices.Equal(q.Payload[2:], original.Payload) {
			t.Errorf("retransmission %d is of %d", i, got)
		}
		if d := q.GetExtension(4); !slices.Equal(d, []byte{0, 0x0a, 0xbc}) || len(q.GetExtension(3)) != 3 {
			t.Errorf("extensions %x, %x", d, q.GetExtension(3))
		}
	}
}

func TestWhenAViewerIsGivenLess(t *testing.T) {
	t.Parallel()
	var a adapt
	now := time.Now()
	a.thin = true
	report := func(seconds float64, estimate, loss float64) Level {
		now = now.Add(time.Duration(seconds * float64(time.Second)))
		a.rate, a.estimate, a.estimated, a.loss = 2e6, estimate, now, loss
		to := a.judge(now, true)
		if to != a.level {
			a.move(to, now)
		}
		return a.level
	}
	for i, c := range []struct {
		seconds, estimate, loss float64
		want                    Level
	}{
		{1, 5e6, 0, LevelFull},
		{1, 5e6, 0.1, LevelFull},  // loss by chance: retransmission's to mend
		{1, 1e6, 0, LevelFull},    // once is no rule
		{0.5, 5e6, 0, LevelFull},  // and over
		{1, 1e6, 0, LevelFull},    // again
		{1, 1e6, 0, LevelThinned}, // for a second
		{1, 1e6, 0, LevelThinned}, // not both at once
		{2, 1e6, 0, LevelLower},
		{5, 5e6, 0, LevelLower},
		{11, 5e6, 0, LevelFull}, // ten seconds of calm
		{1, 5e6, 0.5, LevelFull},
		{1.5, 5e6, 0.5, LevelThinned}, // it does not carry it after all
		{2.5, 5e6, 0.5, LevelThinned},
		{1, 5e6, 0.5, LevelLower},
		{1, 5e6, 0, LevelLower},
		{15, 5e6, 0, LevelLower}, // more patience than before
		{6, 5e6, 0, LevelFull},
	} {
		if got := report(c.seconds, c.estimate, c.loss); got != c.want {
			t.Fatalf("step %d: %d, want %d (%+v)", i, got, c.want, a)
		}
	}
}

func TestWithoutASmallerStreamTheViewerStays(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 3000)
	s.show(3)
	var p port
	v := &Viewer{Video: &Output{SSRC: 7, ClockRate: 90000}, Transport: &p, Lower: func() error { return errors.New("none") }, Higher: func() {}}
	if err := s.fanout.Attach(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	v.adapt.move(LevelThinned, time.Now().Add(-time.Minute))
	v.adapt.over = time.Now().Add(-time.Minute)
	v.mu.Unlock()
	for range 2 {
		s.say(v, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 7, FractionLost: 200}}})
	}
	s.await("the level", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.adapt.level == LevelThinned && !v.adapt.noLower.IsZero()
	})
	s.show(2)
	s.await("pictures", func() bool { return len(p.pictures()) == 5 })
}
