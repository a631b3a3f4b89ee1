package packet

// hasPicture tells whether NAL units hold a part of a picture.
func hasPicture(k Kind, nalus [][]byte) bool {
	for _, n := range nalus {
		if k == H264 && h264Type(n) >= h264Slice && h264Type(n) <= h264IDR {
			return true
		}
		if k == H265 && h265Type(n) < h265VPS {
			return true
		}
	}
	return false
}

// isFiller tells NAL units that carry nothing: delimiters and filler data.
func isFiller(k Kind, n []byte) bool {
	if k == H264 {
		return h264Type(n) == h264AUD || h264Type(n) == h264Filler
	}
	return len(n) < 2 || h265Type(n) == h265AUD || h265Type(n) == h265Filler
}

// IsParamSet tells parameter sets from other NAL units.
func IsParamSet(k Kind, n []byte) bool {
	if len(n) == 0 {
		return false
	}
	if k == H264 {
		return h264Type(n) == h264SPS || h264Type(n) == h264PPS
	}
	return k == H265 && h265Type(n) >= h265VPS && h265Type(n) <= h265PPS
}

// IsRandomAccess tells whether a decoder can start at a unit: an IDR picture
// of H.264; an IRAP picture of H.265 (BLA, IDR, CRA). An H.264 picture with a
// recovery point is one too when it is an intra picture that carries its own
// parameter sets, as cameras with periodic I frames send it.
func IsRandomAccess(k Kind, nalus [][]byte) bool {
	switch k {
	case H264:
		return h264RandomAccess(nalus)
	case H265:
		for _, n := range nalus {
			if len(n) > 0 && h265Type(n) >= h265BLA && h265Type(n) <= h265CRA {
				return true
			}
		}
	}
	return false
}

func h264RandomAccess(nalus [][]byte) bool {
	recovery, sps := false, false
	for _, n := range nalus {
		if len(n) == 0 {
			continue
		}
		switch h264Type(n) {
		case h264IDR:
			return true
		case h264SPS:
			sps = true
		case h264SEI:
			recovery = recovery || hasRecoveryPoint(n)
		}
	}
	return recovery && sps
}

// hasRecoveryPoint looks for SEI payload type 6 with a recovery count of 0
// (ITU-T H.264 D.1.8): decoding is right from this picture on.
func hasRecoveryPoint(sei []byte) bool {
	p := sei[1:]
	for len(p) > 2 {
		kind, size := 0, 0
		for len(p) > 0 && p[0] == 0xff {
			kind += 255
			p = p[1:]
		}
		if len(p) == 0 {
			return false
		}
		kind += int(p[0])
		p = p[1:]
		for len(p) > 0 && p[0] == 0xff {
			size += 255
			p = p[1:]
		}
		if len(p) == 0 {
			return false
		}
		size += int(p[0])
		p = p[1:]
		if size > len(p) {
			return false
		}
		if kind == 6 && size > 0 {
			return p[0]&0x80 != 0 // ue(v) 0 is the single bit 1
		}
		p = p[size:]
	}
	return false
}

// IsDisposable tells whether no other picture refers to this one, by what the
// encoder says: nal_ref_idc of 0 in all slices of H.264 (7.4.1). H.265 says it
// for a sub-layer only, which tells nothing of higher ones.
func IsDisposable(k Kind, nalus [][]byte) bool {
	if k != H264 {
		return false
	}
	found := false
	for _, n := range nalus {
		if len(n) == 0 || h264Type(n) < h264Slice || h264Type(n) > h264IDR {
			continue
		}
		if n[0]&0x60 != 0 {
			return false
		}
		found = true
	}
	return found
}
