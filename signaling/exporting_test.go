package signaling_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/office"
	"avhub/signaling"
)

const because = "?reason=%E5%BD%92%E6%A1%A3" // 归档

// A hearing's case file is a ZIP archive that unpackers of two makes take; the audit
// knows who has it, why, and that it is whole.
func TestExportOfAHearing(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	ids := []string{h.faultyFilm(t, "court-1", hearingLabels(x)), h.film(t, "court-2", hearingLabels(x), true)}
	h.film(t, "court-3", map[string]string{"for": "always", "court": "aihui"}, true)
	path := "/api/v1/hearings/" + x.ID + "/export"
	c := into[signaling.ExportContents](t, h.as(t, b.clerk, "GET", path+"/contents", ""))
	if c.Recordings != 2 || c.Gaps != 2 || !c.Reason || c.Name != "（2026）黑1102民初23号.zip" || c.Tag == "" {
		t.Errorf("%+v", c)
	}
	if a := h.as(t, b.judge, "GET", path, ""); a.StatusCode != 422 || a.problem(t).Errors[0].Location != "query.reason" {
		t.Errorf("without a reason: %d %s", a.StatusCode, a.body)
	}
	a := h.as(t, b.judge, "GET", path+because, "")
	if a.StatusCode != 200 || int64(len(a.body)) != c.Size || a.Header.Get("ETag") != `"`+c.Tag+`"` || a.Header.Get("Content-Type") != "application/zip" ||
		!strings.Contains(a.Header.Get("Content-Disposition"), url.PathEscape("（2026）黑1102民初23号.zip")) {
		t.Fatalf("%d, %d bytes of %d, %v", a.StatusCode, len(a.body), c.Size, a.Header)
	}
	file := filepath.Join(t.TempDir(), "case.zip")
	if err := os.WriteFile(file, []byte(a.body), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unzip", "-tq", file).CombinedOutput(); err != nil {
		t.Errorf("unzip: %v: %s", err, out)
	}
	python := exec.Command("python3", "-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print('\\n'.join(z.namelist()))", file)
	python.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	names, err := python.CombinedOutput()
	if err != nil {
		t.Errorf("python: %v: %s", err, names)
	}
	for _, want := range []string{"player.html", "gaps.html", "gaps.csv", "public-key.pem", "README.txt", "certificate.pdf", "court-1/" + ids[0] + "/000001.mp4", "court-2/" + ids[1] + "/manifest.jsonl", "court-2/" + ids[1] + "/seal.json"} {
		if !strings.Contains(string(names), "（2026）黑1102民初23号/"+want+"\n") {
			t.Errorf("%s is not in it:\n%s", want, names)
		}
	}
	if strings.Contains(string(names), "court-3") {
		t.Error("a recording that is not of the hearing is in it")
	}
	var entries []office.AuditEntry
	await(t, "the audit has it", func() bool {
		entries = h.audited(t, b.auditor, rooms.ExportCaseFile, x.ID)
		return len(entries) == 2
	})
	if len(entries) != 2 || entries[0].Outcome != audit.Ended || entries[1].Outcome != audit.Began || entries[1].Why != "归档" || entries[0].Detail["whole"] != "true" ||
		entries[0].Detail["bytes"] != strconv.FormatInt(c.Size, 10) || !strings.Contains(entries[1].Detail["recordings"], ids[0]) || !strings.Contains(entries[1].Detail["recordings"], ids[1]) || entries[1].Who.ID != b.judgeUser.ID {
		t.Errorf("the audit has %+v", entries)
	}
}

