package e2e

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Secrets planted in the configuration, in addresses, in files and in the
// environment, are found nowhere: not in the log, however much is logged, not in
// the audit, not in what the API answers to whom, nor in what the commands say.
func TestPlantedSecretsAreFoundNowhere(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			plantAndLook(t, format)
		})
	}
}

func plantAndLook(t *testing.T, format string) {
	dir := t.TempDir()
	planted := map[string]string{}
	plant := func(what string) string {
		planted[what] = fmt.Sprintf("plAnt3d%dx%d", len(planted), time.Now().UnixNano())
		return planted[what]
	}
	file := filepath.Join(dir, "archive.key")
	if err := os.WriteFile(file, []byte(plant("the archive's secret key from a file")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	yard := freeAddr(t)
	camera, out := startAvhub(t, nil, "camera", "--listen", yard, "yard=demo:court-1")
	out.await(t, listening)
	t.Cleanup(func() { stop(t, camera, syscall.SIGKILL) })
	config := filepath.Join(dir, "avhub.yaml")
	text := `
log: {level: debug, format: ` + format + `}
webrtc:
  ice_servers:
    - urls: ["turn:127.0.0.1:1"]
      username: hub
      credential: "` + plant("TURN's credential") + `"
archive: {access_key: "${PLANTED_KEY}", secret_key: "file:` + file + `"}
sources:
  - {id: by-hand, court: heihe, url: "rtsp://viewer:` + plant("a camera's password") + `@127.0.0.1:1/x"}
  - {id: by-env, court: heihe, url: "rtsp://viewer:${PLANTED_CAMERA}@` + yard + `/yard"}
  - {id: by-query, court: heihe, url: "rtsp://127.0.0.1:1/x?user=viewer&password=` + plant("a camera's password in its query") + `"}
  - {id: by-sub, court: heihe, url: "rtsp://` + yard + `/yard", sub_url: "rtsp://viewer:` + plant("a sub stream's password") + `@127.0.0.1:1/y"}
`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &hub{dir: filepath.Join(dir, "data"), http: freeAddr(t), rtsp: freeAddr(t), args: []string{"serve", "-c", config}}
	h.env = append(os.Environ(), "AVHUB_HTTP_LISTEN="+h.http, "AVHUB_RTSP_LISTEN="+h.rtsp, "AVHUB_WEBRTC_LISTEN="+freeAddr(t), "AVHUB_DATA_DIR="+h.dir,
		"PLANTED_KEY="+plant("the archive's access key"), "PLANTED_CAMERA="+plant("a camera's password from the environment"))
	h.makeBoss(t)
	for _, role := range []string{"clerk", "judge", "auditor"} {
		h.run(t, bossPassword, "user", "add", boss, "--role", role, "--court", "heihe")
	}
	h.start(t)
	t.Cleanup(func() { h.end(t, syscall.SIGTERM) })
	h.awaitState(t, "by-sub", "live")
	planted["the boss's token"], planted["the boss's password"] = h.token, bossPassword
	cookie, _ := h.logIn(t, boss)
	planted["the boss's session"] = strings.TrimPrefix(cookie, "__Host-avhub=")

	// The token in RTSP addresses, as players send it; and wrong ones.
	p := h.play(t, "by-sub", h.token)
	await(t, 10*time.Second, "it plays", func() bool { return p.bytes.Load() > 0 })
	_ = p.conn.Close()
	h.guessByRTSP(t, 1)
	h.add(t, map[string]string{"id": "added", "court": "heihe", "url": "rtsp://viewer:" + plant("a password that was added") + "@127.0.0.1:1/z"})
	h.call(t, "POST", "/sources/probe", map[string]string{"url": "rtsp://viewer:" + plant("a password that was tried") + "@" + yard + "/nothing"}, nil)
	h.call(t, "POST", "/sources", map[string]string{"id": "wrong", "url": "rtsp://viewer:" + plant("a password of a wrong address") + "@"}, nil)

	said := map[string]string{}
	ask := func(who, header, value, method, path string) {
		r, err := http.NewRequest(method, "http://"+h.http+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			r.Header.Set(header, value)
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		said[method+" "+path+" to "+who] = string(body) + fmt.Sprint(a.Header)
	}
	for _, path := range []string{"hub", "me", "door", "sources", "sources/by-hand", "sources/by-env", "sources/by-query", "sources/by-sub", "sources/added", "users", "courts", "sites", "cases", "hearings", "audit", "audit.csv", "audit/head"} {
		ask("the boss", "Authorization", "Bearer "+h.token, "GET", "/api/v1/"+path)
		ask("a stranger", "", "", "GET", "/api/v1/"+path)
	}
	for _, path := range []string{"/metrics", "/readyz", "/healthz", "/openapi.json", "/"} {
		ask("the boss", "Cookie", cookie, "GET", path)
		ask("a stranger", "", "", "GET", path)
	}
	ask("a stranger", "", "", "OPTIONS", "/whep/by-sub")
	ask("a stranger", "", "", "OPTIONS", "/whip/by-sub/0123")
	if link := said["OPTIONS /whep/by-sub to a stranger"]; strings.Contains(link, "turn:") {
		t.Errorf("a stranger is told of the TURN server: %s", link)
	}
	for _, args := range [][]string{{"doctor", "-c", config}, {"doctor", "--json", "-c", config}, {"user", "list", "-c", config}, {"verify", filepath.Join(h.dir, "audit")}} {
		cmd := exec.CommandContext(t.Context(), "../../../bin/avhub", args...)
		cmd.Env = h.env
		out, _ := cmd.CombinedOutput() // doctor finds cameras that do not answer
		said["avhub "+strings.Join(args, " ")] = string(out)
	}
	h.end(t, syscall.SIGTERM)
	said["the log"] = h.out.String()
	err := fs.WalkDir(os.DirFS(h.dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "sources.yaml" { // where the API's cameras are kept, for the hub alone
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		others := info.Mode().Perm() & 0o077
		if strings.HasPrefix(path, "recordings/") {
			others &= 0o007 // a backup program's group may read these
		}
		if others != 0 && !regexp.MustCompile(`^audit/(head\.json|ledger\.pub)$`).MatchString(path) {
			t.Errorf("%s may be read by others: %v", path, info.Mode())
		}
		raw, err := os.ReadFile(filepath.Join(h.dir, path))
		said["the file "+path] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for place, text := range said {
		shown += strings.Count(text, "viewer:***")
		for what, secret := range planted {
			if len(secret) < 12 || bytes.Contains([]byte(text), []byte(secret)) {
				at := max(0, strings.Index(text, secret))
				t.Errorf("%s stands in %s: …%.200q", what, place, text[max(0, at-100):])
			}
		}
	}
	if shown == 0 || !strings.Contains(said["the log"], "by-query") || len(said["the log"]) < 1000 {
		t.Errorf("no address was shown at all (%d), and the log is of %d bytes: this test looks in the wrong places", shown, len(said["the log"]))
	}
}
