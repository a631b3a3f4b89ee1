package signaling

import (
	"cmp"
	"time"

	"avhub/configs"
	"avhub/media"
	"avhub/media/sources"
)

// Source is a source as the API shows it: its settings, and what it does now.
type Source struct {
	ID          string    `json:"id" example:"court-1"`
	Name        string    `json:"name" example:"第一法庭"`
	Site        string    `json:"site" example:"courtroom"`
	SiteID      string    `json:"site_id" doc:"the courtroom or other site that it stands in; empty: a site of its own"`
	Court       string    `json:"court" example:"heihe"`
	URL         string    `json:"url" doc:"a password is shown as ***; empty for those who do not manage the source"`
	SubURL      string    `json:"sub_url"`
	Transport   string    `json:"transport" enum:"auto,tcp,udp,multicast"`
	Start       string    `json:"start" enum:"always,on_demand"`
	Record      string    `json:"record" enum:"always,in_session,never"`
	Loudspeaker string    `json:"loudspeaker" enum:"auto,on,off" doc:"whether what is said in a hearing's room comes out of its loudspeaker (ONVIF back channel); auto: where hearings are held, if it has one"`
	Origin      Origin    `json:"origin" enum:"file,api" doc:"file: written in avhub.yaml, to be changed there"`
	Kind        string    `json:"kind" enum:"pull,push" doc:"push: an encoder publishes by RTSP or WHIP"`
	Main        Line      `json:"main"`
	Sub         *Line     `json:"sub" doc:"null without a sub stream"`
	Viewers     int       `json:"viewers" doc:"connected by WebRTC"`
	Recording   Recording `json:"recording"`
	// May is what the caller may do with it.
	May Abilities `json:"may"`
}

// Abilities are what one may do with a source.
type Abilities struct {
	Watch    bool `json:"watch"`
	Snapshot bool `json:"snapshot"`
	TalkBack bool `json:"talk_back"`
	Publish  bool `json:"publish"`
	Manage   bool `json:"manage"`
}

// Origin is where a source's settings are kept.
type Origin string

// Origins.
const (
	FromFile Origin = "file"
	FromAPI  Origin = "api"
)

// Line is one stream of a source, now.
type Line struct {
	State            string    `json:"state" enum:"idle,connecting,live,degraded,offline"`
	Cause            *Cause    `json:"cause" doc:"why it is degraded or offline"`
	Since            time.Time `json:"since"`
	Video            *Video    `json:"video"`
	Audio            *Audio    `json:"audio"`
	BitRate          int       `json:"bit_rate" doc:"bit/s"`
	Packets          uint64    `json:"packets"`
	PacketsLost      uint64    `json:"packets_lost"`
	JitterMS         float64   `json:"jitter_ms"`
	Reconnects       int       `json:"reconnects"`
	ClockCorrections int       `json:"clock_corrections"`
	Readers          int       `json:"readers"`
	Transport        string    `json:"transport" doc:"tcp, udp or multicast; empty while not connected"`
}

// Cause says why in a code and a sentence.
type Cause struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Video is what is known of a picture.
type Video struct {
	Codec              string  `json:"codec" example:"H264"`
	Profile            string  `json:"profile"`
	Width              int     `json:"width"`
	Height             int     `json:"height"`
	FrameRate          float64 `json:"frame_rate"`
	BitRate            int     `json:"bit_rate" doc:"bit/s"`
	BFrames            bool    `json:"b_frames"`
	KeyframeIntervalMS float64 `json:"keyframe_interval_ms" doc:"0 until two keyframes were seen"`
}

// Audio is what is known of a sound.
type Audio struct {
	Codec      string `json:"codec" example:"AAC"`
	SampleRate int    `json:"sample_rate" doc:"Hz"`
	Channels   int    `json:"channels"`
	BitRate    int    `json:"bit_rate" doc:"bit/s"`
}

func describe(c configs.Source, origin Origin) Source {
	kind := "pull"
	if c.URL.Empty() {
		kind = "push"
	}
	return Source{
		ID: c.ID, Name: c.Name, Site: string(c.Site), SiteID: c.SiteID, Court: c.Court,
		URL: c.URL.Redacted(), SubURL: c.SubURL.Redacted(),
		Transport: string(c.Transport), Start: string(c.Start), Record: string(c.Record), Loudspeaker: string(cmp.Or(c.Loudspeaker, configs.LoudspeakerAuto)),
		Origin: origin, Kind: kind,
	}
}

func lineOf(l *sources.Line) Line {
	status := l.Status()
	line := Line{
		State: string(status.State), Since: status.Since.UTC(), Reconnects: l.Reconnects(),
		Transport: l.Transport(), Readers: l.Stream().Readers(),
	}
	if status.Cause != nil {
		line.Cause = &Cause{string(status.Cause.Code), status.Cause.Detail}
	}
	for _, t := range l.Stats() {
		if !t.Derived {
			line.add(t)
		}
	}
	return line
}

func (l *Line) add(t media.TrackStats) {
	l.BitRate += int(t.BitRate)
	l.Packets += t.Packets
	l.PacketsLost += t.Lost
	l.ClockCorrections += t.Corrections
	l.JitterMS = max(l.JitterMS, milliseconds(t.Jitter))
	switch {
	case t.Kind.Video() && l.Video == nil:
		l.Video = videoOf(t)
	case !t.Kind.Video() && l.Audio == nil:
		l.Audio = audioOf(t)
	}
}

func videoOf(t media.TrackStats) *Video {
	return &Video{
		Codec: t.Kind.String(), Profile: t.Video.Profile, Width: t.Video.Width, Height: t.Video.Height,
		FrameRate: t.FrameRate, BitRate: int(t.BitRate), BFrames: t.Video.Reorder,
		KeyframeIntervalMS: milliseconds(t.KeyframeInterval),
	}
}

func audioOf(t media.TrackStats) *Audio {
	return &Audio{Codec: t.Kind.String(), SampleRate: t.SampleRate, Channels: t.Channels, BitRate: int(t.BitRate)}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
