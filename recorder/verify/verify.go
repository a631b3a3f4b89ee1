package verify

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// Options of a verification.
type Options struct {
	// Key is the hub's public key, from a safe place. Without one the key in the folder
	// is used, which shows only that the recording fits itself.
	Key ed25519.PublicKey
	SM2 ledger.SM2Key // the same of its SM2 key, if it has one
	// Head is one that was kept elsewhere: it shows that nothing before it was cut off.
	Head *ledger.Head
	// TSA are the authorities that time stamps are trusted by; nil: it is only checked
	// that they fit and are signed.
	TSA *x509.CertPool
	// Thorough checks what the manifest says more than once, each time: the hashes of
	// parts beside those of whole files. It takes twice as long.
	Thorough bool
	Excerpt  *Excerpt // what lies there is one; nil: all of the recording is to be there
	Workers  int      // files that are read at once; 0: one a core
	// Progress hears of bytes that were read, from several goroutines. May be nil.
	Progress func(bytes int64)
}

// most findings of one kind of check.
const maxFindings = 10_000

// checker verifies one recording.
type checker struct {
	o      *Options
	dir    string
	report *Report
	seal   *manifest.SealFile // nil: there is none that can be read
	jobs   chan *segment

	taken   manifest.Recording // what the entries add up to
	broken  bool               // they do not: taken is not to be used
	reading *segment           // whose entries come now
	files   map[string]bool    // of segments that entries speak of
	leftOut []string           // of an excerpt: segments that are not in it
	// partHashes are those of an excerpt's recording, by segment.
	partHashes map[int][]hash
	sealing    []byte // the seal's body, as it stands
	stamps     []stamped
	heads      map[uint64]string // hashes of heads' lines, by number

	mu       sync.Mutex
	findings []Finding
	missing  []*segment // files that are not there
	strange  []*segment // files that are not as they were recorded
	unread   error
}

// Recording verifies a recording's folder. An error says that it could not be read;
// what is wrong with it stands in the report.
func Recording(ctx context.Context, dir string, o Options) (*Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	c := &checker{
		o: &o, dir: dir, jobs: make(chan *segment, o.Workers), files: map[string]bool{}, partHashes: map[int][]hash{}, leftOut: []string{}, heads: map[uint64]string{},
		report: &Report{Kind: "recording", Path: dir, Gaps: []Gap{}, Tracks: []manifest.TrackSeal{}, Findings: []Finding{}},
	}
	if lost, err := lost(dir); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	} else if lost {
		c.findf(ledger.Missing, "manifest.jsonl", "the manifest is gone: nothing says what the other files are")
		c.report.Findings = c.findings
		return c.report, nil
	}
	chain, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	if c.unread != nil {
		return nil, c.unread
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.explain(ctx); err != nil {
		return nil, err
	}
	c.conclude(chain)
	return c.report, nil
}

// read goes through the manifest, and has the segments' files compared on the way.
func (c *checker) read(ctx context.Context) (*ledger.Report, error) {
	var more []ledger.KnownHead
	c.readSeal()
	if c.seal != nil {
		more = append(more, ledger.KnownHead{From: manifest.SealFileName, Head: c.seal.Head})
	}
	var workers sync.WaitGroup
	for range c.o.Workers {
		workers.Go(func() {
			r := &reader{checker: c}
			for s := range c.jobs {
				if ctx.Err() == nil {
					r.check(s)
				}
			}
		})
	}
	chain, err := ledger.Verify(c.dir, ledger.VerifyOptions{Key: c.o.Key, SM2: c.o.SM2, Head: c.o.Head, More: more, Each: c.take})
	if err == nil && c.reading != nil {
		c.jobs <- c.reading
	}
	close(c.jobs)
	workers.Wait()
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", c.dir, err)
	}
	switch {
	case chain.Purpose == "" || chain.Purpose == manifest.Purpose:
	case chain.Whole():
		return nil, fmt.Errorf("recording %s: it is a ledger of %s", c.dir, chain.Purpose)
	default:
		c.findf(ledger.Changed, "manifest.jsonl", "it says that it is a ledger of %q", chain.Purpose)
	}
	return chain, nil
}

