package relay

import (
	"fmt"
	"slices"
	"strings"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/sources"
	"avhub/media/webrtc"
)

// Reason says why a browser cannot show a source.
type Reason string

// Reasons.
const (
	ReasonH265    Reason = "h265"     // the browser does not decode H.265
	ReasonBFrames Reason = "b_frames" // no browser plays B-frames over WebRTC
	ReasonCodec   Reason = "codec"    // any other codec that was not offered
)

// NoCodec says that source and browser have no codec in common.
type NoCodec struct {
	Reason  Reason
	Source  []string // the codecs that the source sends
	Browser []string // the codecs that the browser offers
}

func (e *NoCodec) Error() string {
	why := map[Reason]string{
		ReasonH265:    "the camera sends H.265, which this browser does not play",
		ReasonBFrames: "the camera sends B-frames, which no browser plays over WebRTC",
		ReasonCodec:   "camera and browser have no codec in common",
	}[e.Reason]
	return fmt.Sprintf("%s (camera: %s; browser: %s): set the camera's main or sub stream to H.264 without B-frames, or set media.transcode: true",
		why, strings.Join(e.Source, ", "), strings.Join(e.Browser, ", "))
}

// Candidate is a stream that could be served.
type Candidate struct {
	Quality sources.Quality
	Tracks  []media.TrackStats
}

// Abilities say what the hub may convert.
type Abilities struct {
	Sound   bool // to Opus
	Picture bool // to H.264
}

// Plan is what a viewer gets.
type Plan struct {
	Quality sources.Quality
	// Picture: the stream's video track, or transcoded from it. No picture if
	// Video is nil and Transcode is false.
	Video     *webrtc.Chosen
	Transcode bool
	// Sound: an audio track, or one to be made of AudioFrom as Opus.
	Audio     *webrtc.Chosen
	ToOpus    bool
	OpusCodec webrtc.Codec
	H264Codec webrtc.Codec
}

// Choose picks from the candidates, best first, what suits the offer. The
// first candidate is what was asked for; a picture as it is from a later one
// goes before a transcoded picture of the first.
func Choose(offer *webrtc.Offer, candidates []Candidate, can Abilities) (Plan, error) {
	var refusal error
	for _, c := range candidates {
		plan, err := direct(offer, c, can)
		if err == nil {
			return plan, nil
		}
		if refusal == nil {
			refusal = err
		}
	}
	if h264 := offer.Find(packet.H264, "42e0"); can.Picture && h264 != nil && offer.WantsVideo {
		for _, c := range candidates {
			if hasVideo(c.Tracks) {
				plan := Plan{Quality: c.Quality, Transcode: true, H264Codec: *h264}
				plan.sound(offer, c, can)
				return plan, nil
			}
		}
	}
	return Plan{}, refusal
}

// direct serves a candidate with its picture as it is.
func direct(offer *webrtc.Offer, c Candidate, can Abilities) (Plan, error) {
	plan := Plan{Quality: c.Quality}
	plan.sound(offer, c, can)
	if !offer.WantsVideo || !hasVideo(c.Tracks) {
		if plan.Audio == nil && !plan.ToOpus {
			return Plan{}, refuse(offer, c, ReasonCodec)
		}
		return plan, nil
	}
	reason := ReasonCodec
	for i, t := range c.Tracks {
		if !t.Kind.Video() || t.Derived {
			continue
		}
		codec := offer.Find(t.Kind, t.Video.ProfileLevelID)
		switch {
		case t.Video.Reorder && (t.Kind == packet.H264 || t.Kind == packet.H265):
			reason = ReasonBFrames
		case codec == nil && t.Kind == packet.H265:
			reason = ReasonH265
		case codec != nil:
			plan.Video = &webrtc.Chosen{Track: i, Codec: *codec}
			return plan, nil
		}
	}
	return Plan{}, refuse(offer, c, reason)
}

// sound chooses an audio track as it is, else one to be made Opus.
func (p *Plan) sound(offer *webrtc.Offer, c Candidate, can Abilities) {
	convertible := false
	for i, t := range c.Tracks {
		if t.Kind.Video() || t.Derived {
			continue
		}
		if codec := offer.Find(t.Kind, ""); codec != nil && t.ForBrowsers() && !p.Transcode {
			p.Audio = &webrtc.Chosen{Track: i, Codec: *codec}
			return
		}
		convertible = true
	}
	if opus := offer.Find(packet.Opus, ""); opus != nil && can.Sound && convertible {
		p.ToOpus, p.OpusCodec = true, *opus
	}
}

func hasVideo(tracks []media.TrackStats) bool {
	return slices.ContainsFunc(tracks, func(t media.TrackStats) bool { return t.Kind.Video() && !t.Derived })
}

func refuse(offer *webrtc.Offer, c Candidate, reason Reason) *NoCodec {
	e := &NoCodec{Reason: reason, Browser: append(webrtc.Names(offer.Video), webrtc.Names(offer.Audio)...)}
	for _, t := range c.Tracks {
		if !t.Derived {
			e.Source = append(e.Source, t.Kind.String())
		}
	}
	return e
}
