package signaling

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"avhub/rooms"
	"avhub/rooms/office"
)

// Limits of exports.
const (
	exportsAtOnce     = 8              // that are laid out or sent
	exportsRemembered = 1000           // what was sent of those that were asked for last
	exportForgotten   = 72 * time.Hour // a download that broke off does not go on after that by itself
)

// exports are the case files that are being sent, and what was sent of each, so that
// the audit can say when somebody has the whole of one, in however many pieces.
type exports struct {
	slots chan struct{}
	sums  *checksums

	mu sync.Mutex
	by map[exportKey]*sentExport
}

type exportKey struct {
	who, kind, id, excerpt string
}

// sentExport is what somebody has got of an archive.
type sentExport struct {
	tag  string
	have []span
	last time.Time
}

// span of bytes, up to and without the second.
type span struct{ from, to int64 }

func newExports() *exports {
	return &exports{slots: make(chan struct{}, exportsAtOnce), sums: newChecksums(), by: map[exportKey]*sentExport{}}
}

// take takes a place among those that go on at once.
func (e *exports) take() (free func(), err error) {
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots }, nil
	default:
		p := problem(http.StatusServiceUnavailable, "busy", "too many exports go on at once: try again in a moment")
		p.RetryAfter = 5 * time.Second
		return nil, p
	}
}

func keyOfExport(r *http.Request, x *exported) exportKey {
	return exportKey{callerOf(r.Context()).Name(), string(x.kind), x.id, x.excerpt}
}

// mayGoOn tells whether a range may be sent: only of the archive that the client has
// the rest of. It says which by If-Range or in the address; of one that says nothing
// it must be the one that they were sent before.
func (e *exports) mayGoOn(r *http.Request, x *exported, tag string) error {
	changed := problem(http.StatusPreconditionFailed, "changed", "something was added to the recordings since: begin the download anew")
	if tag != "" {
		if tag != x.archive.Tag() {
			return changed
		}
		return nil
	}
	if r.Header.Get("Range") == "" || r.Header.Get("If-Range") != "" {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.by[keyOfExport(r, x)]; s == nil || s.tag != x.archive.Tag() {
		return changed
	}
	return nil
}

// note adds what was sent, and tells whether somebody has the whole archive now.
func (e *exports) note(k exportKey, tag string, size int64, sent span, now time.Time) (whole bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.by[k]
	if s == nil || s.tag != tag {
		s = &sentExport{tag: tag}
		e.by[k] = s
	}
	s.last = now
	s.have = joined(append(s.have, sent))
	whole = len(s.have) == 1 && s.have[0] == span{0, size}
	e.forget(now)
	return whole
}

// forget drops what is old, and the oldest where there are too many.
func (e *exports) forget(now time.Time) {
	var oldest exportKey
	for k, s := range e.by {
		if now.Sub(s.last) > exportForgotten {
			delete(e.by, k)
		} else if o := e.by[oldest]; o == nil || s.last.Before(o.last) {
			oldest = k
		}
	}
	if len(e.by) > exportsRemembered {
		delete(e.by, oldest)
	}
}

// joined puts spans that touch together.
func joined(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return int(min(max(a.from-b.from, -1), 1)) })
	out := all[:0]
	for _, s := range all {
		switch n := len(out); {
		case s.to <= s.from:
		case n > 0 && s.from <= out[n-1].to:
			out[n-1].to = max(out[n-1].to, s.to)
		default:
			out = append(out, s)
		}
	}
	return out
}

// sendExport sends an archive or a range of it, between two entries of the audit. It
// returns an error only before anything was sent.
func (s *Server) sendExport(w http.ResponseWriter, r *http.Request, x *exported, reason string) error {
	size, key, tag := x.archive.Size(), keyOfExport(r, x), x.archive.Tag()
	reader := &exportReader{archive: io.NewSectionReader(x.archive, 0, size), first: -1}
	control := http.NewResponseController(w)
	if strings.Contains(r.Header.Get("Range"), ",") { // several at once: all of it is an answer too (RFC 9110 section 14.2)
		r.Header.Del("Range")
	}
	if r.Method == http.MethodHead {
		http.ServeContent(w, r, "", time.Time{}, reader)
		return nil
	}
	var out *counted
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	reader.ctx = ctx
	tell := func() office.Told {
		sent := span{}
		if reader.first >= 0 {
			sent = span{reader.first, reader.first + out.n}
		}
		d := map[string]string{
			"bytes": strconv.FormatInt(sent.to-sent.from, 10), "from": strconv.FormatInt(sent.from, 10), "size": strconv.FormatInt(size, 10), "tag": tag,
			"whole": strconv.FormatBool(s.exports.note(key, tag, size, sent, time.Now())),
		}
		if reader.err != nil {
			d["failed"] = reader.err.Error()
		}
		return office.Told{Detail: d}
	}
	ask := office.Ask{Action: rooms.ExportCaseFile, Kind: x.kind, ID: x.id, Reason: reason, Detail: x.detail()}
	done, err := s.o.Office.Begin(r.Context(), callerOf(r.Context()), ask, func() {
		cancel()
		_ = control.SetWriteDeadline(time.Now()) // a client that takes nothing is not waited for
	}, tell)
	if err != nil {
		return officeProblem(err)
	}
	defer done()
	out = &counted{patient: patient{w, control}}
	http.ServeContent(out, r, "", time.Time{}, reader)
	return nil
}

// counted counts what the client's connection has taken of the body.
type counted struct {
	patient
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.patient.Write(b)
	c.n += int64(n)
	return n, err
}

// exportReader is an archive on its way: it breaks off when the export may not go on,
// and knows where it began to be read.
type exportReader struct {
	ctx     context.Context
	archive *io.SectionReader
	first   int64
	err     error
}

func (e *exportReader) Seek(offset int64, whence int) (int64, error) {
	return e.archive.Seek(offset, whence)
}

func (e *exportReader) Read(p []byte) (int, error) {
	if e.err = e.ctx.Err(); e.err != nil {
		return 0, e.err
	}
	if e.first < 0 {
		e.first, _ = e.archive.Seek(0, io.SeekCurrent)
	}
	n, err := e.archive.Read(p)
	if err != nil && err != io.EOF {
		e.err = err
	}
	return n, err
}
