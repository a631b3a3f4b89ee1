package archive

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"avhub/recorder/archive/miniotest"
)

func examined(t *testing.T, o StoreOptions) (text string, worst Level) {
	t.Helper()
	for _, f := range openStore(t, o).Examine(t.Context()) {
		text += fmt.Sprintf("%d %s → %s\n", f.Level, f.Text, f.Do)
		worst = max(worst, f.Level)
	}
	return text, worst
}

// TestLockedSurvivesEverything tries all ways to get rid of evidence, under both locks.
func TestLockedSurvivesEverything(t *testing.T) {
	t.Parallel()
	s, o, _ := lockedStore(t)
	o.Lock = LockCompliance
	text, worst := examined(t, o)
	if worst != Good || !strings.Contains(text, "survived deleting, shortening, weakening, overwriting and hiding") {
		t.Errorf("compliance:\n%s", text)
	}
	o.Lock = LockGovernance
	text, worst = examined(t, o)
	if worst != Warning || !strings.Contains(text, "survived deleting") || !strings.Contains(text, "may bypass governance") {
		t.Errorf("governance, with the store's root as the hub:\n%s", text)
	}
	o.Lock = LockNone
	if text, worst = examined(t, o); worst != Warning || !strings.Contains(text, "object_lock is none") || !strings.Contains(text, "read back") {
		t.Errorf("none:\n%s", text)
	}
	o.SecretKey = "wrong-password"
	if text, worst = examined(t, o); worst != Failure || !strings.Contains(text, "refuses the keys (SignatureDoesNotMatch)") {
		t.Errorf("wrong key:\n%s", text)
	}
	o.SecretKey, o.Bucket = s.Password, "another"
	if text, worst = examined(t, o); worst != Failure || !strings.Contains(text, "no bucket another") {
		t.Errorf("no bucket:\n%s", text)
	}
	s.Stop()
	if text, worst = examined(t, o); worst != Failure || !strings.Contains(text, "does not answer") {
		t.Errorf("stopped:\n%s", text)
	}
}

// TestStoreWithoutLock: a store that takes the lock's headers and does not lock.
func TestStoreWithoutLock(t *testing.T) {
	t.Parallel()
	s := miniotest.Start(t, miniotest.Bucket{})
	text, worst := examined(t, storeOptions(s, s.URL))
	if worst != Failure || !strings.Contains(text, "keeps no versions") || !strings.Contains(text, "has no object lock") {
		t.Errorf("%s", text)
	}
	f := &folder{root: t.TempDir()}
	dir, ends := f.recording(t, "r1", nil, false, 1000)
	a := start(t, storeOptions(s, s.URL), f, t.TempDir())
	a.Segment(dir, ends[0])
	if e := <-a.events; e.Kind != EventAway || !strings.Contains(e.Detail, "ock") {
		t.Errorf("a segment that the store does not lock must not count as archived: %+v", e)
	}
	if st, err := a.Status(); err != nil || st.Queue == 0 || st.Objects != 0 {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestLyingStore: one that refuses nothing when asked to delete or to shorten.
func TestLyingStore(t *testing.T) {
	t.Parallel()
	s, o, _ := lockedStore(t)
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, lie := range map[string]func(r *http.Request) bool{
		"deleting":   func(r *http.Request) bool { return r.Method == http.MethodDelete },
		"shortening": func(r *http.Request) bool { return r.Method == http.MethodPut && r.URL.Query().Has("retention") },
	} {
		proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			if lie(r.In) {
				r.Out.Header.Set("X-Amz-Bypass-Governance-Retention", "true")
			}
		}})
		o.Endpoint = proxy.URL
		text, worst := examined(t, o)
		if worst != Failure || !strings.Contains(text, "the store allowed "+name) {
			t.Errorf("%s:\n%s", name, text)
		}
		proxy.Close()
	}
}
