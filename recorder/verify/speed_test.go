package verify

import (
	"context"
	"testing"

	"avhub/recorder/recordtest"
)

// BenchmarkVerify reads what is in memory: what verifying itself costs, on one core.
func BenchmarkVerify(b *testing.B) {
	for name, o := range map[string]recordtest.BigOptions{
		"2 Mbit/s": {Lines: 2000, Media: true, Frame: 125_000}, "telephone": {Lines: 2000, Media: true, Frame: 8_000}, "manifest alone": {Lines: 20_000},
	} {
		b.Run(name, func(b *testing.B) {
			r, err := recordtest.Big(b.TempDir(), o)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				report, err := Recording(context.Background(), r.Dir, Options{Workers: 1})
				if err != nil || !report.Whole {
					b.Fatal(err, report.Findings[:min(len(report.Findings), 3)])
				}
				b.SetBytes(report.Read)
				b.ReportMetric(float64(report.Entries), "lines")
			}
		})
	}
}
