package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/sm2"
)

// Head is a signed end of a ledger: what stands in it up to entry N cannot be
// changed without this being wrong. One that is kept elsewhere proves that
// nothing was cut off since.
type Head struct {
	ID        string `json:"id"`
	N         uint64 `json:"n"`
	Hash      string `json:"hash"`               // SHA-256 of entry N's line
	HashSM3   string `json:"hash_sm3,omitempty"` // SM3 of it, where the ledger is chained by SM3 too
	Signature string `json:"signature"`
	SM2       string `json:"sm2,omitempty"` // over HashSM3, where the ledger has an SM2 key
}

// signed is the text that a head's signature is over.
func (h *Head) signed() []byte {
	return fmt.Appendf(nil, "%s head\n%s\n%d\n%s\n", Format, h.ID, h.N, h.Hash)
}

// signedSM2 is the text that its SM2 signature is over.
func (h *Head) signedSM2() []byte {
	return fmt.Appendf(nil, "%s head sm2\n%s\n%d\n%s\n", Format, h.ID, h.N, h.HashSM3)
}

// sign is the head with its signatures; the second key may be nil.
func (h Head) sign(key ed25519.PrivateKey, second *sm2.PrivateKey) (Head, error) {
	h.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, h.signed()))
	h.SM2 = ""
	if second == nil {
		return h, nil
	}
	raw, err := second.SignWithSM2(rand.Reader, nil, h.signedSM2())
	if err != nil {
		return h, fmt.Errorf("sm2: %w", err)
	}
	h.SM2 = base64.StdEncoding.EncodeToString(raw)
	return h, nil
}

// Valid tells whether the signature is the key's.
func (h *Head) Valid(key ed25519.PublicKey) bool {
	raw, err := base64.StdEncoding.Strict().DecodeString(h.Signature)
	return err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, h.signed(), raw)
}

// ValidSM2 tells whether the SM2 signature is the key's.
func (h *Head) ValidSM2(key SM2Key) bool {
	raw, err := base64.StdEncoding.Strict().DecodeString(h.SM2)
	return err == nil && key.key != nil && sm2.VerifyASN1WithSM2(key.key, nil, h.signedSM2(), raw)
}

// kept is head.json: the newest head, and when its entry was written.
type kept struct {
	Head
	Time time.Time `json:"time"`
}

func (k kept) marshal() ([]byte, error) {
	raw, err := json.MarshalIndent(k, "", "  ")
	return append(raw, '\n'), err
}
