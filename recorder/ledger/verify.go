package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Problem is what is wrong with a ledger.
type Problem string

// Problems.
const (
	Changed      Problem = "changed"       // an entry is not as it was written
	Removed      Problem = "removed"       // entries are missing
	Inserted     Problem = "inserted"      // an entry was not written by the hub
	Reordered    Problem = "reordered"     // an entry stands at another place
	TailCut      Problem = "tail_cut"      // the end is missing, as a signed head shows
	BadSignature Problem = "bad_signature" // a head is not signed by the key
	OtherKey     Problem = "other_key"     // the ledger is another key's
	Unreadable   Problem = "unreadable"    // a line is no entry
	Foreign      Problem = "foreign"       // a file is not part of this ledger
	Missing      Problem = "missing_file"  // a file is gone
	Torn         Problem = "torn"          // the last line is not finished: a crash, or the hub is writing
)

// Finding is one thing that is wrong, and where.
type Finding struct {
	Problem Problem `json:"problem"`
	Entry   uint64  `json:"entry,omitempty"` // its number, where it is known
	File    string  `json:"file,omitempty"`
	Line    int     `json:"line,omitempty"` // from 1
	Text    string  `json:"text"`
}

// Report is what a verification found.
type Report struct {
	ID       string    `json:"id"`
	Purpose  string    `json:"purpose"`
	Files    int       `json:"files"`
	Entries  uint64    `json:"entries"`
	Heads    int       `json:"heads"`  // good signatures
	Signed   uint64    `json:"signed"` // up to this entry
	Void     int64     `json:"void"`   // bytes that do not count, after failed writes
	KeyGiven bool      `json:"key_given"`
	SM2      bool      `json:"sm2"` // heads are signed by SM2 too
	Findings []Finding `json:"findings"`
}

// Whole tells whether nothing was found. An unfinished last line is not held
// against a ledger: it was never acknowledged.
func (r *Report) Whole() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Problem != Torn })
}

// VerifyOptions of a verification.
type VerifyOptions struct {
	// Key is the hub's public key, from elsewhere. Without one the key in the
	// folder is used, which shows only that the ledger fits itself.
	Key ed25519.PublicKey
	SM2 SM2Key // its SM2 key, if it has one
	// Head is one that was kept elsewhere; More are others, with where they are
	// from.
	Head *Head
	More []KnownHead
	// Each sees every line that is an entry and counts, as they stand in the files.
	// The entry is the caller's until Each returns.
	Each func(Entry, Place)
}

// KnownHead is a head that stands somewhere else than in the ledger.
type KnownHead struct {
	From string // a file's name, or a description
	Head Head
}

// Place is where an entry stands, and its hash.
type Place struct {
	File string
	Line int    // from 1
	Hash string // SHA-256 of the line
}

// maxFindings ends a report: a ledger with so many is not worth reading on.
const maxFindings = 10_000

// Verify reads a whole ledger. An error says that it could not be read; what is
// wrong with it stands in the report.
func Verify(dir string, o VerifyOptions) (*Report, error) {
	v := &verifier{dir: dir, o: &o, report: &Report{KeyGiven: o.Key != nil, Findings: []Finding{}}, key: o.Key, sm2: o.SM2, heads: map[uint64][]KnownHead{}}
	names, files, err := filesOf(dir)
	v.names = names
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("ledger %s: there is none: its files are called 000001.jsonl and on, or manifest.jsonl: %w", dir, os.ErrNotExist)
	}
	if err := v.findKeys(files[0]); err != nil {
		return nil, err
	}
	v.expectHeads()
	sizes := countingSizes(dir, names, files)
	for i, file := range files {
		if want := i + 1 + v.skipped; file != want {
			v.find(Missing, 0, v.names.file(want), 0, "files %s to %s are gone", v.names.file(want), v.names.file(file-1))
			v.skipped += file - want
		}
		if err := v.readFile(file, sizes[file]); err != nil {
			return nil, err
		}
		if len(v.report.Findings) >= maxFindings {
			return v.report, nil
		}
	}
	v.end()
	return v.report, nil
}

// verifier goes through a ledger line by line, with one line in hand whose
// place is not settled before the next has shown which line it follows.
type verifier struct {
	dir     string
	o       *VerifyOptions
	names   Naming
	report  *Report
	key     ed25519.PublicKey
	sm2     SM2Key
	header  Header // of the file being read
	before  Header // of the one before
	skipped int    // files that are gone

	next    uint64   // number that is expected
	last    []place  // the line before; more than one if two bear its number
	unknown bool     // the line before could not be read: its hash is not known
	missing []uint64 // numbers that were skipped, and may come later
	pending *place   // its prev did not fit: the next line shows whose fault it is
	heads   map[uint64][]KnownHead
	kept    *kept     // head.json
	headAt  [2]uint64 // the last two heads that are signed by the key
	// head.json is there and cannot be read.
	keptSpoilt bool
}

