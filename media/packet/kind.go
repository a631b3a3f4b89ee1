package packet

// Kind is a codec.
type Kind uint8

// The codecs that the hub carries.
const (
	H264 Kind = iota + 1
	H265
	AAC
	Opus
	PCMA
	PCMU
	G722
	VP8
	VP9
	AV1
)

var kindNames = [...]string{
	H264: "H264", H265: "H265", AAC: "AAC", Opus: "Opus", PCMA: "PCMA", PCMU: "PCMU",
	G722: "G722", VP8: "VP8", VP9: "VP9", AV1: "AV1",
}

func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// Video tells pictures from sound.
func (k Kind) Video() bool {
	switch k {
	case H264, H265, VP8, VP9, AV1:
		return true
	default:
		return false
	}
}
