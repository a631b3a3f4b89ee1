package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"avhub/recorder/ledger"
)

// explain looks once more at files that are not there or not as they were recorded,
// now that the whole manifest is known, and says what is wrong with them and where.
func (c *checker) explain(ctx context.Context) error {
	for _, s := range c.missing {
		if c.gone(s) {
			continue
		}
		if c.leavesOut(s.stated.File) {
			c.leftOut = append(c.leftOut, s.stated.File)
			continue
		}
		c.find(Finding{Problem: ledger.Missing, File: s.stated.File, Span: s.span(), Text: "the file is gone, and no rule's tombstone says why"})
	}
	slices.Sort(c.leftOut)
	r := &reader{checker: c, once: true}
	for _, s := range c.strange {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.explain(s); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("segment: %w", err)
			}
			c.find(Finding{Problem: ledger.Missing, File: s.stated.File, Span: s.span(), Text: "the file went away while it was read"})
		}
	}
	return nil
}

// gone tells whether a segment was deleted by rule.
func (c *checker) gone(s *segment) bool {
	for _, t := range c.taken.Segments {
		if t.File == s.stated.File {
			return t.Gone != nil
		}
	}
	return false
}

func (r *reader) explain(s *segment) error {
	f, err := os.Open(filepath.Join(r.dir, s.stated.File))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if other := r.whose(f, s, info.Size()); other != nil {
		r.find(Finding{Problem: Swapped, File: s.stated.File, Span: s.span(), Text: "it holds what was recorded as " + other.stated.File})
		return nil
	}
	r.said = r.said[:0]
	found := r.pieces(f, s, info.Size())
	r.tell()
	if want := s.bytes(); s.ended != nil && info.Size() > want && !s.ended.Abandoned {
		found = true
		end := s.span().Until
		r.find(Finding{
			Problem: Longer, File: s.stated.File, Offset: &want, Size: info.Size() - want, Span: &Span{From: end, Until: end},
			Text: fmt.Sprintf("%d bytes more than were recorded", info.Size()-want),
		})
	}
	if !found {
		r.find(Finding{
			Problem: Account, File: s.stated.File, Span: s.span(),
			Text: "each of its parts is as it was recorded, but the hash of the whole file is not what the manifest says",
		})
	}
	return nil
}

// whose is the segment whose bytes a file holds, if it is not its own.
func (r *reader) whose(f *os.File, s *segment, size int64) *segment {
	var like []*segment
	for _, t := range r.taken.Segments {
		if t.Ended != nil && t.Ended.Size == size && t.File != s.stated.File {
			like = append(like, &segment{stated: t.Segment, ended: t.Ended})
		}
	}
	if len(like) == 0 {
		return nil
	}
	all := newSums(false, false)
	if r.stream(f, 0, size, all) != nil {
		return nil
	}
	for _, other := range like {
		if parseHash(other.ended.SHA256) == all.hash() {
			return other
		}
	}
	return nil
}

// pieces compares part by part, and tells whether something was found.
func (r *reader) pieces(f *os.File, s *segment, size int64) (found bool) {
	all, covered := s.stretches()
	var run []stretch // that are changed, one after the other
	flush := func() {
		if len(run) > 0 {
			r.find(r.changed(s, run))
			found, run = true, nil
		}
	}
	for _, p := range all {
		if p.offset+p.size > size {
			flush()
			r.find(r.cut(s, p, size))
			return true
		}
		ok, err := r.piece(f, s, p, sums{}, true)
		switch {
		case err != nil:
			flush()
			r.find(r.unreadable(s, p, err))
			found = true
		case ok:
			flush()
		default:
			run = append(run, p)
		}
	}
	flush()
	if want := s.bytes(); size < want {
		at := size
		end := s.span().Until
		r.find(Finding{Problem: Cut, File: s.stated.File, Offset: &at, Size: want - size, Span: &Span{From: end, Until: end}, Text: fmt.Sprintf("its last %d bytes are missing", want-size)})
		return true
	}
	// Bytes that no part speaks of: their entries are gone, as the ledger says.
	return found || !covered
}

// where is when in the recording a stretch lies.
func (s *segment) where(p stretch) *Span {
	if p.part < 0 {
		from := s.span().From
		return &Span{From: from, Until: from}
	}
	return s.of(p.part, p.part)
}

func (s *segment) name(p stretch) string {
	if p.part < 0 {
		return "the file's beginning, which describes its tracks,"
	}
	return fmt.Sprintf("part %d", s.parts[p.part].number)
}

func (r *reader) changed(s *segment, run []stretch) Finding {
	first, last := run[0], run[len(run)-1]
	size := last.offset + last.size - first.offset
	f := Finding{Problem: ledger.Changed, File: s.stated.File, Offset: &first.offset, Size: size, Span: s.where(first)}
	f.Span.Until = s.where(last).Until
	f.Text = s.name(first) + " is not as it was recorded"
	if len(run) > 1 {
		f.Text = fmt.Sprintf("%s to %s are not as they were recorded", s.name(first), s.name(last))
	}
	if first.part >= 0 {
		f.Part = s.parts[first.part].number
	}
	return f
}

func (r *reader) cut(s *segment, p stretch, size int64) Finding {
	at := min(size, p.offset)
	f := Finding{Problem: Cut, File: s.stated.File, Offset: &at, Size: s.bytes() - at, Span: s.where(p)}
	f.Span.Until = s.span().Until
	f.Text = fmt.Sprintf("the file ends after %d of %d bytes, in %s", size, s.bytes(), s.name(p))
	if p.part >= 0 {
		f.Part = s.parts[p.part].number
	}
	return f
}

func (r *reader) unreadable(s *segment, p stretch, err error) Finding {
	return Finding{Problem: ledger.Unreadable, File: s.stated.File, Offset: &p.offset, Size: p.size, Span: s.where(p), Text: s.name(p) + ": " + err.Error()}
}
