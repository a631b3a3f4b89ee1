package webrtc

import (
	"context"
	"testing"

	"avhub/media"
	"avhub/media/mediatest"
)

// A session may end while its feed is being opened: the source must not stay
// taken by somebody who has gone.
func TestAFeedThatOpensAfterTheEndIsClosed(t *testing.T) {
	stream := media.NewStream("field-1")
	x := &Session{}
	x.ctx, x.stop = context.WithCancelCause(t.Context())
	p := &publishing{session: x, opened: make(chan struct{}), tracks: mediatest.Tracks(true)}
	p.options.Open = func(_ *Session, tracks []media.Track) (*media.Feed, error) {
		x.stop(context.Canceled)
		p.close()
		return stream.Open(tracks)
	}
	p.open()
	if stream.Fed() {
		t.Error("the source is taken for good")
	}
}
