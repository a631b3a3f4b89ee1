package certificate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// ErrOpen says that a recording has not ended: there is no value yet to certify.
var ErrOpen = errors.New("the recording has not ended: close the hearing first")

// keyFiles are the public keys in a recording's folder.
var keyFiles = [][2]string{{"Ed25519", "ledger.pub"}, {"SM2", "ledger-sm2.pub"}}

// Of reads the facts of a recording from its folder. It trusts what is there: whether
// it is whole, avhub verify tells.
func Of(dir string) (Recording, error) {
	fail := func(err error) (Recording, error) {
		return Recording{}, fmt.Errorf("certificate of %s: %w", filepath.Base(dir), err)
	}
	newest, err := headOf(dir) // before the manifest: it is never of an entry that is not told of
	if err != nil {
		return fail(err)
	}
	rec, err := manifest.Read(dir)
	if err != nil {
		return fail(err)
	}
	if rec.Seal == nil {
		return fail(ErrOpen)
	}
	seal, err := manifest.ReadSealFile(dir)
	if err != nil {
		return fail(fmt.Errorf("%w: start the hub once, which writes it, or run avhub verify", err))
	}
	r := Stated(rec, seal)
	if newest != nil && newest.N >= seal.Head.N {
		r.Newest = headIn(*newest)
	}
	for _, k := range keyFiles {
		raw, err := os.ReadFile(filepath.Join(dir, k[1]))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fail(err)
		}
		print, err := Fingerprint(raw)
		if err != nil {
			return fail(fmt.Errorf("%s: %w", k[1], err))
		}
		r.Keys = append(r.Keys, Key{k[0], print})
	}
	return r, nil
}

// headOf is head.json, or nil where it is missing, as after a crash.
func headOf(dir string) (*ledger.Head, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "head.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var h ledger.Head
	if err := json.Unmarshal(raw, &h); err != nil {
		return nil, fmt.Errorf("head.json: %w", err)
	}
	return &h, nil
}

// Fingerprint is the SHA-256 of a public key's DER, of its PEM file.
func Fingerprint(file []byte) (string, error) {
	block, _ := pem.Decode(bytes.TrimSpace(file))
	if block == nil {
		return "", errors.New("no PEM in the public key")
	}
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:]), nil
}

func headIn(h ledger.Head) Head { return Head{h.ID, h.N, h.Hash, h.HashSM3} }

// Stated are the facts of a sealed recording without its keys: what a manifest adds up
// to, and its seal.json.
func Stated(rec *manifest.Recording, seal *manifest.SealFile) Recording {
	r := Recording{
		ID: rec.ID, Source: rec.Source, Name: rec.Name,
		Begin: rec.Zero, End: rec.At(seal.Seal.End),
		Length: seal.Seal.End.Duration(), Media: seal.Seal.Media.Duration(), Gapped: seal.Seal.Gaps.Duration(),
		Bytes: seal.Seal.Bytes, Restarts: seal.Seal.Restarts,
		Seal:   Seal{Head: Head{seal.Head.ID, seal.Head.N, seal.Value, seal.ValueSM3}, Signature: seal.Head.Signature, SM2: seal.Head.SM2},
		Newest: headIn(seal.Head),
	}
	if rec.Held != nil {
		r.Held = rec.Held.Reason
	}
	codecs := map[int]string{}
	for _, s := range rec.Segments {
		for _, t := range s.Tracks {
			codecs[t.ID] = t.Codec
			if t.Source != "" {
				codecs[t.ID] = t.Source
			}
		}
		if s.Ended == nil {
			continue // no sealed recording has one
		}
		out := Segment{File: s.File, Begin: s.UTC, Length: (s.Ended.End - s.Start).Duration(), Size: s.Ended.Size, SHA256: s.Ended.SHA256, SM3: s.Ended.SM3}
		if s.Gone != nil {
			out.Gone = s.Gone.Rule
		}
		r.Segments = append(r.Segments, out)
	}
	for _, t := range seal.Seal.Tracks {
		r.Tracks = append(r.Tracks, Track{t.ID, t.Kind, codecs[t.ID], t.In, t.Kept, t.Gapped})
	}
	for _, g := range rec.Gaps {
		r.Gaps = append(r.Gaps, gapOf(rec, g))
	}
	for _, g := range rec.TrackGaps {
		r.TrackGaps = append(r.TrackGaps, TrackGap{g.ID, rec.At(g.Start), rec.At(g.End), (g.End - g.Start).Duration(), g.Cause, g.Detail, g.Frames})
	}
	for _, c := range rec.Clocks {
		r.Clocks = append(r.Clocks, Clock{c.UTC, time.Duration(c.StepMS) * time.Millisecond})
	}
	for _, s := range rec.Stamps {
		r.Stamps = append(r.Stamps, Stamp{s.Entry, s.Time, s.TSA})
	}
	return r
}

func gapOf(rec *manifest.Recording, g *manifest.GapState) Gap {
	number := g.Gap.Gap
	out := Gap{
		Number: number, From: g.UTC, To: rec.At(g.End()), Length: (g.End() - g.Start).Duration(),
		Cause: g.Cause, Detail: g.Detail,
	}
	if g.By != nil {
		out.By = g.By.Name
	}
	if g.Ended != nil {
		for _, t := range g.Ended.Tracks {
			out.Frames += t.Frames
		}
	}
	if e, ok := rec.Explanations[number]; ok {
		out.Explanation, out.ExplainedBy = e.Text, e.By.Name
	}
	if s, ok := rec.Countersigns[number]; ok {
		out.SignedBy = s.By.Name
	}
	return out
}
