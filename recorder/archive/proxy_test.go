package archive

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// badStore stands before a store and spoils what it is told to.
type badStore struct {
	*httptest.Server
	broken  atomic.Bool // every request is answered 500
	faults  atomic.Int64
	mu      sync.Mutex
	random  *rand.Rand
	percent int          // of requests that go wrong in one way or another
	rate    atomic.Int64 // bytes a second that it takes; 0: any
	active  atomic.Int64 // requests in hand
	sent    atomic.Int64 // bytes taken of bodies
}

func newBadStore(t testing.TB, store string) *badStore {
	t.Helper()
	target, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	b := &badStore{random: rand.New(rand.NewPCG(7, 7))}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // the signature is over it
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		Transport:    &http.Transport{MaxIdleConnsPerHost: 8},
	}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.active.Add(1)
		defer b.active.Add(-1)
		r.Body = &slowBody{r.Context(), r.Body, b}
		switch b.fate() {
		case 0:
			proxy.ServeHTTP(w, r)
		case 1: // not done
			w.WriteHeader(http.StatusInternalServerError)
		case 2: // done, and the answer says that it is not
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3: // done, and the answer is lost
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case 4: // broken off in the middle
			_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

// fate is what happens to a request; 0: nothing.
func (b *badStore) fate() int {
	if b.broken.Load() {
		b.faults.Add(1)
		return 1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.random.IntN(100) >= b.percent {
		return 0
	}
	b.faults.Add(1)
	return 1 + b.random.IntN(4)
}

// slowBody is read no faster than the store's rate.
type slowBody struct {
	ctx context.Context
	io.ReadCloser
	store *badStore
}

func (s *slowBody) Read(p []byte) (int, error) {
	rate := s.store.rate.Load()
	if rate > 0 {
		p = p[:min(int64(len(p)), rate/20)]
	}
	n, err := s.ReadCloser.Read(p)
	s.store.sent.Add(int64(n))
	if rate > 0 {
		select {
		case <-time.After(time.Duration(n) * time.Second / time.Duration(rate)):
		case <-s.ctx.Done():
		}
	}
	return n, err
}
