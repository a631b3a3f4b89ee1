package ledger

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// SM2Key is a public key of SM2 (GB/T 32918), on the curve that it recommends.
// Signatures are over the user id 1234567812345678 (GM/T 0009).
type SM2Key struct{ key *ecdsa.PublicKey }

// PublicSM2 is the public part of a key; none for nil.
func PublicSM2(key *sm2.PrivateKey) SM2Key {
	if key == nil {
		return SM2Key{}
	}
	return SM2Key{&key.PublicKey}
}

// IsZero tells whether there is none.
func (k SM2Key) IsZero() bool { return k.key == nil }

// String is the key as headers name it: its point without compression, in base64.
func (k SM2Key) String() string {
	if k.key == nil {
		return ""
	}
	point, err := sm2.PublicKeyToECDH(k.key)
	if err != nil {
		return "" // not on the curve: no signature is its
	}
	return base64.StdEncoding.EncodeToString(point.Bytes())
}

// PEM is the key as ledger-sm2.pub holds it.
func (k SM2Key) PEM() ([]byte, error) {
	der, err := smx509.MarshalPKIXPublicKey(k.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// ParseSM2Key reads a public key (PKIX, PEM).
func ParseSM2Key(data []byte) (SM2Key, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return SM2Key{}, errors.New("no PEM in the SM2 public key")
	}
	key, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return SM2Key{}, err
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok || public.Curve != sm2.P256() {
		return SM2Key{}, errors.New("the public key is no SM2 key")
	}
	return SM2Key{public}, nil
}

// sm2KeyOf reads a key as headers name it.
func sm2KeyOf(name string) (SM2Key, error) {
	point, err := base64.StdEncoding.Strict().DecodeString(name)
	if err != nil {
		return SM2Key{}, err
	}
	key, err := sm2.NewPublicKey(point)
	return SM2Key{key}, err
}

// LoadOrCreateSM2Key reads an SM2 key (PKCS #8, PEM), or makes one that only the
// hub's user can read.
func LoadOrCreateSM2Key(path string) (*sm2.PrivateKey, error) {
	der, err := loadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		private, err := sm2.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		if der, err = smx509.MarshalPKCS8PrivateKey(private); err != nil {
			return nil, err
		}
		return private, saveKey(path, der)
	}
	if err != nil {
		return nil, err
	}
	key, err := smx509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("ledger key %s: %w: %s", path, err, restoreKey)
	}
	private, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("ledger key %s: it is no SM2 key", path)
	}
	return private, nil
}
