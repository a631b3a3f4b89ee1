package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// benchSources: 200 cameras' sub streams, each with a viewer.
func benchSources(ctx context.Context) ([]row, error) {
	const count, length = 200, 20 * time.Second
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	args := []string{"camera", "--listen", addrs[0]}
	name := func(i int) string { return fmt.Sprintf("c%03d", i) }
	for i := range count {
		args = append(args, name(i)+"=demo:court-1")
	}
	camera, err := start(nil, "rtsp://", avhub, args...)
	if err != nil {
		return nil, err
	}
	defer camera.stop()
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	empty, err := h.memory()
	if err != nil {
		return nil, err
	}
	for i := range count {
		if err := h.add(ctx, map[string]string{"id": name(i), "url": "rtsp://" + addrs[0] + "/" + name(i) + "_sub"}); err != nil {
			return nil, err
		}
	}
	if err := h.awaitLive(ctx, count); err != nil {
		return nil, err
	}
	w := watching{Sound: true, Settle: 5 * time.Second, Length: length}
	for i := range count {
		w.URLs = append(w.URLs, h.whep(name(i)))
	}
	viewers, err := startWatchers(ctx, w)
	if err != nil {
		return nil, err
	}
	from, err := h.cpu()
	if err != nil {
		return nil, err
	}
	var scrapes samples
	for range int(length / time.Second) {
		d, err := scrape(ctx, h)
		if err != nil {
			return nil, err
		}
		scrapes.add(d)
		if err := pause(ctx, time.Second-d); err != nil {
			return nil, err
		}
	}
	to, err := h.cpu()
	if err != nil {
		return nil, err
	}
	full, err := h.memory()
	if err != nil {
		return nil, err
	}
	live, err := h.live(ctx)
	if err != nil {
		return nil, err
	}
	saw, err := viewers.end()
	if err != nil {
		return nil, err
	}
	got := slices.Sorted(slices.Values(saw.Packets))
	least, median := got[0], got[count/2]
	each := float64(full-empty) / count / (1 << 20)
	return []row{
		{"200 sources live, a viewer each: none starved", "all live, each viewer ≥ 95 % of the median",
			fmt.Sprintf("%d live, least %d of median %d packets, %d missing", live, least, median, saw.Missing),
			fmt.Sprintf("the hub took %.0f %% of a core", 100*float64(to-from)/float64(length)),
			live == count && float64(least) >= 0.95*float64(median)},
		{"metrics of 200 sources and viewers", "< 100 ms", "most " + ms(scrapes.at(1)) + ", p50 " + ms(scrapes.at(0.5)), "", scrapes.at(1) < 100*time.Millisecond},
		{"memory a source, its viewer included", "< 3 MiB", fmt.Sprintf("%.2f MiB", each), fmt.Sprintf("empty hub %.0f MiB", float64(empty)/(1<<20)), each < 3},
	}, nil
}

// scrape reads all metrics and returns how long that took.
func scrape(ctx context.Context, h *hub) (time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.http+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	began := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return time.Since(began), err
}
