package configs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"avhub/configs"
)

// Everything that is wrong is said at once, each with its line and in order.
func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := configs.Parse([]byte(`log:
  levle: info
http:
  lisen: ":80"
  behind_proxy: maybe
recording:
  segment: 60
sources:
  - id: a
    urll: x
  - [b]
rtsp: 8554
`), []string{"AVHUB_LOG_FROMAT=json", "AVHUB_MEDIA_TRANSCODE=ja"})
	want := []string{
		`unknown key "levle" in log (line 2): did you mean "level"?`,
		`unknown key "lisen" in http (line 4): did you mean "listen"?`,
		`http.behind_proxy (line 5): "maybe" is neither true nor false`,
		`recording.segment (line 7): "60" is no length of time: write a number with ms, s, m or h, such as 60s`,
		`unknown key "urll" in sources[0] (line 10): did you mean "url"?`,
		`sources[1] (line 11): expected a section with keys of id, name, site, site_id, court, url, sub_url, transport, start, record, loudspeaker, found a list`,
		`rtsp (line 12): expected a section with keys of listen, tls_only, found "8554"`,
		`unknown variable AVHUB_LOG_FROMAT in the environment: did you mean "AVHUB_LOG_FORMAT"?`,
		`media.transcode (AVHUB_MEDIA_TRANSCODE): "ja" is neither true nor false`,
	}
	got := configs.FieldErrors(err)
	if len(got) != len(want) {
		t.Fatalf("%d faults, want %d:\n%v", len(got), len(want), err)
	}
	for i, f := range got {
		if f.Error() != want[i] {
			t.Errorf("fault %d:\n got %s\nwant %s", i, f, want[i])
		}
	}
}

func TestChecksSayWhereTheValueCameFrom(t *testing.T) {
	t.Parallel()
	_, err := configs.Parse([]byte("rtsp:\n  listen: :8080\nsources:\n  - id: a\n    court: Heihe\n"),
		[]string{"AVHUB_WEBRTC_LISTEN=0.0.0.0:8189", "AVHUB_WEBRTC_PUBLIC_IPS=10.0.0.1,10.0.0"})
	for _, want := range []string{
		`rtsp.listen (line 2): port 8080 is http.listen's already`,
		`webrtc.listen (AVHUB_WEBRTC_LISTEN): "0.0.0.0" is reachable from other machines`,
		`webrtc.public_ips[1] (AVHUB_WEBRTC_PUBLIC_IPS): "10.0.0"`,
		`sources[0].court (line 5): "Heihe"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// A password must not come out with an error about the line it stands in.
func TestErrorsQuoteNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{
		"sources:\n  - id: a\n    url rtsp://admin:geheim@10.0.0.5/x\n",
		"sources:\n  - rtsp://admin:geheim@10.0.0.5/x\n",
		"sources:\n  - id: a\n    url: rtsp://admin:geheim@10.0.0.5/x\n   sub_url: rtsp://admin:geheim@10.0.0.5/y\n",
		"sources: [{id: a, url: 'rtsp://admin:geheim@10.0.0.5/x}]\n",
		"sources: [{id: a, url: 'http://admin:geheim@10.0.0.5/x'}]\n",
		"sources: [{id: a, url: 'rtsp://admin:ge/heim@10.0.0.5/x'}]\n",
		"sources: [{id: a, url: 'rtsp://admin:geheim@'}]\n",
		"sources: [{id: a, transport: 'rtsp://admin:geheim@h/'}]\n",
		"rtsp://admin:geheim@10.0.0.5/x: 1\n",
		"archive: {secret_key: [geheim]}\n",
		"archive: {secret_key: {geheim: 1}}\n",
		"archive: {endpoint: s3, bucket: b, secret_key: geheim}\n",
		"archive: rtsp://admin:geheim@10.0.0.5\n",
		"database: {url: 'mysql://hub:geheim@db/x'}\n",
		"cluster: {redis: 'geheim'}\n",
	} {
		path := filepath.Join(dir, "avhub.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := configs.Load(path, nil)
		switch {
		case err == nil:
			t.Errorf("%q was accepted", text)
		case strings.Contains(err.Error(), "heim"):
			t.Errorf("%q: the error quotes the password: %v", text, err)
		}
	}
}

func TestAnchorsAndMergesAreTaken(t *testing.T) {
	t.Parallel()
	c := parse(t, `
sources:
  - &hall {id: hall-1, site: service_hall, start: on_demand}
  - <<: *hall
    id: hall-2
  - {<<: [*hall], id: hall-3, start: always}
`)
	if len(c.Sources) != 3 || c.Sources[1].Site != "service_hall" || c.Sources[1].Start != configs.OnDemand ||
		c.Sources[1].ID != "hall-2" || c.Sources[2].Start != configs.Always {
		t.Errorf("%+v", c.Sources)
	}
	for text, want := range map[string]string{
		"sources: &a [*a]\n":             "no anchor &a before",
		"http: *nowhere\n":               "nowhere",
		"http: {<<: 1}\n":                "<< takes a section",
		"log: {level: info}\n---\na: 1":  "second document",
		"sources:\n  - {<<: {idd: a}}\n": `"idd" in sources[0] (line 2)`,
	} {
		if _, err := configs.Parse([]byte(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v does not say %q", text, err, want)
		}
	}
}

func TestAMissingFileSaysHowToMakeOne(t *testing.T) {
	t.Parallel()
	_, err := configs.Load(filepath.Join(t.TempDir(), "avhub.yaml"), nil)
	if err == nil || !strings.Contains(err.Error(), "avhub config sample") {
		t.Errorf("%v", err)
	}
}

func TestEmptySectionsKeepTheDefaults(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "---\n", "http:\n  # listen: x\nsources:\n", "http: ~\n"} {
		if c := parse(t, text); !reflect.DeepEqual(c.HTTP, configs.Default().HTTP) || len(c.Sources) != 0 {
			t.Errorf("%q: %+v", text, c)
		}
	}
}
