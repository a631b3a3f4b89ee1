package packet

import (
	"encoding/hex"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// ParamSets are a video track's parameter sets.
type ParamSets struct{ VPS, SPS, PPS []byte }

// FindParamSets finds the parameter sets in a unit, the last of each kind.
func FindParamSets(k Kind, nalus [][]byte) ParamSets {
	var p ParamSets
	for _, n := range nalus {
		if !IsParamSet(k, n) {
			continue
		}
		switch {
		case k == H264 && h264Type(n) == h264SPS, k == H265 && h265Type(n) == h265SPS:
			p.SPS = n
		case k == H264, k == H265 && h265Type(n) == h265PPS:
			p.PPS = n
		default:
			p.VPS = n
		}
	}
	return p
}

// Complete tells whether a decoder can start with them.
func (p ParamSets) Complete(k Kind) bool {
	return p.SPS != nil && p.PPS != nil && (k != H265 || p.VPS != nil)
}

// VideoInfo is what a sequence parameter set says of the picture.
type VideoInfo struct {
	Width, Height  int
	Profile        string
	ProfileLevelID string  // H.264: six hex digits, as in SDP (RFC 6184 section 8.1)
	FrameRate      float64 // 0 where it does not say
	Reorder        bool    // pictures may come in another order than shown: B-frames
}

// ParseSPS reads a sequence parameter set.
func ParseSPS(k Kind, sps []byte) (info VideoInfo, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: SPS: %v", ErrMalformed, r)
		}
	}()
	switch k {
	case H264:
		return parseSPS264(sps)
	case H265:
		return parseSPS265(sps)
	}
	return VideoInfo{}, fmt.Errorf("%w: %s has no SPS", ErrMalformed, k)
}

func parseSPS264(raw []byte) (VideoInfo, error) {
	var s h264.SPS
	if err := s.Unmarshal(raw); err != nil {
		return VideoInfo{}, fmt.Errorf("%w: SPS: %w", ErrMalformed, err)
	}
	info := VideoInfo{
		Width: s.Width(), Height: s.Height(), FrameRate: s.FPS(),
		Profile: profile264(s.ProfileIdc, raw[2]), ProfileLevelID: hex.EncodeToString(raw[1:4]),
	}
	if s.VUI != nil && s.VUI.BitstreamRestriction != nil {
		info.Reorder = s.VUI.BitstreamRestriction.MaxNumReorderFrames > 0
	}
	return info, nil
}

func profile264(idc, constraints uint8) string {
	switch {
	case idc == 66 && constraints&0x40 != 0:
		return "Constrained Baseline"
	case idc == 66:
		return "Baseline"
	case idc == 77:
		return "Main"
	case idc == 88:
		return "Extended"
	case idc == 100:
		return "High"
	case idc == 110:
		return "High 10"
	case idc == 122:
		return "High 4:2:2"
	case idc == 244:
		return "High 4:4:4"
	}
	return fmt.Sprintf("profile %d", idc)
}

func parseSPS265(raw []byte) (VideoInfo, error) {
	var s h265.SPS
	if err := s.Unmarshal(raw); err != nil {
		return VideoInfo{}, fmt.Errorf("%w: SPS: %w", ErrMalformed, err)
	}
	info := VideoInfo{Width: s.Width(), Height: s.Height(), FrameRate: s.FPS()}
	switch idc := s.ProfileTierLevel.GeneralProfileIdc; idc {
	case 1:
		info.Profile = "Main"
	case 2:
		info.Profile = "Main 10"
	case 3:
		info.Profile = "Main Still Picture"
	default:
		info.Profile = fmt.Sprintf("profile %d", idc)
	}
	if n := len(s.MaxNumReorderPics); n > 0 {
		info.Reorder = s.MaxNumReorderPics[n-1] > 0
	}
	return info, nil
}
