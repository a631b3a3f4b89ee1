package egress

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"go.uber.org/goleak"

	"avhub/media"
	"avhub/media/egress/udpout"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestANewViewerCatchesUpFromTheKeyframeWithoutAHole(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 5000)
	s.show(70) // the last keyframe is picture 50
	var p port
	s.join(&p)
	s.show(10)
	s.await("picture 79", func() bool { n := p.pictures(); return len(n) > 0 && n[len(n)-1] == 79 })

	var want []int
	for n := 50; n < 80; n++ {
		want = append(want, n)
	}
	if got := p.pictures(); !slices.Equal(got, want) {
		t.Errorf("it was sent pictures %v", got)
	}
	sent := p.sent()
	for i := 1; i < len(sent); i++ {
		if sent[i].SequenceNumber != sent[i-1].SequenceNumber+1 {
			t.Fatalf("packet %d has number %d after %d", i, sent[i].SequenceNumber, sent[i-1].SequenceNumber)
		}
	}
	// The pictures of the past are a millisecond apart, the later ones 40 ms.
	var steps []uint32
	for i, last := 0, sent[0].Timestamp; i < len(sent); i++ {
		if d := sent[i].Timestamp - last; d > 0 {
			steps = append(steps, d)
		}
		last = sent[i].Timestamp
	}
	for i, d := range steps {
		if want := map[bool]uint32{true: 90, false: 3600}[i < 19]; d != want {
			t.Errorf("step %d of the timestamps is %d, not %d", i, d, want)
		}
	}
}

func TestAViewerWithoutAKeyframeWaitsForOne(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	s := newStage(t, 10, 1000)
	s.fanout.Close()
	s.fanout = NewFanout(s.camera.Stream, func() { asked <- struct{}{} })
	s.camera.N = 3 // the stream begins in the middle of a group
	s.show(2)
	var p port
	v := s.join(&p)
	<-asked
	s.show(10)
	s.await("the keyframe", func() bool { return len(p.pictures()) >= 5 })
	if got := p.pictures(); got[0] != 10 {
		t.Errorf("the first picture was %d", got[0])
	}
	// A viewer that asks again within the second is not heard.
	s.say(v, &rtcp.PictureLossIndication{MediaSSRC: 7})
	select {
	case <-asked:
		t.Error("the publisher was asked twice within a second")
	default:
	}
	if n := v.Stats().PLIs; n != 1 {
		t.Errorf("%d wishes were counted", n)
	}
}

func TestALostPacketIsSentAgainWithTheVeryBytes(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 5000)
	s.show(20)
	var p port
	v := s.join(&p)
	s.show(20)
	s.await("40 pictures", func() bool { return len(p.pictures()) == 40 })
	before := p.sent()
	for _, lost := range []int{3, len(before) - 7} { // one of the catch-up, one of the live pictures
		s.say(v, &rtcp.TransportLayerNack{
			MediaSSRC: 7, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{before[lost].SequenceNumber}),
		})
		sent := p.sent()
		again := sent[len(sent)-1]
		first := before[lost]
		if again.SequenceNumber != first.SequenceNumber || again.Timestamp != first.Timestamp || !slices.Equal(again.Payload, first.Payload) {
			t.Errorf("packet %d was sent again as %d", first.SequenceNumber, again.SequenceNumber)
		}
	}
	// What it never had, and other streams' numbers, are not sent.
	s.say(v,
		&rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{before[0].SequenceNumber - 1})},
		&rtcp.TransportLayerNack{MediaSSRC: 8, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{before[5].SequenceNumber})},
	)
	if st := v.Stats(); len(p.sent()) != len(before)+2 || st.Resent != 2 || st.NACKs != 3 {
		t.Errorf("%d packets more, %+v", len(p.sent())-len(before), st)
	}
}

func TestNACKsWithoutEndAreBounded(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 5000)
	s.show(20)
	var p port
	v := s.join(&p)
	seq := p.sent()[0].SequenceNumber
	for range 3000 {
		s.say(v, &rtcp.TransportLayerNack{MediaSSRC: 7, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{seq})})
	}
	if n := v.Stats().Resent; n < resendBurst || n > 3*resendBurst {
		t.Errorf("3,000 packets asked for, %d sent", n)
	}
}