// place is an entry where it stands.
type place struct {
	Entry
	hash hashes
	file string
	line int
}

func (v *verifier) find(p Problem, entry uint64, file string, line int, text string, args ...any) {
	if len(v.report.Findings) < maxFindings {
		v.report.Findings = append(v.report.Findings, Finding{p, entry, file, line, fmt.Sprintf(text, args...)})
	}
}

func (v *verifier) readFile(file int, size int64) error {
	l, err := openLines(v.dir, v.names.file(file), size)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer l.close()
	v.report.Files++
	for number := 1; ; number++ {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errTorn) {
			return fmt.Errorf("ledger: %s: %w", v.names.file(file), err)
		}
		at := place{file: v.names.file(file), line: number}
		if errors.Is(err, errTorn) {
			v.find(Torn, 0, at.file, at.line, "the last line is not finished: the hub was cut off while writing, or writes now")
			break
		}
		at.Entry, err = strictLine(line)
		if err != nil {
			v.find(Unreadable, v.next, at.file, at.line, "%v", err)
			v.settle(nil)
			v.next++
			v.last, v.unknown = nil, true
			continue
		}
		if number == 1 {
			v.takeHeader(line, at, file)
		} else if at.Kind == KindHeader {
			v.find(Foreign, at.N, at.file, at.line, "a header within a file")
		}
		if (at.PrevSM3 != "") != v.header.withSM3() {
			v.find(Unreadable, at.N, at.file, at.line, "it is chained otherwise than its file's header says")
		}
		at.hash = hashLine(line, v.header.withSM3())
		v.entry(at)
		if v.o.Each != nil {
			v.o.Each(at.Entry, Place{at.file, at.line, at.hash.sha})
		}
	}
	return v.void(l, v.names.file(file), size)
}

// takeHeader checks the first line of a file.
func (v *verifier) takeHeader(line []byte, at place, file int) {
	_, h, err := parseHeader(line)
	if err != nil {
		v.find(Foreign, at.N, at.file, at.line, "%v", err)
		return
	}
	v.before, v.header = v.header, h
	v.report.SM2 = v.report.SM2 || h.SM2 != ""
	r := v.report
	switch {
	case r.ID == "":
		r.ID, r.Purpose = h.ID, h.Purpose
		for _, heads := range v.heads {
			for _, head := range heads {
				if head.Head.ID != h.ID {
					v.find(Foreign, head.Head.N, head.From, 0, "%s is of another ledger, %s", head.From, head.Head.ID)
				}
			}
		}
	case r.ID != h.ID:
		v.find(Foreign, at.N, at.file, at.line, "it is of another ledger, %s", h.ID)
	}
	if h.File != file {
		v.find(Foreign, at.N, at.file, at.line, "it was file %d", h.File)
	}
	if h.Key != base64.StdEncoding.EncodeToString(v.key) {
		v.find(OtherKey, at.N, at.file, at.line, "the file names another key than the one that is verified with")
	}
	switch {
	case h.SM2 == v.sm2.String():
	case h.SM2 == "" && !v.o.SM2.IsZero():
		v.find(OtherKey, at.N, at.file, at.line, "the file is not signed by SM2, and an SM2 key was given: leave it out where the hub has begun to sign by SM2 later, or has ceased to")
	case h.SM2 != "":
		v.find(OtherKey, at.N, at.file, at.line, "the file names another SM2 key than the one that is verified with")
	}
	if h.SM2 != "" && !h.withSM3() {
		v.find(Foreign, at.N, at.file, at.line, "an SM2 key without a chain by SM3")
	}
}

// void looks at what follows the part of a file that counts: signed heads must
// not be among it.
func (v *verifier) void(l *lines, name string, size int64) error {
	if size < 0 {
		return nil
	}
	info, err := l.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		v.find(Removed, 0, name, 0, "the file is shorter than the next one says")
		return nil
	}
	v.report.Void += info.Size() - size
	l.size = -1
	for {
		line, err := l.next()
		if err != nil {
			return nil //nolint:nilerr // what does not count need not be whole
		}
		if e, err := ParseLine(line); err == nil && e.Kind == KindHead {
			v.find(Removed, e.N, name, 0, "a signed head stands in the part that is said not to count")
		}
	}
}