func TestWhoMayExport(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(x))
	open := h.film(t, "court-2", map[string]string{"for": "hearing", "hearing": "other", "case": "other-case", "court": "aihui"}, false)
	for who, c := range map[string]struct {
		token string
		want  int
	}{
		"judge": {b.judge, 200}, "clerk": {b.clerk, 200}, "another court's clerk": {b.otherClerk, 404}, "inspector": {b.inspector, 403},
		"auditor": {b.auditor, 403}, "technician": {h.court.token(h.court.user("tech", rooms.Grant{Role: rooms.Technician, Court: "heihe"})), 404},
	} {
		for _, path := range []string{"/api/v1/recordings/" + id + "/export", "/api/v1/recordings/" + id + "/export/contents"} {
			if a := h.as(t, c.token, "GET", path+because, ""); a.StatusCode != c.want {
				t.Errorf("%s: %s: %d", who, path, a.StatusCode)
			}
		}
	}
	for _, path := range []string{"/api/v1/hearings/" + x.ID + "/export", "/api/v1/cases/" + x.Case + "/export"} {
		if a := h.as(t, b.clerk, "GET", path+because, ""); a.StatusCode != 200 {
			t.Errorf("%s: %d %.200s", path, a.StatusCode, a.body)
		}
	}
	if a := h.ask(t, "GET", "/api/v1/recordings/"+open+"/export"+because, ""); a.StatusCode != 404 && a.StatusCode != 403 {
		t.Errorf("nobody's recording: %d", a.StatusCode)
	}
	if a := h.as(t, b.clerk, "GET", "/api/v1/cases/nothing/export"+because, ""); a.StatusCode != 404 {
		t.Errorf("no such case: %d", a.StatusCode)
	}
	// One that goes on has no end to be proven yet.
	running := h.film(t, "court-4", hearingLabels(x), false)
	if a := h.as(t, b.clerk, "GET", "/api/v1/recordings/"+running+"/export"+because, ""); a.StatusCode != 409 || a.problem(t).Code != "open" {
		t.Errorf("one that has not ended: %d %.200s", a.StatusCode, a.body)
	}
}

// A download that broke off is gone on with by curl, and is the same to the byte; the
// audit says when it was whole. Of an archive that has changed no piece is sent.
func TestAnExportThatBrokeOffGoesOn(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	id := h.longFilm(t, "court-2", hearingLabels(b.schedule(t, h)), true, 15*time.Minute) // more than sockets hold
	path := "/api/v1/recordings/" + id + "/export" + because
	whole := h.as(t, b.clerk, "GET", path, "").body

	file := filepath.Join(t.TempDir(), "case.zip")
	got := int64(len(whole))/5 + 17
	if a := h.ask(t, "GET", path, "", "Authorization", "Bearer "+b.judge, "Range", "bytes=100-200"); a.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("a piece for somebody who has nothing of it: %d", a.StatusCode)
	}
	h.breakOff(t, b.judge, path, got, file)
	await(t, "the audit says that it broke off", func() bool {
		e := h.audited(t, b.auditor, rooms.ExportCaseFile, id)
		return len(e) == 4 && e[0].Outcome == audit.Ended && e[0].Detail["whole"] == "false" && e[0].Who.ID == b.judgeUser.ID
	})
	curl := exec.Command("curl", "-sS", "-f", "-C", "-", "-H", "Authorization: Bearer "+b.judge, "-o", file, h.url+path)
	if out, err := curl.CombinedOutput(); err != nil {
		t.Fatalf("curl: %v: %s", err, out)
	}
	if raw, err := os.ReadFile(file); err != nil || !bytes.Equal(raw, []byte(whole)) {
		t.Errorf("it is another archive: %d bytes, not %d (%v)", len(raw), len(whole), err)
	}
	await(t, "the audit says that it is whole", func() bool {
		e := h.audited(t, b.auditor, rooms.ExportCaseFile, id)[0]
		return e.Outcome == audit.Ended && e.Who.ID == b.judgeUser.ID && e.Detail["whole"] == "true" && e.Detail["from"] == strconv.FormatInt(got, 10)
	})

	// Something is added: what is there of the old archive is of no use.
	tag := into[signaling.ExportContents](t, h.as(t, b.judge, "GET", "/api/v1/recordings/"+id+"/export/contents", "")).Tag
	into[signaling.RecordingMark](t, h.as(t, b.clerk, "POST", "/api/v1/recordings/"+id+"/marks", `{"at":1,"text":"x"}`))
	for _, c := range []struct {
		what, path, ifRange string
		want                int
	}{ // the last is sent the new one, of which pieces are given then
		{"a piece", path, "", 412}, {"a piece of the old", path + "&tag=" + tag, "", 412}, {"if it is the same", path, `"` + tag + `"`, 200},
	} {
		headers := []string{"Authorization", "Bearer " + b.judge, "Range", "bytes=5000-"}
		if c.ifRange != "" {
			headers = append(headers, "If-Range", c.ifRange)
		}
		if a := h.ask(t, "GET", c.path, "", headers...); a.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.what, a.StatusCode, c.want)
		}
	}
	if a := h.ask(t, "GET", path, "", "Authorization", "Bearer "+b.judge, "Range", "bytes=5000-5009"); a.StatusCode != http.StatusPartialContent || len(a.body) != 10 {
		t.Errorf("a piece of what was sent: %d, %d bytes", a.StatusCode, len(a.body))
	}
}

