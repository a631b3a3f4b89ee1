package recorder

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"avhub/recorder/fmp4"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// memory is a sink that keeps files in memory, and takes the manifest as it is written.
type memory struct {
	t     *testing.T
	rec   manifest.Recording
	n     uint64
	files map[string][]byte
	now   manifest.Segment
	head  []byte
	full  bool
}

func (m *memory) take(kind string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	m.n++
	if err := m.rec.Take(ledger.Entry{N: m.n, Kind: kind, Body: raw}); err != nil {
		m.t.Fatalf("%v: %s", err, raw)
	}
}

func (m *memory) begin(s manifest.Segment, header []byte) { m.now, m.head = s, header }

func (m *memory) part(p manifest.Part, part *fmp4.Part) error {
	if m.full {
		return errors.New("no space left on device")
	}
	file, ok := m.files[m.now.File]
	if !ok {
		m.now.Size = int64(len(m.head))
		m.take(manifest.KindSegment, m.now)
		file = bytes.Clone(m.head)
	}
	p.Offset = int64(len(file))
	file = part.Append(file)
	p.Size = int64(len(file)) - p.Offset
	m.files[m.now.File] = file
	m.take(manifest.KindPart, p)
	return nil
}

func (m *memory) end(e manifest.SegmentEnd) bool {
	file, ok := m.files[manifest.SegmentFile(e.Segment)]
	if !ok {
		return false
	}
	e.Size = int64(len(file))
	m.take(manifest.KindSegmentEnd, e)
	return true
}

func (m *memory) note(kind string, body any) { m.take(kind, body) }
func (m *memory) ready() bool                { return !m.full }