func TestReportsCarryTheTimeOfCaptureAndMeasureTheRoundTrip(t *testing.T) {
	t.Parallel()
	s := newStage(t, 50, 1000)
	s.show(1)
	var p port
	v := s.join(&p)
	s.show(60) // more than two seconds on the camera's clock
	s.await("two reports", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.reports) >= 2 })
	p.mu.Lock()
	first, second := p.reports[0], p.reports[1]
	p.mu.Unlock()
	if d := second.RTPTime - first.RTPTime; d == 0 || d > 3*90000 {
		t.Errorf("the reports' RTP times are %d apart", d)
	}
	s.say(v, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{
		SSRC: 7, LastSenderReport: uint32(second.NTPTime >> 16), TotalLost: 3,
	}}})
	if st := v.Stats(); st.RTT <= 0 || st.RTT > 10*time.Second || st.Lost != 3 {
		t.Errorf("%+v", st)
	}
}

// A viewer whose transport is stuck stops those of its own goroutine at most;
// the source and the viewers of other goroutines go on.
func TestASlowViewerDoesNotStopTheSource(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10, 1000)
	s.show(1)
	stuck := &port{block: make(chan struct{})}
	stuckViewer := &Viewer{Video: &Output{SSRC: 9, ClockRate: 90000}, Transport: stuck}
	joined := make(chan error, 1)
	go func() { joined <- s.fanout.Attach(t.Context(), stuckViewer) }()
	var p port
	s.join(&p)
	s.show(500) // the camera is not held up
	s.await("the last picture at the other viewer", func() bool { n := p.pictures(); return len(n) > 0 && n[len(n)-1] == 500 })
	close(stuck.block)
	if err := <-joined; err != nil {
		t.Error(err)
	}
}

func TestViewersComeAndGo(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10, 1000)
	s.show(15)
	for range 2000 {
		var p port
		v := s.join(&p)
		s.show(1)
		s.fanout.Detach(v)
		count := len(p.sent())
		if count == 0 {
			t.Fatal("a viewer was sent nothing")
		}
	}
	if n := s.fanout.Viewers(); n != 0 {
		t.Errorf("%d viewers are left", n)
	}
}

func TestAfterDetachNothingIsWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10, 1000)
	s.show(5)
	var p, other port
	v := s.join(&p)
	s.join(&other)
	s.fanout.Detach(v)
	count := len(p.sent())
	s.show(20)
	s.await("the other viewer", func() bool { return len(other.pictures()) == 25 })
	if len(p.sent()) != count {
		t.Error("a viewer that has left was written to")
	}
}

func TestViewersAreToldWhenTheStreamEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, 10, 1000)
	s.show(5)
	var p port
	ended := make(chan error, 1)
	v := &Viewer{Video: &Output{SSRC: 7, ClockRate: 90000}, Transport: &p, Ended: func(err error) { ended <- err }}
	if err := s.fanout.Attach(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	s.camera.Stream.Close()
	select {
	case err := <-ended:
		if err != media.ErrClosed {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it was not told")
	}
	if err := s.fanout.Attach(t.Context(), &Viewer{}); err == nil {
		t.Error("a viewer was taken after the end")
	}
}

func TestSendingAllocatesNothingForAPacket(t *testing.T) {
	s := newStage(t, 50, 5000)
	s.show(1)
	v := &Viewer{Video: &Output{SSRC: 7, ClockRate: 90000}, Transport: nowhere{}}
	if err := s.fanout.Attach(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	unit := *s.camera.Stream.LastKeyframe()
	b := udpout.Acquire()
	n := testing.AllocsPerRun(1000, func() {
		unit.Index++
		unit.Seq += uint16(unit.Packets.Len())
		v.live(s.fanout, b, &unit, unit.Packets.Len())
	})
	if n != 0 {
		t.Errorf("%v allocations for %d packets", n, unit.Packets.Len())
	}
	reports := v.Video.reports.index
	n = testing.AllocsPerRun(200, func() {
		unit.Index++
		unit.Seq += uint16(unit.Packets.Len())
		unit.Arrived = unit.Arrived.Add(reportEvery)
		v.live(s.fanout, b, &unit, unit.Packets.Len())
	})
	if sent := v.Video.reports.index - reports; n != 0 || sent != 201 {
		t.Errorf("%v allocations for a report, %d were sent", n, sent)
	}
}