// breakOff downloads so many bytes and hangs up.
func (h *hub) breakOff(t *testing.T, token, path string, n int64, file string) {
	t.Helper()
	a := h.slowly(t, token, path)
	defer a.Body.Close()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.CopyN(f, a.Body, n); err != nil {
		t.Fatal(err)
	}
}

// slowly begins a download through a socket that holds little.
func (h *hub) slowly(t *testing.T, token, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(256 << 10)
		}
		return conn, err
	}}}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Where the audit cannot be written, nothing is taken away.
func TestNoExportWithoutTheAudit(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(b.schedule(t, h)))
	path := "/api/v1/recordings/" + id + "/export" + because
	if a := h.as(t, b.clerk, "GET", path, ""); a.StatusCode != 200 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if err := h.court.audit.Close(); err != nil {
		t.Fatal(err)
	}
	a := h.as(t, b.clerk, "GET", path, "")
	if a.StatusCode != http.StatusServiceUnavailable || a.problem(t).Code != "audit" || a.Header.Get("ETag") != "" {
		t.Errorf("%d %.300s", a.StatusCode, a.body)
	}
}

// Who loses the permission while an archive is being sent gets no more of it.
func TestAnExportEndsWithItsPermission(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	id := h.longFilm(t, "court-2", hearingLabels(b.schedule(t, h)), true, 15*time.Minute) // more than sockets hold
	a := h.slowly(t, b.judge, "/api/v1/recordings/"+id+"/export"+because)
	defer a.Body.Close()
	if _, err := io.CopyN(io.Discard, a.Body, 1000); err != nil {
		t.Fatal(err)
	}
	b.disableJudge(h)
	await(t, "the audit says that it has ended", func() bool {
		_, _ = io.CopyN(io.Discard, a.Body, 4096) // makes room for what must not come any more
		for _, e := range h.audited(t, b.auditor, rooms.ExportCaseFile, id) {
			if e.Outcome == audit.Ended && e.Detail["whole"] == "false" {
				return true
			}
		}
		return false
	})
	if n, err := io.Copy(io.Discard, a.Body); err == nil {
		t.Errorf("the rest came all the same: %d bytes more", n)
	}
}

// A clip is whole segments with the words which bytes of them were asked for.
func TestExportOfAClip(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(b.schedule(t, h)))
	path := "/api/v1/recordings/" + id + "/export" + because
	whole := h.as(t, b.judge, "GET", path, "")
	clip := h.as(t, b.judge, "GET", path+"&start=6&duration=2", "")
	if clip.StatusCode != 200 || len(clip.body) >= len(whole.body)/2 {
		t.Fatalf("%d, %d bytes of %d", clip.StatusCode, len(clip.body), len(whole.body))
	}
	for query, want := range map[string]int{"&start=14&duration=2": 404, "&start=x": 422, "&start=1&duration=0": 422, "&start=999&duration=1": 404} {
		if a := h.as(t, b.judge, "GET", path+query, ""); a.StatusCode != want {
			t.Errorf("%s: %d %.200s", query, a.StatusCode, a.body)
		}
	}
	await(t, "the audit says which stretch", func() bool {
		e := into[office.AuditPage](t, h.as(t, b.auditor, "GET", "/api/v1/audit?action=export_case&outcome=began", "")).Items
		return len(e) == 2 && e[0].Detail["excerpt"] == "0:00:06–0:00:08"
	})
}
