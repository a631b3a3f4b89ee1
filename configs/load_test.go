package configs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"avhub/configs"
)

func parse(t *testing.T, text string, env ...string) *configs.Config {
	t.Helper()
	c, err := configs.Parse([]byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSampleEqualsTheDefaults(t *testing.T) {
	t.Parallel()
	got := parse(t, string(configs.Sample))
	want := configs.Default()
	got.Sources, got.WebRTC.PublicIPs, got.WebRTC.ICEServers = nil, nil, nil // [] in the sample
	got.OIDC.Roles = nil
	got.HTTP.Origins, got.HTTP.Names, got.HTTP.Proxies = nil, nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sample:\n%+v\ndefaults:\n%+v", got, want)
	}
}

func TestSampleNamesEveryKey(t *testing.T) {
	t.Parallel()
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if !strings.Contains(string(configs.Sample), f.Tag.Get("yaml")+":") {
				t.Errorf("the sample does not name %s", f.Tag.Get("yaml"))
			}
			elem := f.Type
			if elem.Kind() == reflect.Slice {
				elem = elem.Elem()
			}
			if elem.Kind() == reflect.Struct && elem != reflect.TypeFor[configs.TLS]() {
				walk(elem)
			}
		}
	}
	walk(reflect.TypeFor[configs.Config]())
}

