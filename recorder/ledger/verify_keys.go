package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// findKeys takes the keys that were given, or those in the folder, and holds the
// folder's files of keys against them.
func (v *verifier) findKeys(first int) error {
	_, header, headerErr := headerOf(v.dir, v.names.file(first))
	there, err := v.folderKey()
	switch {
	case v.key != nil && there != nil && !bytes.Equal(v.key, there):
		v.find(OtherKey, 0, publicFile, 0, "it holds another key than the one that is verified with")
	case v.key == nil:
		v.key = there
	}
	if v.key == nil && headerErr == nil {
		if key, err := base64.StdEncoding.Strict().DecodeString(header.Key); err == nil && len(key) == ed25519.PublicKeySize {
			v.key = key
		}
	}
	if v.key == nil {
		return fmt.Errorf("ledger: no public key: %w", errors.Join(err, headerErr))
	}
	return v.findSM2(header.SM2)
}

// folderKey is the key in ledger.pub; nil if there is none that can be read.
func (v *verifier) folderKey() (ed25519.PublicKey, error) {
	raw, err := os.ReadFile(filepath.Join(v.dir, publicFile))
	if errors.Is(err, os.ErrNotExist) {
		v.find(Missing, 0, publicFile, 0, "the file with the public key is gone")
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	key, err := ParsePublicKey(raw)
	if err != nil {
		v.find(Unreadable, 0, publicFile, 0, "%v", err)
		return nil, err
	}
	if as, err := publicPEM(key); err != nil || !bytes.Equal(as, raw) {
		v.find(Changed, 0, publicFile, 0, "it is not written as the hub writes it")
	}
	return key, nil
}

// findSM2 does the same for the SM2 key, which a ledger may have. named is how the
// first header names it.
func (v *verifier) findSM2(named string) error {
	raw, err := os.ReadFile(filepath.Join(v.dir, publicSM2File))
	switch {
	case errors.Is(err, os.ErrNotExist):
		if named != "" {
			v.find(Missing, 0, publicSM2File, 0, "the file with the SM2 public key is gone")
		}
	case err != nil:
		return fmt.Errorf("ledger: %w", err)
	default:
		key, err := ParseSM2Key(raw)
		if err != nil {
			v.find(Unreadable, 0, publicSM2File, 0, "%v", err)
			break
		}
		if as, err := key.PEM(); err != nil || !bytes.Equal(as, raw) {
			v.find(Changed, 0, publicSM2File, 0, "it is not written as the hub writes it")
		}
		if v.sm2.IsZero() {
			v.sm2 = key
		} else if v.sm2.String() != key.String() {
			v.find(OtherKey, 0, publicSM2File, 0, "it holds another key than the one that is verified with")
		}
	}
	if v.sm2.IsZero() && named != "" {
		if key, err := sm2KeyOf(named); err == nil {
			v.sm2 = key
		}
	}
	return nil
}

// expectHeads notes the entries whose hashes are known from outside the chain.
func (v *verifier) expectHeads() {
	raw, err := os.ReadFile(filepath.Join(v.dir, headFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		v.find(Unreadable, 0, headFile, 0, "%v", err)
		v.keptSpoilt = true
	default:
		var k kept
		if err := json.Unmarshal(raw, &k); err != nil {
			v.find(Unreadable, 0, headFile, 0, "%v", err)
			v.keptSpoilt = true
			break
		}
		if as, err := k.marshal(); err != nil || !bytes.Equal(as, raw) {
			v.find(Changed, k.N, headFile, 0, "it is not written as the hub writes it")
		}
		v.kept = &k
		v.expect(KnownHead{headFile, k.Head})
	}
	if v.o.Head != nil {
		v.expect(KnownHead{"the head that was given", *v.o.Head})
	}
	for _, k := range v.o.More {
		v.expect(k)
	}
}

func (v *verifier) expect(k KnownHead) {
	if !k.Head.Valid(v.key) {
		v.find(BadSignature, k.Head.N, k.From, 0, "%s is not signed by the key", k.From)
		return
	}
	if k.Head.SM2 != "" && !k.Head.ValidSM2(v.sm2) {
		v.find(BadSignature, k.Head.N, k.From, 0, "%s is not signed by the SM2 key", k.From)
	}
	v.heads[k.Head.N] = append(v.heads[k.Head.N], k)
}

// checkKnown holds an entry against the heads over it that stand elsewhere.
func (v *verifier) checkKnown(at place) {
	for _, k := range v.heads[at.N] {
		h := k.Head
		if h.ID != v.report.ID {
			continue
		}
		switch {
		case h.Hash != at.hash.sha:
			v.find(Changed, at.N, at.file, at.line, "entry %d is not the one that a head was signed over (%s)", at.N, k.From)
		case h.HashSM3 != at.hash.sm3:
			v.find(Changed, at.N, k.From, 0, "%s has another SM3 of entry %d", k.From, at.N)
		case (h.SM2 == "") != (v.header.SM2 == ""):
			v.find(BadSignature, at.N, k.From, 0, "%s is signed by the SM2 key, or the ledger, but not both", k.From)
		}
	}
	if v.kept != nil && v.kept.N == at.N && v.kept.ID == v.report.ID && !v.kept.Time.Equal(at.Time) {
		v.find(Changed, at.N, headFile, 0, "its time is not that of entry %d", at.N)
	}
}

// checkHead checks the signatures of a head among the entries.
func (v *verifier) checkHead(at place) {
	var s Signature
	d := json.NewDecoder(bytes.NewReader(at.Body))
	d.DisallowUnknownFields()
	err := d.Decode(&s)
	h := Head{ID: v.report.ID, N: at.N - 1, Hash: at.Prev, HashSM3: at.PrevSM3, Signature: s.Signature, SM2: s.SM2}
	switch {
	case err != nil || !h.Valid(v.key):
		v.find(BadSignature, at.N, at.file, at.line, "the signature over entry %d is not the key's", at.N-1)
		return
	case v.header.SM2 != "" && !h.ValidSM2(v.sm2) || v.header.SM2 == "" && s.SM2 != "":
		v.find(BadSignature, at.N, at.file, at.line, "the SM2 signature over entry %d is not the key's", at.N-1)
		return
	}
	v.headAt[0], v.headAt[1] = v.headAt[1], at.N
	v.report.Heads++
	v.report.Signed = max(v.report.Signed, at.N-1)
}
