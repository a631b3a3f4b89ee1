package signaling_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avhub/recorder"
	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/playback"
	"avhub/recorder/recsource"
	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/record"
)

// annexed is what the hub of the test adds to recordings with.
type annexed struct {
	mu       sync.Mutex
	archived map[string]bool // holds that the archive was told, by recording
	broken   error           // the archive's, if it is away
	holds    *record.Holds
}

// annexing lets the hub add to recordings, which other recorders of the test have made.
func (h *hub) annexing(t *testing.T, o *signaling.Options) {
	x := &annexed{archived: map[string]bool{}}
	h.annexed = x
	o.Annex = func(ctx context.Context, dir, kind string, body any) error {
		x.mu.Lock()
		defer x.mu.Unlock()
		r, err := recorder.New(recorder.Options{Dir: h.films, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, SpillDir: t.TempDir()})
		if err != nil {
			return err
		}
		return errors.Join(r.Annex(ctx, dir, kind, body), r.Close())
	}
	x.holds = record.NewHolds(record.HoldOptions{
		Cases: h.court.office.Holds, Annex: o.Annex,
		Recordings: func(ctx context.Context, wanted func(string) bool) (map[string]record.Held, error) {
			all, err := o.Library.All(ctx, func(s *playback.Summary) bool { return wanted(s.Labels[record.LabelCase]) })
			found := map[string]record.Held{}
			for _, s := range all {
				dir, _ := o.Library.Dir(s.ID)
				found[s.ID] = record.Held{Dir: dir, Case: s.Labels[record.LabelCase]}
			}
			return found, err
		},
		Archive: func(dir string, on bool) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.broken == nil {
				x.archived[filepath.Base(dir)] = on
			}
			return x.broken
		},
	})
	o.Holds = func() *record.Holds { return x.holds }
	closes(t, x.holds.Close)
}

