package stamp

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"avhub/recorder/manifest"
)

// Options of a stamper.
type Options struct {
	URL   string         // of the authority
	Roots *x509.CertPool // that its certificate must be by; nil: whatever it signs with is kept
	Dir   string         // of all recordings
	// Annex adds an entry to a recording's manifest.
	Annex func(ctx context.Context, dir, kind string, body any) error
	// Days is how far back sealed recordings without a stamp are looked for at the
	// start; 0: 30.
	Days   int
	Client *http.Client // nil: the usual one
	Log    *slog.Logger

	first, most time.Duration // between tries; 0: 5 s and 10 min
}

// Stamper has recordings stamped, one after the other.
type Stamper struct {
	o    Options
	tsa  authority
	wake chan struct{}

	mu      sync.Mutex
	waiting []job
	status  Status
}

// Status is how it stands.
type Status struct {
	Waiting int
	Oldest  time.Time // since when the first waits; zero: none
	Stamped uint64    // since the start
	Last    time.Time // when the authority last answered
	Err     string    // of the last try, if it failed
}

// New makes a stamper, for Run.
func New(o Options) *Stamper {
	if o.Client == nil {
		o.Client = &http.Client{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Days == 0 {
		o.Days = 30
	}
	if o.first == 0 {
		o.first, o.most = 5*time.Second, 10*time.Minute
	}
	return &Stamper{o: o, tsa: authority{o.URL, o.Roots, o.Client}, wake: make(chan struct{}, 1)}
}

// Sealed asks for a stamp over a recording that is being sealed. It does not wait.
func (s *Stamper) Sealed(dir string) { s.want(dir, true) }

// Segment asks for a stamp over the head of the segment that has just ended. It does
// not wait.
func (s *Stamper) Segment(dir string) { s.want(dir, false) }

// Status is how it stands now.
func (s *Stamper) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.Waiting = len(s.waiting)
	for _, j := range s.waiting {
		if st.Oldest.IsZero() || j.since.Before(st.Oldest) {
			st.Oldest = j.since
		}
	}
	return st
}

// Run stamps what is asked for until the context ends. It begins with what a stop of
// the hub has left.
func (s *Stamper) Run(ctx context.Context) {
	if err := s.findLeft(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error("time stamps: looking for recordings without one", "err", err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		j, wait := s.next()
		if j == nil {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			case <-s.wake:
			}
			continue
		}
		err := s.serve(ctx, *j)
		if ctx.Err() != nil {
			return
		}
		s.done(*j, err)
	}
}

// serve has one recording stamped, unless it is already.
func (s *Stamper) serve(ctx context.Context, j job) error {
	head, err := headOf(j)
	if err != nil {
		return err
	}
	later, err := behind(j.dir, head)
	if err != nil {
		return err
	}
	if later.stamped {
		return nil
	}
	if !j.sealed && later.media { // its segment's end is not under this head
		return errNotYet
	}
	digest, err := hex.DecodeString(head.Hash)
	if err != nil {
		return fmt.Errorf("head: %w", err)
	}
	token, info, err := s.tsa.ask(ctx, digest)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.status.Last = time.Now()
	s.mu.Unlock()
	body := manifest.Stamp{Entry: head.N, Hash: head.Hash, Time: info.Time, Token: base64.StdEncoding.EncodeToString(token), TSA: address(s.o.URL)}
	if err := s.o.Annex(ctx, j.dir, manifest.KindStamp, body); err != nil {
		return fmt.Errorf("time stamp: %w", err)
	}
	s.mu.Lock()
	s.status.Stamped++
	s.mu.Unlock()
	s.o.Log.Info("time stamp", "dir", j.dir, "entry", head.N, "time", info.Time, "tsa", info.TSA)
	return nil
}

// address is what of the authority's URL goes into manifests, which others get: no
// password and no query, in which keys are.
func address(of string) string {
	u, err := url.Parse(of)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
