package playback

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"avhub/recorder/manifest"
)

// Camera is a recording among those that were made together.
type Camera struct {
	Name      string // as a player shows it to whoever chooses
	Recording *Recording
	// Media is the address of its media playlist, for a Gaps.
	Media func(Gaps) string
}

// Cameras writes the playlist that a player begins with for recordings that were made
// together: one of them, and the others to be chosen instead (RFC 8216 section 4.3.4.1,
// TYPE=VIDEO). They are no variants: a player changes from one variant to another by
// itself when the network becomes slow, and would show another camera.
//
// All of them begin when the first did, and keep their gaps, so that a choice does not
// change the time. Those of which nothing plays are left out.
func Cameras(out io.Writer, all []Camera) error {
	var together variant
	var zero time.Time
	var shown []Camera
	for _, c := range all {
		v, err := c.Recording.variant()
		if err != nil {
			continue
		}
		for _, codec := range v.codecs {
			if !slices.Contains(together.codecs, codec) {
				together.codecs = append(together.codecs, codec)
			}
		}
		together.width, together.height = max(together.width, v.width), max(together.height, v.height)
		together.average, together.peak = max(together.average, v.average), max(together.peak, v.peak)
		if begin := c.Recording.begin(); zero.IsZero() || begin.Before(zero) {
			zero = begin
		}
		shown = append(shown, c)
	}
	if len(shown) == 0 {
		return ErrNothing
	}
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n")
	media := make([]string, len(shown))
	names := map[string]int{}
	for i, c := range shown {
		media[i] = c.Media(Gaps{Keep: true, Lead: manifest.MicrosOf(c.Recording.begin().Sub(zero))})
		name := attribute(c.Name)
		if names[name]++; names[name] > 1 { // they must differ
			name = fmt.Sprintf("%s (%d)", name, names[name])
		}
		chosen := "NO"
		if i == 0 {
			chosen = "YES"
		}
		fmt.Fprintf(&b, "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"cameras\",NAME=\"%s\",DEFAULT=%s,AUTOSELECT=%s,URI=\"%s\"\n", name, chosen, chosen, media[i])
	}
	fmt.Fprintf(&b, "%s,VIDEO=\"cameras\"\n%s\n", together.streamInf(), media[0])
	_, err := io.WriteString(out, b.String())
	return err
}

// begin is when a recording begins, by the hub's clock.
func (r *Recording) begin() (zero time.Time) {
	r.View(func(m *manifest.Recording) { zero = m.At(0) })
	return zero
}

// attribute makes a quoted string's contents of a text: no line ends, no quotes (RFC
// 8216 section 4.2).
func attribute(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
