package signaling

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"avhub/recorder/archive"
	"avhub/recorder/manifest"
	"avhub/recorder/retention"
)

// TestStoringMetrics: while the store is away, the figures say so.
func TestStoringMetrics(t *testing.T) {
	t.Parallel()
	store, err := archive.Open(archive.StoreOptions{Endpoint: "http://127.0.0.1:1", Bucket: "b", AccessKey: "a", SecretKey: "s", PartSize: 5 << 20})
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	annex := func(context.Context, string, string, any) error { return nil }
	a, err := archive.New(archive.Options{Store: store, Dir: filepath.Join(root, "queue"), Roots: []string{root}, Annex: annex})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.Hold(filepath.Join(root, "court-1", "2026-03-02", "r1"), true); err != nil {
		t.Fatal(err)
	}
	keeper, err := retention.New(retention.Options{
		Roots: []string{root}, Keep: 1, LowMark: 0.9999, Annex: annex,
		Audit: func(context.Context, retention.Deletion) error { return nil }, Confirm: func(context.Context, manifest.Archived) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Look(t.Context()); err != nil { // of a disk that cannot be as empty as that
		t.Fatal(err)
	}
	var out exposition
	collectStoring(&out, Storing{Archive: a, Retention: keeper})
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(out.text()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"avhub_archive_queue": 1, "avhub_archive_away": 0, "avhub_archive_refused": 0, "avhub_archive_objects_total": 0,
		"avhub_archive_bytes_total": 0, "avhub_archive_failures_total": 0, "avhub_recording_disk_low": 1, "avhub_recording_deleted_bytes_total": 0,
	} {
		if f := families[name]; f == nil || f.Metric[0].GetGauge().GetValue()+f.Metric[0].GetCounter().GetValue() != want {
			t.Errorf("%s is %v, want %v", name, f, want)
		}
	}
	if f := families["avhub_archive_oldest_seconds"]; f == nil || f.Metric[0].GetGauge().GetValue() < 0 || f.Metric[0].GetGauge().GetValue() > 60 {
		t.Errorf("%v", f)
	}
	if f := families["avhub_recording_disk_kept_bytes"]; f == nil || len(f.Metric) != 4 {
		t.Errorf("%v", f)
	}
	var none exposition
	collectStoring(&none, Storing{})
	if len(none.text()) > 0 {
		t.Errorf("without archive and retention: %s", none.text())
	}
}