// faultyFilm records 30 s, of which the camera is away for 8.
func (h *hub) faultyFilm(t *testing.T, room string, labels map[string]string) (id string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, err := recorder.New(recorder.Options{Dir: h.films, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Sync: recorder.SyncNever, SpillDir: t.TempDir(), Segment: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		src, err := recsource.New(room)
		if err != nil {
			t.Fatal(err)
		}
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		session, err := r.Start(recorder.Request{Source: room, Name: "第一法庭", Set: labels["hearing"], Labels: labels, From: src})
		if err != nil {
			t.Fatal(err)
		}
		id = session.ID()
		time.Sleep(12 * time.Second)
		src.Off()
		time.Sleep(8 * time.Second)
		if err := src.On(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if err := session.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		src.Off()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return id
}

// audited are the entries of the audit about an action on an object, the latest first.
func (h *hub) audited(t *testing.T, auditor string, a rooms.Action, object string) []office.AuditEntry {
	t.Helper()
	return into[office.AuditPage](t, h.as(t, auditor, "GET", "/api/v1/audit?action="+string(a)+"&object="+object, "")).Items
}

func (h *hub) manifestOf(t *testing.T, id string) *manifest.Recording {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(h.films, "*", "*", id))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	m, err := manifest.Read(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Verify(dirs[0], ledger.VerifyOptions{})
	if err != nil || len(report.Findings) > 0 {
		t.Fatalf("what was added has broken the chain: %v %+v", err, report)
	}
	return m
}

// The clerk explains a fault, the presiding judge signs under it; nobody else does
// either, and another text needs another signature (法释〔2017〕5号).
func TestAGapIsExplainedAndSignedFor(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(x))
	second := h.court.token(h.court.user("judge2", rooms.Grant{Role: rooms.Judge, Court: "aihui"}))
	gap := "/api/v1/recordings/" + id + "/gaps/1"
	put := func(who, path, body string) *answer { return h.as(t, who, "PUT", path, body) }

	if a := put(b.judge, gap+"/signature", `{"text":""}`); a.StatusCode != http.StatusConflict || a.problem(t).Code != "unexplained" {
		t.Errorf("signing what is not explained: %d %s", a.StatusCode, a.body)
	}
	for who, token := range map[string]string{"judge": b.judge, "another court's clerk": b.otherClerk, "inspector": b.inspector, "auditor": b.auditor, "another judge": second} {
		if a := put(token, gap+"/explanation", `{"text":"停电"}`); a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s explains a gap: %d", who, a.StatusCode)
		}
	}
	for body, want := range map[string]int{`{"text":"   "}`: 422, `{"text":"` + strings.Repeat("长", 2001) + `"}`: 422, `{"text":"a\u0000b"}`: 422, `{}`: 422} {
		if a := put(b.clerk, gap+"/explanation", body); a.StatusCode != want {
			t.Errorf("%.40s: %d %s", body, a.StatusCode, a.body)
		}
	}
	if a := put(b.clerk, "/api/v1/recordings/"+id+"/gaps/2/explanation", `{"text":"停电"}`); a.StatusCode != http.StatusNotFound {
		t.Errorf("a gap that there is not: %d", a.StatusCode)
	}
	const text = "第一法庭摄像机断电约八秒，已更换电源。"
	g := into[signaling.RecordingGap](t, put(b.clerk, gap+"/explanation", `{"text":" `+text+` "}`))
	if g.Explanation != text || g.ExplainedBy == "" || g.CountersignBy != "" || g.Lawful {
		t.Errorf("explained: %+v", g)
	}
	if a := put(b.judge, gap+"/signature", `{"text":"别的"}`); a.StatusCode != http.StatusConflict || a.problem(t).Code != "stale" {
		t.Errorf("signing another text: %d %s", a.StatusCode, a.body)
	}
	for who, token := range map[string]string{"clerk": b.clerk, "another judge": second, "inspector": b.inspector} {
		if a := put(token, gap+"/signature", `{"text":"`+text+`"}`); a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s signs: %d %s", who, a.StatusCode, a.body)
		}
	}
	if g = into[signaling.RecordingGap](t, put(b.judge, gap+"/signature", `{"text":"`+text+`"}`)); g.CountersignBy == "" {
		t.Errorf("signed: %+v", g)
	}
	m := h.manifestOf(t, id)
	if e, c := m.Explanations[1], m.Countersigns[1]; e.Text != text || e.By.ID != b.clerkUser.ID || e.By.Role != "clerk" || c.By.ID != b.judgeUser.ID || c.By.Role != "judge" {
		t.Errorf("the manifest has %+v, %+v", e, c)
	}
	if g = into[signaling.RecordingGap](t, put(b.clerk, gap+"/explanation", `{"text":"更正"}`)); g.CountersignBy != "" {
		t.Errorf("another text keeps the signature: %+v", g)
	}
	await(t, "the audit has it", func() bool {
		for _, e := range h.audited(t, b.auditor, rooms.ExplainGap, id) {
			if e.Outcome == audit.Done && e.Detail["gap"] == "1" && e.Detail["text"] == text {
				return true
			}
		}
		return false
	})

	// What was ordered needs none.
	paused := h.film(t, "court-2", hearingLabels(x), true)
	if a := put(b.clerk, "/api/v1/recordings/"+paused+"/gaps/1/explanation", `{"text":"x"}`); a.StatusCode != http.StatusConflict || a.problem(t).Code != "ordered" {
		t.Errorf("explaining an adjournment: %d %s", a.StatusCode, a.body)
	}
}

func TestMarksOnARecording(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(b.schedule(t, h)))
	path := "/api/v1/recordings/" + id + "/marks"
	if m := into[signaling.RecordingMark](t, h.as(t, b.clerk, "POST", path, `{"at":4.5,"text":"证据三出示"}`)); m.At != 4.5 || m.ID == "" || m.Text != "证据三出示" {
		t.Errorf("%+v", m)
	}
	d := into[signaling.RecordingDetail](t, h.as(t, b.judge, "GET", "/api/v1/recordings/"+id, ""))
	if len(d.Marks) != 1 || d.Marks[0].Text != "证据三出示" || d.Marks[0].By == "" || !d.May.Mark || !d.May.Sign || d.May.Explain || !d.May.Export || !d.May.Hold {
		t.Errorf("%+v, may %+v", d.Marks, d.May)
	}
	for body, want := range map[string]int{`{"at":31,"text":"x"}`: 422, `{"at":-1,"text":"x"}`: 422, `{"at":1,"text":""}`: 422} {
		if a := h.as(t, b.clerk, "POST", path, body); a.StatusCode != want {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.body)
		}
	}
	if a := h.as(t, b.inspector, "POST", path, `{"at":1,"text":"x"}`); a.StatusCode != http.StatusForbidden {
		t.Errorf("an inspector marks: %d", a.StatusCode)
	}
}

