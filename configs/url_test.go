package configs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"avhub/configs"
)

func TestRedactedHidesPasswordsOnly(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                                       "",
		"rtsp://10.0.0.5/ch1":                    "rtsp://10.0.0.5/ch1",
		"rtsp://admin@10.0.0.5/ch1":              "rtsp://admin@10.0.0.5/ch1",
		"rtsp://admin:secret@10.0.0.5:554/ch1":   "rtsp://admin:***@10.0.0.5:554/ch1",
		"rtsp://admin:s@c:r#t@10.0.0.5/ch1?a=b":  "rtsp://admin:***@10.0.0.5/ch1?a=b",
		"rtsp://admin:12/34@10.0.0.5/ch1":        "rtsp://admin:***@10.0.0.5/ch1",
		"rtsp://h/user=admin&password=tl6&c=1":   "rtsp://h/user=admin&password=***&c=1",
		"rtsp://a:b@h/x?token=t1&password=p2&z":  "rtsp://a:***@h/x?token=***&password=***&z",
		"redis://:secret@10.0.0.9:6379":          "redis://:***@10.0.0.9:6379",
		"admin:secret@10.0.0.5":                  "admin:secret@10.0.0.5", // no address: refused by Check
		"rtsp://[fe80::1]:554/ch1":               "rtsp://[fe80::1]:554/ch1",
		"rtsp://admin:secret@[fe80::1]:554/ch1":  "rtsp://admin:***@[fe80::1]:554/ch1",
		"rtsps://user%40court:p%2Fw@10.0.0.5/ch": "rtsps://user%40court:***@10.0.0.5/ch",
	} {
		if got := configs.URL(url).Redacted(); got != want {
			t.Errorf("%s is shown as %s, want %s", url, got, want)
		}
	}
}

func TestCheckSaysWhatIsWrongWithAnAddress(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"rtsp://10.0.0.5":                  "",
		"rtsp://admin:s@c:r#t@10.0.0.5/c1": "",
		"RTSPS://camera.local:322/x":       "",
		"rtsp://[fe80::1]:554/ch1":         "",
		"10.0.0.5/ch1":                     "write rtsp://",
		"http://10.0.0.5/":                 "allowed are rtsp:// and rtsps://",
		"rtsp://admin:pa/ss@10.0.0.5/ch1":  "%2F",
		"rtsp://10.0.0.5:99999/":           "99999",
		"rtsp:///ch1":                      "no host",
		"rtsp://admin:secret@":             "no host",
		"rtsp://admin:pa ss@10.0.0.5/":     "%20",
		"rtsp://admin:pa\x83@10.0.0.5/":    "control",
	} {
		err := configs.URL(url).Check()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	v := struct {
		Secret configs.Secret
		URL    configs.URL
		List   []configs.Source
	}{"geheim", "rtsp://a:geheim@h/", []configs.Source{{URL: "rtsp://a:geheim@h/"}}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", v.Secret, "url", v.URL, "all", v)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", v.Secret, "url", v.URL, "all", v)
	asJSON, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(asJSON) + fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v.Secret)
	if strings.Contains(all, "geheim") || strings.Contains(all, "67656865696d") {
		t.Error(all)
	}
}

func TestMaskHidesPasswordsInAnyText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`dial rtsp://u:p@h/x: refused; then rtsp://u:q@h/y`: `dial rtsp://u:***@h/x: refused; then rtsp://u:***@h/y`,
		`Get "http://u:p/a@h/": EOF`:                        `Get "http://u:***@h/": EOF`,
		"at 12:30 mail a@b.example":                         "at 12:30 mail a@b.example",
		"http://127.0.0.1:8080/healthz":                     "http://127.0.0.1:8080/healthz",
		"rtsp://h/?password=x9&a=1 failed":                  "rtsp://h/?password=***&a=1 failed",
	} {
		if got := configs.Mask(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestDatabasesByHostOrSocket(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"postgres://hub:x@10.0.0.7/court": true, "postgresql://hub@db:5433/court?sslmode=verify-full": true,
		"postgres://hub@/court?host=/run/postgresql": true, "postgres:///court?host=/run/postgresql": true,
		"postgres:///court": false, "postgres://hub@/court?host=elsewhere": false, "mysql://h/x": false, "court.db": false,
	} {
		if _, err := configs.Parse([]byte("database: {url: \""+url+"\"}\n"), nil); (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		}
	}
}
