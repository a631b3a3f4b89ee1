package playback

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"avhub/recorder/manifest"
)

// Lengths of a playlist's segments. They are cut where a picture begins that needs
// no other once they are long enough, and anywhere before they become too long:
// what a player was told of the longest must stay true while the recording grows
// (RFC 8216 section 4.3.3.1).
const (
	longEnough = manifest.Micros(4e6)
	longest    = manifest.Micros(6e6)
)

// variant is what a master playlist says of a media playlist.
type variant struct {
	codecs        []string // RFC 6381
	width, height int
	average, peak int64 // bits a second
}

// Master writes the playlist that a player begins with (RFC 8216 section 4.3.4): it
// names the codecs, and leads to the media playlist at media.
func (r *Recording) Master(out io.Writer, media string) error {
	v, err := r.variant()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "#EXTM3U\n#EXT-X-VERSION:7\n%s\n%s\n", v.streamInf(), media)
	return err
}

// variant looks at all segments.
func (r *Recording) variant() (v variant, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	bytes := int64(0)
	var length manifest.Micros
	for _, s := range r.rec.Segments {
		for _, t := range s.Tracks {
			if !slices.Contains(v.codecs, t.MIME) {
				v.codecs = append(v.codecs, t.MIME)
			}
			v.width, v.height = max(v.width, t.Width), max(v.height, t.Height)
		}
		bytes += s.Bytes()
		length += s.End() - s.Start
		if d := s.End() - s.Start; d > 1e6 {
			v.peak = max(v.peak, s.Bytes()*8*1e6/int64(d))
		}
	}
	if length <= 0 {
		return v, fmt.Errorf("recording %s: %w", r.place.id, ErrNothing)
	}
	v.average = max(bytes*8*1e6/int64(length), 1)
	v.peak = max(v.peak, v.average)
	return v, nil
}

func (v variant) streamInf() string {
	text := fmt.Sprintf("#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=%q", v.peak, v.average, strings.Join(v.codecs, ","))
	if v.width > 0 && v.height > 0 {
		text += fmt.Sprintf(",RESOLUTION=%dx%d", v.width, v.height)
	}
	return text
}

// Playlist writes the media playlist: the segments' files by ranges of bytes. Where
// nothing was recorded there is a discontinuity, and the wall clock says how much
// is missing; with Gaps.Keep the gap is there in its length, as segments that are
// not to be loaded, so that cameras recorded together stay together.
func (r *Recording) Playlist(out io.Writer, gaps Gaps) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := playlist{r: r, w: r.walk(), keep: gaps.Keep, at: -gaps.Lead, longest: longest}
	p.collect()
	kind := "EVENT"
	if !p.r.grows() {
		kind = "VOD"
	}
	_, err := fmt.Fprintf(out, "#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-TARGETDURATION:%d\n#EXT-X-PLAYLIST-TYPE:%s\n#EXT-X-START:TIME-OFFSET=0\n%s", (p.longest+999_999)/1e6, kind, p.text.String())
	if err == nil && kind == "VOD" {
		_, err = io.WriteString(out, "#EXT-X-ENDLIST\n")
	}
	return err
}

// Gaps is how a playlist deals with times in which nothing was recorded.
type Gaps struct {
	Keep bool
	// Lead is how long before the recording its playlist begins, with Keep: another
	// camera was there earlier.
	Lead manifest.Micros
}

// playlist is one in the making.
type playlist struct {
	r    *Recording
	w    *walk
	keep bool
	text strings.Builder

	codings coding
	coding  int             // of the last EXT-X-MAP
	at      manifest.Micros // how far what is written reaches
	longest manifest.Micros
	segment int // in which file

	hand stretch // not written yet
}

// stretch is parts that make a segment of the playlist.
type stretch struct {
	segment      int // number of the file; 0: none
	offset, size int64
	start, end   manifest.Micros
}

func (p *playlist) collect() {
	p.codings.r = p.r
	for at, ok := p.w.settle(spot{}); ok; at, ok = p.w.next(at) {
		part := p.r.part(at)
		h := &p.hand
		end := p.w.end(at)
		last := end <= part.Start // a picture at the recording's very end: it is no segment of its own
		follows := h.segment == at.segment+1 && h.offset+h.size == part.Offset
		if follows && !last && (part.Keyframe && h.end-h.start >= longEnough || part.Start+part.Duration-h.start > longest) {
			follows = false
		}
		if !follows {
			p.flush()
			*h = stretch{segment: at.segment + 1, offset: part.Offset, start: part.Start}
		}
		h.size += part.Size
		if h.end = end; h.end <= h.start {
			h.end = h.start + part.Duration
		}
	}
	// What a growing recording's last parts will be part of is not known yet.
	if n := len(p.r.rec.Segments); !p.r.grows() || n > 0 && p.r.rec.Segments[n-1].Ended != nil || p.hand.end-p.hand.start >= longest {
		p.flush()
	}
}

// flush writes the stretch in hand.
func (p *playlist) flush() {
	h := p.hand
	p.hand = stretch{}
	if h.segment == 0 {
		return
	}
	if h.start > p.at {
		p.gap(h.start)
	}
	if now := p.codings.of(h.segment - 1); now != p.coding {
		if p.coding != 0 {
			p.discontinuity()
		}
		fmt.Fprintf(&p.text, "#EXT-X-MAP:URI=\"inits/%06d.mp4\"\n", now)
		p.coding = now
	}
	if p.segment != h.segment {
		p.time(h.start)
	}
	length := h.end - h.start
	p.longest = max(p.longest, length)
	fmt.Fprintf(&p.text, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%d@%d\nsegments/%s\n", length.Duration().Seconds(), h.size, h.offset, manifest.SegmentFile(h.segment))
	p.at, p.segment = h.end, h.segment
}

// gap leads over a time in which nothing was recorded.
func (p *playlist) gap(to manifest.Micros) {
	if !p.keep {
		if p.coding != 0 { // not at the beginning
			p.discontinuity()
		}
		p.segment = 0
		return
	}
	p.discontinuity()
	p.time(p.at)
	for p.at < to {
		length := min(to-p.at, longest)
		fmt.Fprintf(&p.text, "#EXT-X-GAP\n#EXTINF:%.6f,\nsegments/gap.mp4\n", length.Duration().Seconds())
		p.at += length
	}
	p.discontinuity()
	p.segment = 0
}

func (p *playlist) discontinuity() {
	if !strings.HasSuffix(p.text.String(), "#EXT-X-DISCONTINUITY\n") {
		p.text.WriteString("#EXT-X-DISCONTINUITY\n")
	}
}

func (p *playlist) time(at manifest.Micros) {
	fmt.Fprintf(&p.text, "#EXT-X-PROGRAM-DATE-TIME:%s\n", p.r.rec.At(at).UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
