package signaling

import (
	"bytes"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func TestExpositionIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	packets, load := counterOf("packets_total", "Packets.", "source", "track"), gaugeOf("load", "Load.")
	var e exposition
	e.add(packets, 7, "court-1", "video")
	e.add(load, 0.25)
	e.add(packets, 1e9, "a \"quoted\" \\ name\nin two lines", "audio")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(e.text()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, e.text())
	}
	if len(families) != 2 || families["avhub_load"].Metric[0].Gauge.GetValue() != 0.25 {
		t.Errorf("read as %v", families)
	}
	m := families["avhub_packets_total"].Metric
	if len(m) != 2 || m[0].Counter.GetValue() != 7 || m[1].Counter.GetValue() != 1e9 {
		t.Fatalf("read as %v", m)
	}
	if got := m[1].Label[0].GetValue(); got != "a \"quoted\" \\ name\nin two lines" {
		t.Errorf("a label came out as %q", got)
	}
}

func BenchmarkExposition(b *testing.B) {
	f := counterOf("packets_total", "Packets.", "source", "stream", "track", "codec")
	for b.Loop() {
		var e exposition
		for range 6000 {
			e.add(f, 123456, "court-1", "main", "video", "H264")
		}
		_ = e.text()
	}
}