// Every example of the sample loads when its # is taken away.
func TestSampleExamplesLoad(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for line := range strings.Lines(string(configs.Sample)) {
		key := strings.TrimSpace(strings.TrimPrefix(line, "#"))
		if plain, ok := strings.CutPrefix(line, "#"); ok && (strings.HasPrefix(plain, "  ") || strings.HasPrefix(plain, "sources")) {
			line = plain
		} else if strings.HasPrefix(key, "ice_servers: []") || strings.HasPrefix(key, "sources: []") || strings.HasPrefix(key, "roles: []") {
			continue
		}
		text.WriteString(line)
	}
	c := parse(t, text.String(), "COURT1_PASSWORD=geheim", "TURN_SECRET=turn", "AVHUB_OIDC_ISSUER=https://sso.court.example", "AVHUB_OIDC_CLIENT_ID=avhub")
	if len(c.OIDC.Roles) != 1 || c.OIDC.Roles[0].Role != "judge" || c.OIDC.Roles[0].Sites[0] != "court-1" {
		t.Errorf("oidc.roles: %+v", c.OIDC.Roles)
	}
	if len(c.Sources) != 2 || !strings.Contains(c.Sources[0].URL.Reveal(), "user:geheim@") || !c.Sources[1].URL.Empty() {
		t.Errorf("sources: %+v", c.Sources)
	}
	if len(c.WebRTC.ICEServers) != 2 || c.WebRTC.ICEServers[1].Credential.Reveal() != "turn" {
		t.Errorf("ice_servers: %+v", c.WebRTC.ICEServers)
	}
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yaml string
		env  []string
		want []string
	}{
		"unknown key":         {yaml: "http:\n  lisen: x\n", want: []string{`unknown key "lisen" in http (line 2)`, `"listen"`}},
		"unknown top key":     {yaml: "data_dri: x\n", want: []string{`"data_dri"`, `"data_dir"`}},
		"unknown source key":  {yaml: "sources:\n  - id: a\n    ulr: rtsp://x\n", want: []string{"sources[0]", `"url"`, "line 3"}},
		"unknown variable":    {env: []string{"AVHUB_HTP_LISTEN=:1"}, want: []string{"AVHUB_HTP_LISTEN", "AVHUB_HTTP_LISTEN"}},
		"wrong type":          {yaml: "recording:\n  segment: soon\n", want: []string{"segment"}},
		"wrong word":          {yaml: "log: {level: loud}\n", want: []string{"log.level", "debug, info, warn, error"}},
		"out of range":        {yaml: "recording: {part: 1h}\n", want: []string{"recording.part", "100ms to 5s"}},
		"open to all":         {yaml: "http: {listen: \"0.0.0.0:8080\"}\n", want: []string{"http.listen", "this machine only", "127.0.0.1:8080"}},
		"bad port":            {yaml: "rtsp: {listen: \":99999\"}\n", want: []string{"rtsp.listen", "0 to 65535"}},
		"bad ip":              {yaml: "webrtc: {public_ips: [hub.local]}\n", want: []string{"webrtc.public_ips[0]"}},
		"bad id":              {yaml: "sources: [{id: Court_1, url: \"rtsp://a/b\"}]\n", want: []string{"sources[0].id", "court-1"}},
		"twice":               {yaml: "sources: [{id: a}, {id: a}]\n", want: []string{"sources[1].id", "sources[0].id"}},
		"sub without main":    {yaml: "sources: [{id: a, sub_url: \"rtsp://a/b\"}]\n", want: []string{"sources[0].sub_url"}},
		"not a camera":        {yaml: "sources: [{id: a, url: \"http://a/b\"}]\n", want: []string{"sources[0].url", "rtsp://"}},
		"bad site":            {yaml: "sources: [{id: a, site: kitchen}]\n", want: []string{"sources[0].site", "courtroom"}},
		"missing secret":      {yaml: "sources: [{id: a, url: \"rtsp://u:${NOWHERE}@a/b\"}]\n", want: []string{"NOWHERE"}},
		"open RTSP":           {yaml: "rtsp: {listen: \"10.0.0.5:8554\"}\n", want: []string{"rtsp.listen", "http.tls", "127.0.0.1:8554"}},
		"bad name":            {yaml: "http: {names: [\"https://hub\"]}\n", want: []string{"http.names[0]", "hub.court.example"}},
		"bad proxy":           {yaml: "http: {proxies: [nginx]}\n", want: []string{"http.proxies[0]", "10.0.0.4"}},
		"TLS twice":           {yaml: "http: {tls: self-signed, behind_proxy: true}\n", want: []string{"http.behind_proxy"}},
		"rtsps without TLS":   {yaml: "rtsp: {tls_only: true}\n", want: []string{"rtsp.tls_only", "http.tls"}},
		"provider in clear":   {yaml: "oidc: {issuer: \"http://sso.court.example\", client_id: avhub}\n", want: []string{"oidc.issuer", "https://"}},
		"no provider":         {yaml: "oidc: {client_id: avhub}\n", want: []string{"oidc.issuer"}},
		"no client":           {yaml: "oidc: {issuer: \"https://sso.court.example\"}\n", want: []string{"oidc.client_id"}},
		"provider's password": {yaml: "oidc: {issuer: \"https://u:p@sso.court.example\", client_id: avhub}\n", want: []string{"oidc.issuer"}},
		"no such role":        {yaml: "oidc: {issuer: \"https://sso.court.example\", client_id: avhub, roles: [{value: x, role: boss, court: heihe}]}\n", want: []string{"oidc.roles[0].role", "judge"}},
		"role nowhere":        {yaml: "oidc: {issuer: \"https://sso.court.example\", client_id: avhub, roles: [{role: judge}]}\n", want: []string{"oidc.roles[0].value", "oidc.roles[0].court"}},
		"half TLS":            {yaml: "http: {tls: {cert: a.pem}}\n", want: []string{"http.tls", "key"}},
		"several at once":     {yaml: "log: {level: loud, format: xml}\n", want: []string{"log.level", "log.format"}},
		"no YAML":             {yaml: "a: [", want: []string{"YAML"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := configs.Parse([]byte(c.yaml), c.env)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestEnvironmentGoesBeforeTheFile(t *testing.T) {
	t.Parallel()
	c := parse(t, "http: {listen: \":1\"}\n", "AVHUB_HTTP_LISTEN=127.0.0.1:9", "AVHUB_MEDIA_TRANSCODE=true",
		"AVHUB_RECORDING_SEGMENT=30s", "AVHUB_WEBRTC_PUBLIC_IPS=[10.0.0.1]", "PATH=/bin")
	if c.HTTP.Listen != "127.0.0.1:9" || !c.Media.Transcode || c.Recording.Segment != 30*time.Second || c.WebRTC.PublicIPs[0] != "10.0.0.1" {
		t.Errorf("%+v", c)
	}
}

func TestSecretsAreReadAndNeverPrinted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("p@ss/w:rd\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := parse(t, "archive: {secret_key: \"file:"+file+"\"}\nsources: [{id: a, url: \"rtsp://admin:${PW}@10.0.0.5/x\"}]\n", "PW=s3cr@t")
	if got := c.Archive.SecretKey.Reveal(); got != "p@ss/w:rd" {
		t.Errorf("secret is %q", got)
	}
	if got := c.Sources[0].URL.Reveal(); got != "rtsp://admin:s3cr%40t@10.0.0.5/x" {
		t.Errorf("url is %q", got)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c); strings.Contains(text, "p@ss") || strings.Contains(text, "s3cr") {
			t.Errorf("%s shows a secret: %s", format, text)
		}
	}
}

func TestStoredPasswordStandsInForStars(t *testing.T) {
	t.Parallel()
	old := configs.URL("rtsp://admin:secret@10.0.0.5/one")
	for shown, want := range map[configs.URL]configs.URL{
		"rtsp://admin:***@10.0.0.5/two":   "rtsp://admin:secret@10.0.0.5/two",
		"rtsp://admin:new@10.0.0.5/two":   "rtsp://admin:new@10.0.0.5/two",
		"rtsp://admin:***@evil.example/x": "rtsp://admin:***@evil.example/x", // never sent to another host
		"rtsp://root:***@10.0.0.5/one":    "rtsp://root:***@10.0.0.5/one",
	} {
		if got := shown.WithPasswordOf(old); got != want {
			t.Errorf("%s becomes %s, want %s", shown.Reveal(), got.Reveal(), want.Reveal())
		}
	}
}
