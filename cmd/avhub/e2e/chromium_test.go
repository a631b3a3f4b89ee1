package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"
)

// chromiumSaw is what a page in Chromium saw of one file.
type chromiumSaw struct {
	Error    string
	Duration float64 // seconds
	At       float64 // where it stood at its end, seconds
	Pictures int     // decoded
}

// chromiumPage plays files one after the other to their ends, several times as fast, and
// reports what it saw of each.
const chromiumPage = `<!doctype html><meta charset=utf-8><body><script>
const play = (url) => new Promise((done) => {
  const v = document.createElement('video')
  const end = (Error) => {
    done({ Error, Duration: v.duration || 0, At: v.currentTime, Pictures: v.getVideoPlaybackQuality().totalVideoFrames })
    v.removeAttribute('src')
    v.load()
    v.remove()
  }
  v.muted = true
  v.addEventListener('ended', () => end(''), { once: true })
  v.addEventListener('error', () => end(v.error.message || 'error ' + v.error.code), { once: true })
  setTimeout(() => end('not at its end after a minute, ready state ' + v.readyState), 60000)
  v.src = url
  v.playbackRate = 8
  document.body.append(v)
  v.play().catch((e) => end(String(e)))
})
onload = async () => {
  const files = await (await fetch('/files')).json()
  const lanes = [0, 1, 2].map(async () => {
    for (let file = files.pop(); file; file = files.pop())
      await fetch('/saw?file=' + encodeURIComponent(file), { method: 'POST', body: JSON.stringify(await play('/media/' + file)) })
  })
  await Promise.all(lanes)
  await fetch('/end', { method: 'POST' })
}
</script>`

// playInChromium plays files below a folder to their ends.
func playInChromium(t *testing.T, root string, files []string) map[string]chromiumSaw {
	t.Helper()
	type one struct {
		file string
		saw  chromiumSaw
	}
	saw, ended := make(chan one, len(files)), make(chan struct{}, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(chromiumPage)) })
	mux.HandleFunc("GET /files", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(files) })
	mux.Handle("GET /media/", http.StripPrefix("/media/", http.FileServer(http.Dir(root))))
	mux.HandleFunc("POST /saw", func(_ http.ResponseWriter, r *http.Request) {
		o := one{file: r.FormValue("file")}
		if err := json.NewDecoder(r.Body).Decode(&o.saw); err != nil {
			t.Error(err)
		}
		saw <- o
	})
	mux.HandleFunc("POST /end", func(http.ResponseWriter, *http.Request) { ended <- struct{}{} })
	server := httptest.NewServer(mux)
	defer server.Close()
	cmd := exec.Command("/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--autoplay-policy=no-user-gesture-required", server.URL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	all := map[string]chromiumSaw{}
	limit := time.NewTimer(2*time.Minute + time.Duration(len(files))*3*time.Second)
	defer limit.Stop()
	for over := false; !over || len(saw) > 0; {
		select {
		case o := <-saw:
			all[o.file] = o.saw
		case <-ended:
			over = true
		case <-limit.C:
			t.Fatalf("Chromium has played %d of %d files", len(all), len(files))
		}
	}
	return all
}
