package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"avhub/configs"
	"avhub/media/rtsp"
)

// camerasAtOnce are examined side by side: each takes some seconds.
const camerasAtOnce = 16

// examineCameras connects to every camera of the file and of the devices page.
func (d *doctor) examineCameras(ctx context.Context, cfg *configs.Config) findings {
	stored, err := configs.NewSourceStore(cfg.DataDir).Load()
	all := findings{}
	if err != nil {
		all = append(all, finding{fails, "sources", err.Error(), ""})
	}
	list := append(append([]configs.Source{}, cfg.Sources...), stored...)
	if len(list) == 0 && err == nil {
		return findings{{warns, "sources", "there are none", "add cameras in the devices page or under sources in avhub.yaml; avhub serve --demo brings four to try"}}
	}
	answers := make([]findings, len(list))
	var g errgroup.Group
	g.SetLimit(camerasAtOnce)
	for i, src := range list {
		g.Go(func() error {
			answers[i] = d.examineSource(ctx, src)
			return nil
		})
	}
	_ = g.Wait() // none of them fails
	for _, a := range answers {
		all = append(all, a...)
	}
	return all
}

func (d *doctor) examineSource(ctx context.Context, src configs.Source) findings {
	check := "source " + src.ID
	if src.URL.Empty() {
		return findings{{fine, check, "waits for an encoder that publishes", ""}}
	}
	all := d.examineStream(ctx, check, src.URL, src.Transport)
	if !src.SubURL.Empty() {
		all = append(all, d.examineStream(ctx, check+" (sub)", src.SubURL, src.Transport)...)
	}
	return all
}

func (d *doctor) examineStream(ctx context.Context, check string, url configs.URL, transport configs.Transport) findings {
	report := d.probe(ctx, url.Reveal(), rtsp.Transport(transport))
	if report.Cause != nil {
		return findings{{fails, check, report.Cause.Detail, ""}}
	}
	all := findings{{fine, check, url.Redacted() + " answers, over " + string(report.Transport), ""}}
	for _, f := range report.Findings {
		if f.Level == "warn" {
			all = append(all, finding{warns, check, f.Detail, ""})
		}
	}
	return all
}
