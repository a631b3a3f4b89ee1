package loudspeaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avhub/media"
	"avhub/media/mix"
	"avhub/media/packet"
	"avhub/media/rtsp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is a set under test, with devices that answer as they are told.
type room struct {
	*testing.T
	set     *Set
	console *mix.Console
	changed chan struct{} // holds one

	mu     sync.Mutex
	refuse error // what Open says
	talks  []*talk
	opened int
}

// talk is a way to a device that counts what is said.
type talk struct {
	frames chan int // of the octets of each
	end    chan struct{}
	closed sync.Once
	ctx    context.Context
}

func (k *talk) Kind() packet.Kind { return packet.PCMU }
func (k *talk) Close()            { k.closed.Do(func() { close(k.end) }) }
func (k *talk) Write(frame []byte) error {
	select {
	case <-k.end:
		return &rtsp.Error{Cause: media.Cause{Code: media.CauseClosed, Detail: "10.0.0.5 hung up"}, Live: true}
	case k.frames <- len(frame):
	default:
	}
	return nil
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{T: t, console: mix.NewConsole(mix.Options{Name: "room"}), changed: make(chan struct{}, 1)}
	t.Cleanup(r.console.Close)
	r.set = NewSet(Options{
		Console: r.console, FirstWait: time.Millisecond, MostWait: 20 * time.Millisecond,
		Open: func(ctx context.Context, _ string) (Talk, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.opened++
			if r.refuse != nil {
				return nil, r.refuse
			}
			k := &talk{frames: make(chan int, 1000), end: make(chan struct{}), ctx: ctx}
			r.talks = append(r.talks, k)
			return k, nil
		},
		Changed: func() {
			select {
			case r.changed <- struct{}{}:
			default:
			}
		},
	})
	t.Cleanup(r.set.Close)
	return r
}

func (r *room) refuses(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = err
}

func (r *room) last() *talk {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.talks[len(r.talks)-1]
}

func (r *room) tries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened
}

// until waits for a state of a device; whoever is to tell the room is told.
func (r *room) until(id string, want State) Status {
	r.Helper()
	limit := time.After(20 * time.Second)
	for {
		if st, ok := r.set.Status(id); ok && st.State == want {
			return st
		}
		select {
		case <-r.changed:
		case <-limit:
			st, ok := r.set.Status(id)
			r.Fatalf("%s is %+v (%v), not %s", id, st, ok, want)
		}
	}
}

func TestWhatIsSaidStopsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.set.Keep([]Device{{ID: "cam", Without: []string{"cam"}}})
	r.until("cam", Reached)
	k := r.last()
	for range 5 {
		if n := <-k.frames; n != 160 {
			t.Fatalf("a frame of %d octets", n)
		}
	}
	r.set.Keep(nil)
	for len(k.frames) > 0 {
		<-k.frames
	}
	if _, kept := r.set.Status("cam"); kept {
		t.Error("it is still kept")
	}
	<-k.end // it is hung up
	if n := len(k.frames); n > 0 {
		t.Errorf("%d frames were said afterwards", n)
	}
	r.set.Keep([]Device{{ID: "cam"}})
	r.until("cam", Reached)
	<-r.last().frames
}

// Other voices are left out without hanging up.
func TestAnotherMixOnTheSameTalk(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.set.Keep([]Device{{ID: "cam", Without: []string{"cam"}}})
	r.until("cam", Reached)
	k := r.last()
	<-k.frames
	r.set.Keep([]Device{{ID: "cam", Without: []string{"cam", "other"}}})
	for range 50 {
		<-k.frames
	}
	if r.tries() != 1 || r.console.Mixes() != 1 {
		t.Errorf("it was opened %d times, %d mixes are made", r.tries(), r.console.Mixes())
	}
}

// Who shares a place shares a mix: one is made, however many devices take it.
func TestOneMixForManyLoudspeakers(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	var devices []Device
	for i := range 20 {
		devices = append(devices, Device{fmt.Sprintf("cam-%d", i), []string{"a", "b"}})
	}
	devices = append(devices, Device{"cell", []string{"cell"}})
	r.set.Keep(devices)
	for _, d := range devices {
		r.until(d.ID, Reached)
	}
	limit := time.After(20 * time.Second)
	for r.console.Listeners() < 21 {
		select {
		case <-limit:
			t.Fatalf("%d listen", r.console.Listeners())
		case <-time.After(time.Millisecond):
		}
	}
	if n := r.console.Mixes(); n != 2 {
		t.Errorf("%d mixes are made for two sets of voices", n)
	}
}

func TestWhyALoudspeakerIsNotReached(t *testing.T) {
	t.Parallel()
	since := time.Now()
	device := func(code media.CauseCode) error {
		return &rtsp.Error{Cause: media.Cause{Code: code, Detail: "10.0.0.5: x"}}
	}
	none := fmt.Errorf("%w: %w", rtsp.ErrNoLoudspeaker, device(media.CauseNoMedia))
	for name, x := range map[string]struct {
		err  error
		want Status
	}{
		"out of reach":   {device(media.CauseTimeout), Status{State: Away, Cause: media.CauseTimeout}},
		"without one":    {none, Status{State: None, Cause: media.CauseNoMedia}},
		"to have one":    {Expected(none), Status{State: Away, Cause: media.CauseNoMedia}},
		"in use":         {&rtsp.HeldError{Holding: rtsp.Holding{Source: "cam", Holder: "民初1号", Since: since}}, Status{State: Held, Holder: "民初1号"}},
		"something else": {errors.New("what?"), Status{State: Away}},
	} {
		got := statusOf(x.err)
		if got.Detail == "" {
			t.Errorf("%s: it does not say why", name)
		}
		got.Detail = ""
		if got != x.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A device that goes away is tried until it is back, and said to at once; one that has no
// loudspeaker is left alone until somebody says that it may have.
func TestADeviceIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.refuses(&rtsp.Error{Cause: media.Cause{Code: media.CauseRefused, Detail: "x"}})
	r.set.Keep([]Device{{ID: "cam"}})
	r.until("cam", Away)
	r.refuses(nil)
	r.until("cam", Reached)
	r.refuses(rtsp.ErrNoLoudspeaker)
	r.last().Close()
	r.until("cam", None)
	tries := r.tries()
	r.refuses(nil)
	r.set.Again("cam")
	r.until("cam", Reached)
	if n := r.tries() - tries; n != 1 {
		t.Errorf("who has no loudspeaker was asked %d times", n)
	}
	r.set.Close()
	<-r.last().end
}