// A hold on a case is in the manifests of its recordings, those to come too, and in the
// archive; a store that is away does not lose it.
func TestACaseUnderALegalHold(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	first := h.faultyFilm(t, "court-1", hearingLabels(x))
	alone := h.film(t, "court-4", map[string]string{"for": "always", "court": "aihui"}, true)
	path := "/api/v1/cases/" + x.Case + "/hold"
	is := func(id string, on bool) func() bool {
		return func() bool {
			m := h.manifestOf(t, id)
			h.annexed.mu.Lock()
			defer h.annexed.mu.Unlock()
			return (m.Held != nil) == on && h.annexed.archived[id] == on
		}
	}
	for body, want := range map[string]int{`{"on":true,"reason":" "}`: 422, `{"on":false,"reason":"x"}`: 409} {
		if a := h.as(t, b.judge, "PUT", path, body); a.StatusCode != want {
			t.Errorf("%s: %d %s", body, a.StatusCode, a.body)
		}
	}
	for who, token := range map[string]string{"clerk": b.clerk, "inspector": b.inspector} {
		if a := h.as(t, token, "PUT", path, `{"on":true,"reason":"x"}`); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s holds a case: %d", who, a.StatusCode)
		}
	}
	h.annexed.mu.Lock()
	h.annexed.broken = errors.New("the store is away")
	h.annexed.mu.Unlock()
	into[signaling.HoldState](t, h.as(t, b.judge, "PUT", path, `{"on":true,"reason":"当事人申请再审"}`))
	if held, err := h.court.office.CaseHeld(t.Context(), x.Case); !held || err != nil {
		t.Errorf("nothing keeps it from being deleted: %v, %v", held, err)
	}
	h.annexed.mu.Lock()
	h.annexed.broken = nil
	h.annexed.mu.Unlock()
	h.annexed.holds.Stir()
	await(t, "the recording is held", is(first, true))
	if m := h.manifestOf(t, first); m.Held.Reason != "当事人申请再审" || m.Held.By.ID != b.judgeUser.ID {
		t.Errorf("%+v", m.Held)
	}
	if h.manifestOf(t, alone).Held != nil {
		t.Error("another recording is held too")
	}
	later := h.faultyFilm(t, "court-3", hearingLabels(x))
	h.annexed.holds.Stir()
	await(t, "a recording made later is held", is(later, true))

	if a := h.as(t, b.judge, "PUT", "/api/v1/recordings/"+first+"/hold", `{"on":false,"reason":"x"}`); a.StatusCode != http.StatusConflict {
		t.Errorf("a recording of the case is freed by itself: %d %s", a.StatusCode, a.body)
	}
	into[signaling.HoldState](t, h.as(t, b.auditor, "PUT", path, `{"on":false,"reason":"再审审结"}`))
	for _, id := range []string{first, later} {
		await(t, "it is free", is(id, false))
	}
	await(t, "the audit has both reasons", func() bool {
		var reasons []string
		for _, e := range h.audited(t, b.auditor, rooms.HoldRecording, x.Case) {
			reasons = append(reasons, e.Detail["hold"]+" "+e.Why)
		}
		return slices.Contains(reasons, "on 当事人申请再审") && slices.Contains(reasons, "off 再审审结")
	})

	// One without a case is held by itself, by the archivist.
	into[signaling.HoldState](t, h.as(t, b.auditor, "PUT", "/api/v1/recordings/"+alone+"/hold", `{"on":true,"reason":"纪检调阅"}`))
	if !is(alone, true)() {
		t.Error("it is not held")
	}
	if a := h.as(t, b.auditor, "PUT", "/api/v1/recordings/"+alone+"/hold", `{"on":true,"reason":"纪检调阅"}`); a.StatusCode != http.StatusConflict {
		t.Errorf("again: %d", a.StatusCode)
	}
}
