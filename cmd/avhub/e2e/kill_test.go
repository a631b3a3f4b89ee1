package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/store"
	"avhub/rooms/store/pgtest"
)

// kills is how often the hub is killed, writes how many changes it is asked for
// each time.
const (
	kills  = 20
	writes = 1000
)

// Kill -9 in the midst of a thousand changes, twenty times, over both databases:
// no change that was acknowledged is lost, each stands in the audit once, nothing
// stands there that was not done, and the audit verifies.
func TestKilledInTheMidstOfChanges(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); killAndLook(t, "") })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); killAndLook(t, pgtest.Database(t)) })
}

func killAndLook(t *testing.T, url string) {
	h := &hub{dir: t.TempDir(), http: freeAddr(t), rtsp: freeAddr(t), args: []string{"serve"}}
	h.env = append(os.Environ(), "AVHUB_HTTP_LISTEN="+h.http, "AVHUB_RTSP_LISTEN="+h.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t), "AVHUB_DATA_DIR="+h.dir)
	if url != "" {
		// Configurations want a host; PostgreSQL takes the one that comes last.
		h.env = append(h.env, "AVHUB_DATABASE_URL="+strings.Replace(url, "@/", "@localhost/", 1))
	}
	h.makeBoss(t)
	h.user(t, "clerk", "clerk", "heihe")
	token := h.tokenOf(t, "clerk")
	audit := filepath.Join(h.dir, "audit")
	safe := t.TempDir() // where the key and the heads are kept
	acknowledged, asked := map[string]bool{}, 0
	var midst int // rounds that were killed in the midst
	for round := range kills {
		h.start(t)
		if round == 0 {
			keep(t, filepath.Join(audit, "ledger.pub"), filepath.Join(safe, "ledger.pub"))
		}
		before := len(acknowledged)
		h.writeUntilKilled(t, token, round, acknowledged, 30+rand.IntN(300))
		asked += writes
		if n := len(acknowledged) - before; n > 0 && n < writes {
			midst++
		}
		// As the kill has left it: whole, and longer than the head that was kept.
		args := []string{"verify", audit, "--key", filepath.Join(safe, "ledger.pub")}
		if round > 0 { // the head of the start before; the first start has signed none yet
			keep(t, filepath.Join(audit, "head.json"), filepath.Join(safe, fmt.Sprint("head-", round)))
			args = append(args, "--head", filepath.Join(safe, fmt.Sprint("head-", max(1, round-1))))
		}
		h.run(t, "", args...) // fails unless it ends with 0
		recorded := entriesOf(t, audit)
		for id := range acknowledged {
			if n := recorded[id]; n != 1 {
				t.Errorf("round %d: the acknowledged change %s stands in the audit %d times", round, id, n)
			}
		}
	}
	h.start(t)
	defer h.end(t, syscall.SIGTERM)
	kept := casesOf(t, h.dir, url)
	for id := range acknowledged {
		if !kept[id] {
			t.Errorf("the acknowledged change %s is lost", id)
		}
	}
	// What was made and not acknowledged comes into the audit from the outbox.
	await(t, 20*time.Second, "every change to stand in the audit", func() bool {
		recorded := entriesOf(t, audit)
		for id := range kept {
			if recorded[id] < 1 {
				return false
			}
		}
		return true
	})
	for id, n := range entriesOf(t, audit) {
		if n != 1 {
			t.Errorf("%s stands in the audit %d times", id, n)
		}
		if !kept[id] {
			t.Errorf("%s stands in the audit and was not done", id)
		}
	}
	h.end(t, syscall.SIGTERM)
	h.run(t, "", "verify", audit, "--key", filepath.Join(safe, "ledger.pub"), "--head", filepath.Join(safe, fmt.Sprint("head-", kills-1)))
	t.Logf("%d changes acknowledged of %d, %d kept; killed in the midst %d times of %d", len(acknowledged), asked, len(kept), midst, kills)
	if len(acknowledged) < 30*kills || midst < kills*3/4 {
		t.Errorf("%d acknowledged, killed in the midst %d times: this test has tried too little", len(acknowledged), midst)
	}
}

// writeUntilKilled asks for a thousand cases, from several at once, and kills the
// hub when so many are acknowledged.
func (h *hub) writeUntilKilled(t *testing.T, token string, round int, acknowledged map[string]bool, after int) {
	t.Helper()
	var mu sync.Mutex
	var next, done atomic.Int64
	enough := make(chan struct{})
	kill := sync.OnceFunc(func() { close(enough) })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > writes {
					kill()
					return
				}
				id, ok := addCase(client, "http://"+h.http, token, round*writes+int(n))
				if !ok { // the hub is gone
					return
				}
				mu.Lock()
				acknowledged[id] = true
				mu.Unlock()
				if done.Add(1) == int64(after) {
					kill()
				}
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(60 * time.Second):
		t.Error("the changes are too slow")
	}
	h.end(t, syscall.SIGKILL)
	wg.Wait()
	client.CloseIdleConnections()
}

// addCase enters a case; ok says that it was acknowledged.
func addCase(client *http.Client, hub, token string, n int) (id string, ok bool) {
	body := fmt.Sprintf(`{"court":"heihe","number":"（2026）黑11民初%d号","title":"买卖合同纠纷"}`, n+1)
	r, err := http.NewRequest("POST", hub+"/api/v1/cases", strings.NewReader(body))
	if err != nil {
		return "", false
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	a, err := client.Do(r)
	if err != nil {
		return "", false
	}
	defer a.Body.Close()
	var c rooms.Case
	if err := json.NewDecoder(a.Body).Decode(&c); err != nil || a.StatusCode != http.StatusCreated {
		return "", false
	}
	return c.ID, true
}

// entriesOf counts the audit's entries by the case that they tell of, in the
// files as they are.
func entriesOf(t *testing.T, audit string) map[string]int {
	t.Helper()
	count := map[string]int{}
	files, err := filepath.Glob(filepath.Join(audit, "0*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e struct {
				Body struct{ Object struct{ Kind, ID string } }
			}
			if json.Unmarshal(lines.Bytes(), &e) == nil && e.Body.Object.Kind == "case" { // a torn end is none
				count[e.Body.Object.ID]++
			}
		}
		_ = f.Close()
	}
	return count
}

// casesOf are the cases in the database.
func casesOf(t *testing.T, dir, url string) map[string]bool {
	t.Helper()
	s, err := store.Open(t.Context(), dir, url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	kept := map[string]bool{}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Cases(store.CaseQuery{Courts: []string{"heihe"}, Limit: 1_000_000})
		for _, c := range all {
			kept[c.ID] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// keep copies a file to a safe place.
func keep(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