// find notes a finding.
func (c *checker) find(f Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, f)
	}
}

func (c *checker) findf(p Problem, file string, format string, args ...any) {
	c.find(Finding{Problem: p, File: file, Text: fmt.Sprintf(format, args...)})
}

// conclude judges what only the whole manifest can show.
func (c *checker) conclude(chain *ledger.Report) {
	r := c.report
	r.Entries, r.Heads, r.Signed, r.Void, r.KeyGiven = chain.Entries, chain.Heads, chain.Signed, chain.Void, chain.KeyGiven
	r.SM2 = chain.SM2
	c.foreign()
	c.checkSeal()
	c.checkStamps()
	c.checkExcerpt()
	if whole := chain.Whole(); whole {
		if !c.broken {
			c.account()
		}
	} else {
		// What does not add up follows from what was done to the manifest.
		kept := c.findings[:0]
		for _, f := range c.findings {
			if f.Problem != Structure && f.Problem != Account {
				kept = append(kept, f)
			}
		}
		c.findings = kept
	}
	c.describe()
	for i := range c.findings {
		c.inUTC(c.findings[i].Span)
	}
	r.Findings = append(c.places(chain.Findings), c.findings...)
	r.settle()
}

// describe fills in what the manifest says.
func (c *checker) describe() {
	r, t := c.report, &c.taken
	r.ID, r.Source, r.Name, r.Set, r.Labels, r.Zero = t.ID, t.Source, t.Name, t.Set, t.Labels, t.Zero
	r.End, r.EndUTC, r.Sealed, r.Restarts = t.End(), t.At(t.End()), t.Seal != nil, t.Restarts
	r.Segments = len(t.Segments)
	r.Media, r.Gapped = 0, 0
	for _, s := range t.Segments {
		r.Parts += len(s.Parts)
		r.Bytes += s.Bytes()
		r.Media += s.End() - s.Start
		if s.Gone != nil {
			r.Deleted = append(r.Deleted, s.File)
		}
	}
	for i, g := range t.Gaps {
		r.Gapped += g.End() - g.Start
		out := Gap{Gap: i + 1, Cause: g.Cause, Detail: g.Detail, Span: Span{From: g.Start, Until: g.End()}, Open: g.Ended == nil, By: named(g.By)}
		c.inUTC(&out.Span)
		if e, ok := t.Explanations[i+1]; ok {
			out.Explanation, out.ExplainedBy = e.Text, named(&e.By)
		}
		if s, ok := t.Countersigns[i+1]; ok {
			out.SignedBy = named(&s.By)
		}
		r.Gaps = append(r.Gaps, out)
	}
	if t.Seal == nil {
		r.Media = r.End - r.Gapped // what is too short for a gap counts as media, as in a seal
	} else {
		r.Tracks, r.Media = t.Seal.Tracks, t.Seal.Media
	}
	if c.seal != nil {
		r.Value, r.SM3 = c.seal.Value, c.seal.ValueSM3
	}
}

func named(p *manifest.Person) string {
	if p == nil {
		return ""
	}
	if p.Name == "" {
		return p.ID
	}
	return p.Name
}

// inUTC fills in a span's UTC, where the beginning of the recording is known.
func (c *checker) inUTC(s *Span) {
	if s == nil || c.taken.Zero.IsZero() {
		return
	}
	s.UTC, s.UntilUTC = c.taken.At(s.From).UTC(), c.taken.At(s.Until).UTC()
}

// foreign finds what does not belong into the folder.
func (c *checker) foreign() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		c.unread = errors.Join(c.unread, err)
		return
	}
	next := ""
	if c.taken.Seal == nil { // its file comes to be before its entry
		next = manifest.SegmentFile(len(c.taken.Segments) + 1)
	}
	for _, e := range entries {
		name := e.Name()
		known := manifest.IsOwnFile(name) || name == next || c.files[name]
		switch {
		case !known:
			c.findf(ledger.Foreign, name, "it is not part of the recording")
		case !e.Type().IsRegular():
			c.findf(ledger.Foreign, name, "it is no file")
		}
	}
}
