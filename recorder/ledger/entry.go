package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// Format is the version that stands in every header.
const Format = "avhub-ledger/1"

// MaxLine is the longest line in bytes, newline included. The seal of a recording
// names all its files: there is room for 20,000 of them, two weeks at a minute each.
const MaxLine = 4 << 20

// Entry is one line.
type Entry struct {
	N       uint64          `json:"n"`
	Time    time.Time       `json:"t"`
	Kind    string          `json:"kind"`
	Prev    string          `json:"prev"` // SHA-256 of the line before, hexadecimal
	PrevSM3 string          `json:"prev_sm3,omitempty"`
	Body    json.RawMessage `json:"body"`
}

// Kinds that the ledger itself writes.
const (
	KindHeader    = "header"    // first of each file
	KindHead      = "head"      // a signature over the entry before
	KindRecovered = "recovered" // what a crash had left unfinished was cut off
)

// Header is the body of a file's first entry.
type Header struct {
	Format  string   `json:"format"`
	ID      string   `json:"id"`            // of the ledger, random
	Purpose string   `json:"purpose"`       // "audit"
	Hashes  []string `json:"hashes"`        // "sha256", "sm3"
	Key     string   `json:"key"`           // Ed25519 public key, base64
	SM2     string   `json:"sm2,omitempty"` // SM2 public key, the point without compression, base64: heads are signed by it too
	File    int      `json:"file"`          // number of the file, from 1
	// Before says how much of the file before counts, where a failed write may
	// have left more in it.
	Before *Before `json:"before,omitempty"`
}

// Before is how much of a file counts.
type Before struct {
	File int   `json:"file"`
	Size int64 `json:"size"`
}

// Signature is the body of a head.
type Signature struct {
	Signature string `json:"signature"`     // base64
	SM2       string `json:"sm2,omitempty"` // base64 of the ASN.1 form
}

// Recovered is the body of the entry after a repair.
type Recovered struct {
	Dropped int64 `json:"dropped"` // bytes
}

// noHash stands before the first entry.
var noHash = hashes{sha: hex.EncodeToString(make([]byte, sha256.Size)), sm3: hex.EncodeToString(make([]byte, sm3.Size))}

// hashes of a line without its newline.
type hashes struct{ sha, sm3 string }

func (h *Header) withSM3() bool { return slices.Contains(h.Hashes, "sm3") }

func hashLine(line []byte, withSM3 bool) hashes {
	sum := sha256.Sum256(line)
	h := hashes{sha: hex.EncodeToString(sum[:])}
	if withSM3 {
		other := sm3.Sum(line)
		h.sm3 = hex.EncodeToString(other[:])
	}
	return h
}

var errLine = errors.New("the line is no entry")

// ParseLine reads a line without its newline. It takes what the document says
// and nothing else: no unknown members, none twice.
func ParseLine(line []byte) (Entry, error) {
	var e Entry
	if len(line) >= MaxLine {
		return e, fmt.Errorf("%w: longer than %d bytes", errLine, MaxLine)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, fmt.Errorf("%w: %w", errLine, err)
	}
	// Members in other places, in other letters or twice do not come out as
	// they went in.
	again, err := json.Marshal(e)
	if err != nil || !bytes.Equal(again, line) {
		return e, fmt.Errorf("%w: it is not written as the format says", errLine)
	}
	if e.N == 0 || e.Kind == "" || len(e.Prev) != 2*sha256.Size || len(e.Body) == 0 || e.Body[0] != '{' {
		return e, errLine
	}
	return e, nil
}
