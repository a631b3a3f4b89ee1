package relay

import (
	"context"
	"errors"

	"avhub/media"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// Auto leaves the choice between main and sub stream to the relay.
const Auto sources.Quality = "auto"

// order is in which order a source's streams are tried.
func order(want sources.Quality) []sources.Quality {
	if want == sources.Sub {
		return []sources.Quality{sources.Sub, sources.Main}
	}
	return []sources.Quality{sources.Main, sources.Sub}
}

// held is a stream that is kept awake.
type held struct {
	quality sources.Quality
	stream  *media.Stream
	release func()
}

// choose finds the stream for an offer. Streams are woken one after the other,
// and only as far as needed; all but the chosen one are let go again.
func (r *Relay) choose(ctx context.Context, source string, want sources.Quality, offer *webrtc.Offer) (Plan, held, error) {
	can := Abilities{Sound: r.o.Transcoder.Available()}
	var awake []held
	var candidates []Candidate
	var offline error
	for _, q := range order(want) {
		h, err := r.hold(ctx, source, q)
		if err != nil {
			if offline == nil {
				offline = err
			}
			if errors.Is(err, sources.ErrUnknown) && q == sources.Main {
				break
			}
			continue
		}
		awake = append(awake, h)
		candidates = append(candidates, Candidate{Quality: q, Tracks: h.stream.Stats()})
		if plan, err := Choose(offer, candidates, can); err == nil {
			return plan, keep(awake, plan.Quality), nil
		}
	}
	if len(candidates) == 0 {
		return Plan{}, held{}, offline
	}
	can.Picture = r.o.Transcode
	plan, err := Choose(offer, candidates, can)
	return plan, keep(awake, plan.Quality), err
}

func (r *Relay) hold(ctx context.Context, source string, q sources.Quality) (held, error) {
	line, err := r.o.Sources.Line(source, q)
	if err != nil {
		return held{}, err
	}
	stream, release, err := line.Acquire(ctx)
	return held{q, stream, release}, err
}

// keep releases all but the one of the given quality.
func keep(awake []held, q sources.Quality) held {
	var kept held
	for _, h := range awake {
		if h.quality == q {
			kept = h
		} else {
			h.release()
		}
	}
	return kept
}
