package signaling

import (
	"context"
	"slices"

	"avhub/configs"
	"avhub/media/loudspeaker"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/signaling/hall"
)

// CamerasOf are the sources that stand in a place, and those of the ids that are also
// named, as a hearing's room takes them (hall.Options.Cameras).
func (c *Catalog) CamerasOf(site string, also []string) []hall.Camera {
	var all []hall.Camera
	for _, s := range c.Configs() {
		here := site != "" && s.Place() == site
		if !here && !slices.Contains(also, s.ID) {
			continue
		}
		line, err := c.set.Line(s.ID, sources.Main)
		if err != nil {
			continue // it was removed just now
		}
		all = append(all, hall.Camera{ID: s.ID, Name: s.Name, Status: line.Status(), Tracks: line.Stats(), Here: here, Speaks: s.Speaks()})
	}
	return all
}

// Talks opens the ways to sources' loudspeakers at a desk (hall.Options.Talk).
func (c *Catalog) Talks(desk *rtsp.Desk) func(ctx context.Context, source, holder string) (loudspeaker.Talk, error) {
	return func(ctx context.Context, source, holder string) (loudspeaker.Talk, error) {
		e, ok := c.entry(source)
		if !ok {
			return nil, errUnknownSource
		}
		o := rtsp.TalkOptions{URL: e.URL.Reveal(), Transport: rtsp.Transport(e.Transport)}
		if o.Transport == rtsp.Multicast {
			o.Transport = rtsp.Auto // nobody talks by multicast
		}
		t, err := desk.Open(ctx, source, holder, o)
		if err != nil {
			return nil, withoutSetting(e.Source, err)
		}
		return t, nil
	}
}

// withoutSetting makes a fault of it that a device has no loudspeaker, where somebody has
// said that it has one.
func withoutSetting(s configs.Source, err error) error {
	if s.Loudspeaker == configs.LoudspeakerOn {
		return loudspeaker.Expected(err)
	}
	return err
}
