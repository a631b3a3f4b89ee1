package main

import (
	"os/exec"
	"strings"
	"testing"
)

// mayImport says which of our packages a package may import: those listed, and
// what lies under a listed name that ends in a slash. A package that is not
// listed here is a new room of the house: give it a charter first.
var mayImport = map[string][]string{
	"avhub/configs":                    {},
	"avhub/web":                        {},
	"avhub/media/packet":               {},
	"avhub/media":                      {"avhub/media/packet"},
	"avhub/media/mediatest":            {"avhub/media", "avhub/media/packet"},
	"avhub/media/mediatest/ownnet":     {},
	"avhub/media/egress":               {"avhub/media", "avhub/media/packet", "avhub/media/egress/prefetch", "avhub/media/egress/udpout"},
	"avhub/media/egress/prefetch":      {},
	"avhub/media/egress/udpout":        {},
	"avhub/media/egress/seal":          {"avhub/media/egress/prefetch"},
	"avhub/media/webrtc/light":         {"avhub/media/egress", "avhub/media/egress/prefetch", "avhub/media/egress/udpout", "avhub/media/egress/seal"},
	"avhub/cmd/avhub/whepclient/lean":  {},
	"avhub/media/transcode":            {"avhub/media", "avhub/media/packet"},
	"avhub/media/rtsp":                 {"avhub/media", "avhub/media/packet", "avhub/media/rtsp/udpports"},
	"avhub/media/rtsp/udpports":        {},
	"avhub/media/rtsp/rawcam":          {"avhub/media/packet"},
	"avhub/media/rtsp/camera":          {"avhub/media/packet", "avhub/media/pcm", "avhub/media/rtsp/udpports"},
	"avhub/media/webrtc":               {"avhub/media", "avhub/media/packet", "avhub/media/egress", "avhub/media/egress/udpout", "avhub/media/webrtc/light"},
	"avhub/media/turn":                 {},
	"avhub/media/sources":              {"avhub/media", "avhub/media/packet", "avhub/media/rtsp"},
	"avhub/media/relay":                {"avhub/media", "avhub/media/"},
	"avhub/media/party":                {"avhub/media", "avhub/media/"},
	"avhub/media/loudspeaker":          {"avhub/media", "avhub/media/mix", "avhub/media/packet", "avhub/media/rtsp"},
	"avhub/media/pcm":                  {"avhub/media/packet"},
	"avhub/media/mix":                  {"avhub/media", "avhub/media/packet", "avhub/media/pcm", "avhub/media/transcode"},
	"avhub/recorder/ledger":            {},
	"avhub/recorder/flac":              {},
	"avhub/recorder/fmp4":              {"avhub/recorder/flac"},
	"avhub/recorder/manifest":          {"avhub/recorder/ledger"},
	"avhub/recorder":                   {"avhub/media", "avhub/media/packet", "avhub/media/pcm", "avhub/recorder/"},
	"avhub/recorder/archive":           {"avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/archive/miniotest": {},
	"avhub/recorder/playback":          {"avhub/recorder/fmp4", "avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/retention":         {"avhub/recorder/manifest"},
	"avhub/recorder/recsource":         {"avhub/media", "avhub/media/packet", "avhub/media/rtsp/camera"},
	"avhub/recorder/compose":           {"avhub/recorder/manifest"},
	"avhub/recorder/export":            {"avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/certificate":       {"avhub/recorder/certificate/", "avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/certificate/pdf":   {},
	"avhub/recorder/recordtest":        {"avhub/media/packet", "avhub/media/pcm", "avhub/media/rtsp/camera", "avhub/recorder/flac", "avhub/recorder/fmp4", "avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/verify":            {"avhub/recorder/fmp4", "avhub/recorder/ledger", "avhub/recorder/manifest", "avhub/recorder/stamp"},
	"avhub/recorder/stamp":             {"avhub/recorder/ledger", "avhub/recorder/manifest"},
	"avhub/recorder/stamp/tsatest":     {},
	"avhub/rooms":                      {},
	"avhub/rooms/chamber":              {"avhub/rooms"},
	"avhub/rooms/login":                {},
	"avhub/rooms/login/apart":          {"avhub/rooms/login"},
	"avhub/rooms/store":                {"avhub/rooms", "avhub/rooms/chamber"},
	"avhub/rooms/store/pgtest":         {},
	"avhub/rooms/store/datalock":       {},
	"avhub/rooms/store/backup":         {"avhub/rooms", "avhub/rooms/store", "avhub/recorder/ledger"},
	"avhub/rooms/audit":                {"avhub/rooms", "avhub/recorder/ledger"},
	"avhub/rooms/office":               {"avhub/rooms", "avhub/rooms/", "avhub/recorder/ledger"},
	"avhub/signaling/certs":            {},
	"avhub/signaling/record":           {"avhub/configs", "avhub/recorder", "avhub/recorder/manifest", "avhub/rooms"},
	"avhub/signaling/hall":             {"avhub/media", "avhub/media/", "avhub/rooms", "avhub/rooms/"},
	"avhub/signaling":                  {"avhub/configs", "avhub/media", "avhub/media/", "avhub/recorder", "avhub/recorder/", "avhub/rooms", "avhub/rooms/", "avhub/signaling/certs", "avhub/signaling/hall", "avhub/signaling/oidc", "avhub/signaling/record"},
	"avhub/signaling/oidc":             {},
	"avhub/signaling/oidc/oidctest":    {},
	"avhub/cmd/avhub":                  {"avhub/"},
	"avhub/cmd/avhub/whepclient":       {},
	"avhub/cmd/avhub/e2e":              {"avhub/cmd/avhub/whepclient"},
	"avhub/cmd/avhub/bench":            {"avhub/"},
}

func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "avhub/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		allowed, known := mayImport[fields[0]]
		if !known {
			t.Errorf("%s has no charter in mayImport", fields[0])
			continue
		}
		for _, imported := range fields[1:] {
			if strings.HasPrefix(imported, "avhub/") && !permitted(imported, allowed) {
				t.Errorf("%s may not import %s", fields[0], imported)
			}
		}
	}
}

func permitted(imported string, allowed []string) bool {
	for _, a := range allowed {
		if imported == a || strings.HasSuffix(a, "/") && strings.HasPrefix(imported, a) {
			return true
		}
	}
	return false
}
