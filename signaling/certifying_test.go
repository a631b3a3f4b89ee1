package signaling_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/office"
	"avhub/signaling"
)

// pdfText is what stands on a certificate, without blanks.
func pdfText(t *testing.T, pdf string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.pdf")
	if err := os.WriteFile(file, []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (make setup-test installs it)", err)
	}
	return strings.Join(strings.Fields(string(out)), "")
}

// A hearing's certificate names court, case and people, and the values of all its
// recordings; the audit knows who has taken it, and why.
func TestCertificateOfAHearing(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	ids := []string{h.faultyFilm(t, "court-1", hearingLabels(x)), h.film(t, "court-2", hearingLabels(x), true)}
	other := h.film(t, "court-3", map[string]string{"for": "always", "court": "aihui"}, true)
	path := "/api/v1/hearings/" + x.ID + "/certificate.pdf"
	if a := h.as(t, b.judge, "GET", path, ""); a.StatusCode != 422 || a.problem(t).Errors[0].Location != "query.reason" {
		t.Errorf("without a reason: %d %s", a.StatusCode, a.body)
	}
	a := h.as(t, b.judge, "GET", path+because, "")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/pdf" || a.Header.Get("Cache-Control") != "private, no-store" ||
		!strings.Contains(a.Header.Get("Content-Disposition"), url.PathEscape("（2026）黑1102民初23号 证明书.pdf")) {
		t.Fatalf("%d %v %.300s", a.StatusCode, a.Header, a.body)
	}
	text := pdfText(t, a.body)
	v := into[office.HearingView](t, h.as(t, b.judge, "GET", "/api/v1/hearings/"+x.ID, ""))
	wanted := []string{"（2026）黑1102民初23号", x.Title, v.CourtName, v.SiteName, x.ID, ids[0], ids[1]}
	for _, m := range v.Panel {
		wanted = append(wanted, m.Name, m.Part.Facts().Chinese)
	}
	for _, p := range v.Parties {
		wanted = append(wanted, p.Name, p.Standing.Chinese())
	}
	for _, id := range ids {
		wanted = append(wanted, into[signaling.RecordingDetail](t, h.as(t, b.judge, "GET", "/api/v1/recordings/"+id, "")).Value)
	}
	for _, want := range wanted {
		if want == "" || !strings.Contains(text, strings.ReplaceAll(want, " ", "")) {
			t.Errorf("%q is not on the certificate", want)
		}
	}
	if strings.Contains(text, other) {
		t.Error("a recording that is not of the hearing is on it")
	}
	if again := h.as(t, b.clerk, "GET", path+because, ""); again.body != a.body {
		t.Error("equal recordings made other bytes")
	}
	var entries []office.AuditEntry
	await(t, "the audit has both", func() bool {
		entries = h.audited(t, b.auditor, rooms.ExportCaseFile, x.ID)
		return len(entries) == 4
	})
	if len(entries) != 4 || entries[0].Outcome != audit.Done || entries[3].Outcome != audit.Began || entries[3].Why != "归档" || entries[3].Who.ID != b.judgeUser.ID ||
		!strings.Contains(text, entries[3].Detail["certificate"]) || !strings.Contains(entries[3].Detail["recordings"], ids[1]) {
		t.Errorf("the audit has %+v", entries)
	}
}

func TestWhoMayCertify(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	b := newBench(t, h)
	x := b.schedule(t, h)
	id := h.faultyFilm(t, "court-1", hearingLabels(x))
	for who, c := range map[string]struct {
		token string
		want  int
	}{"judge": {b.judge, 200}, "clerk": {b.clerk, 200}, "another court's clerk": {b.otherClerk, 404}, "inspector": {b.inspector, 403}, "auditor": {b.auditor, 403}} {
		if a := h.as(t, c.token, "GET", "/api/v1/recordings/"+id+"/certificate.pdf"+because, ""); a.StatusCode != c.want {
			t.Errorf("%s: %d %.200s", who, a.StatusCode, a.body)
		}
	}
	if a := h.as(t, b.clerk, "GET", "/api/v1/hearings/nothing/certificate.pdf"+because, ""); a.StatusCode != 404 {
		t.Errorf("no such hearing: %d", a.StatusCode)
	}
	open := h.film(t, "court-2", hearingLabels(x), false)
	for _, path := range []string{"/api/v1/recordings/" + open, "/api/v1/hearings/" + x.ID} {
		if a := h.as(t, b.clerk, "GET", path+"/certificate.pdf"+because, ""); a.StatusCode != 409 || a.problem(t).Code != "open" {
			t.Errorf("%s, which has not ended: %d %.200s", path, a.StatusCode, a.body)
		}
	}
}
