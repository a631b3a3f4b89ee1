package fmp4

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// mimeH265 is the codecs parameter of ISO/IEC 14496-15, annex E.3, from the
// profile_tier_level of a sequence parameter set.
func mimeH265(sps []byte) string {
	raw := h264.EmulationPreventionRemove(sps)
	if len(raw) < 15 {
		return "hvc1"
	}
	// Two bytes of NAL header, one with the number of sub-layers, then:
	ptl := raw[3:15]
	var b strings.Builder
	b.WriteString("hvc1.")
	if space := ptl[0] >> 6; space > 0 {
		b.WriteByte('A' + space - 1)
	}
	compatible := bits.Reverse32(binary.BigEndian.Uint32(ptl[1:5]))
	tier := 'L'
	if ptl[0]&0x20 != 0 {
		tier = 'H'
	}
	fmt.Fprintf(&b, "%d.%X.%c%d", ptl[0]&0x1f, compatible, tier, ptl[11])
	constraints := ptl[5:11]
	for len(constraints) > 0 && constraints[len(constraints)-1] == 0 {
		constraints = constraints[:len(constraints)-1]
	}
	for _, c := range constraints {
		fmt.Fprintf(&b, ".%X", c)
	}
	return b.String()
}
