package signaling_test

import (
	"net/http"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"avhub/media"
	"avhub/media/packet"
	"avhub/media/sources"
)

// metrics are the families of /metrics, read as Prometheus reads them.
func (h *hub) metrics(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	a := h.ask(t, "GET", "/metrics", "")
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is the one of a family's series with these labels.
func value(t *testing.T, f *dto.MetricFamily, labels map[string]string) float64 {
	t.Helper()
	for _, m := range f.GetMetric() {
		match := 0
		for _, l := range m.GetLabel() {
			if want, ok := labels[l.GetName()]; ok && want == l.GetValue() {
				match++
			}
		}
		if match == len(labels) {
			return m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	t.Fatalf("%s has no %v", f.GetName(), labels)
	return 0
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	h := court(t)
	h.awaitState(t, "court-2", "live")
	h.awaitState(t, "away", "offline")
	viewer := h.offer(t, "/whep/court-2", recorded(t, "chrome-viewer"))
	video := map[string]string{"source": "court-2", "stream": "main", "track": "video", "codec": "H264"}
	await(t, "a second keyframe", func() bool {
		return value(t, h.metrics(t)["avhub_source_keyframe_interval_seconds"], video) > 0
	})

	families := h.metrics(t)
	for name, c := range map[string]struct {
		kind   dto.MetricType
		labels map[string]string
		ok     func(float64) bool
	}{
		"avhub_source_live":                      {dto.MetricType_GAUGE, map[string]string{"source": "court-2", "stream": "main"}, is(1)},
		"avhub_source_reconnects_total":          {dto.MetricType_COUNTER, map[string]string{"source": "court-2", "stream": "main"}, is(0)},
		"avhub_source_packets_total":             {dto.MetricType_COUNTER, video, above(50)},
		"avhub_source_bytes_total":               {dto.MetricType_COUNTER, video, above(10_000)},
		"avhub_source_units_total":               {dto.MetricType_COUNTER, video, above(25)},
		"avhub_source_packets_lost_total":        {dto.MetricType_COUNTER, video, is(0)},
		"avhub_source_packets_malformed_total":   {dto.MetricType_COUNTER, video, is(0)},
		"avhub_source_clock_corrections_total":   {dto.MetricType_COUNTER, video, is(0)},
		"avhub_source_jitter_seconds":            {dto.MetricType_GAUGE, video, func(v float64) bool { return v >= 0 && v < 1 }},
		"avhub_source_bit_rate":                  {dto.MetricType_GAUGE, video, above(10_000)},
		"avhub_source_keyframe_interval_seconds": {dto.MetricType_GAUGE, video, func(v float64) bool { return v > 0.5 && v < 10 }},
		"avhub_viewers":                          {dto.MetricType_GAUGE, map[string]string{"source": "court-2"}, is(1)},
		"avhub_sessions":                         {dto.MetricType_GAUGE, nil, is(1)},
		"avhub_transcoders":                      {dto.MetricType_GAUGE, nil, is(1)},                                                        // AAC to Opus
		"avhub_viewer_packets_sent_total":        {dto.MetricType_COUNTER, map[string]string{"source": "court-2", "stream": "main"}, is(0)}, // it has not connected
		"avhub_viewer_bytes_sent_total":          {dto.MetricType_COUNTER, map[string]string{"source": "court-2"}, is(0)},
		"avhub_viewer_nack_total":                {dto.MetricType_COUNTER, map[string]string{"source": "court-2"}, is(0)},
		"avhub_viewer_packets_resent_total":      {dto.MetricType_COUNTER, map[string]string{"source": "court-2"}, is(0)},
		"avhub_viewer_packets_failed_total":      {dto.MetricType_COUNTER, map[string]string{"source": "court-2"}, is(0)},
		"avhub_viewer_pli_total":                 {dto.MetricType_COUNTER, map[string]string{"source": "court-2"}, is(0)},
		"avhub_viewer_rtt_seconds":               {dto.MetricType_GAUGE, map[string]string{"source": "court-2"}, is(0)},
		"go_goroutines":                          {dto.MetricType_GAUGE, nil, above(5)},
		"process_open_fds":                       {dto.MetricType_GAUGE, nil, above(5)},
	} {
		f := families[name]
		if f == nil || f.GetType() != c.kind || f.GetHelp() == "" {
			t.Errorf("%s is %v", name, f)
			continue
		}
		if v := value(t, f, c.labels); !c.ok(v) {
			t.Errorf("%s %v is %v", name, c.labels, v)
		}
	}
	if v := value(t, families["avhub_source_live"], map[string]string{"source": "away", "stream": "main"}); v != 0 {
		t.Errorf("a source that is away is %v live", v)
	}

	h.ask(t, "DELETE", viewer.Header.Get("Location"), "")
	await(t, "no session and no series of the viewer's", func() bool {
		f := h.metrics(t)
		return value(t, f["avhub_sessions"], nil) == 0 && f["avhub_viewer_rtt_seconds"] == nil
	})
}

func is(want float64) func(float64) bool     { return func(v float64) bool { return v == want } }
func above(least float64) func(float64) bool { return func(v float64) bool { return v > least } }

// A camera with two microphones of one codec must not cost all figures.
func TestTwoTracksOfOneCodecHaveTheirOwnFigures(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	line, err := h.set.Line("field-1", sources.Main)
	if err != nil {
		t.Fatal(err)
	}
	microphone := media.Track{Kind: packet.PCMA, ClockRate: 8000, SampleRate: 8000, Channels: 1}
	feed, err := line.Publish([]media.Track{microphone, microphone})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	for i := range 5 {
		if err := feed.Packet(1, media.Packet{Payload: make([]byte, 160), RTP: uint32(i) * 160}); err != nil {
			t.Fatal(err)
		}
	}
	packets := h.metrics(t)["avhub_source_packets_total"]
	for track, want := range map[string]float64{"audio": 0, "audio2": 5} {
		if got := value(t, packets, map[string]string{"source": "field-1", "track": track}); got != want {
			t.Errorf("%s: %v packets, want %v", track, got, want)
		}
	}
}
