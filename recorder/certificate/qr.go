package certificate

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Payload is the exact text of the QR code beside a recording's values, in ASCII, each
// line ended by \n:
//
//	avhub-certificate/1
//	recording <id>
//	ledger <id of the manifest's chain>
//	entry <number of the signed entry, decimal>
//	sha256 <integrity check value, 64 hexadecimal digits>
//	sm3 <the same by SM3; the line is missing where there is none>
//	ed25519 <SHA-256 of the public key's DER; a line for each key: ed25519, sm2>
func Payload(r Recording) string {
	var b strings.Builder
	fmt.Fprintf(&b, "avhub-certificate/1\nrecording %s\nledger %s\nentry %d\nsha256 %s\n", r.ID, r.Seal.Ledger, r.Seal.Entry, r.Seal.SHA256)
	if r.Seal.SM3 != "" {
		fmt.Fprintf(&b, "sm3 %s\n", r.Seal.SM3)
	}
	for _, k := range r.Keys {
		fmt.Fprintf(&b, "%s %s\n", strings.ToLower(k.Kind), k.Fingerprint)
	}
	return b.String()
}

// code draws a QR code into a square, with the white border that readers need.
func (s *sheet) code(text string, x, y, size float64) error {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("certificate: QR code: %w", err)
	}
	const border = 4 // modules (ISO/IEC 18004)
	module := size / float64(c.Size+2*border)
	for row := range c.Size {
		for from := 0; from < c.Size; {
			to := from
			for to < c.Size && c.Black(to, row) {
				to++
			}
			if to > from {
				s.page.Fill(x+module*float64(border+from), y+module*float64(border+row), module*float64(to-from), module*1.005, ink)
			}
			from = to + 1
		}
	}
	return nil
}
