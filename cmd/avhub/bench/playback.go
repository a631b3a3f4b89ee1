package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// benchPlayback: how soon a recording plays from anywhere, as one file and part by
// part as the pages' player asks for it.
func benchPlayback(ctx context.Context) ([]row, error) {
	const length, count, firstBytes = 65 * time.Second, 200, 64 << 10
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	camera, err := start(nil, "rtsp://", avhub, "camera", "--listen", addrs[0], "room=demo:court-1")
	if err != nil {
		return nil, err
	}
	defer camera.stop()
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	if err := h.add(ctx, map[string]string{"id": "room", "court": "bench", "url": "rtsp://" + addrs[0] + "/room"}); err != nil {
		return nil, err
	}
	if err := h.awaitLive(ctx, 1); err != nil {
		return nil, err
	}
	id, err := h.film(ctx, "room", length)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/recordings/" + id
	var open, file, seek samples
	for range count { // in turns: what slows the machine slows all
		at := rand.Float64() * (length.Seconds() - 2)
		if err := timed(&open, func() error { return h.take(ctx, "/healthz", "", -1) }); err != nil {
			return nil, err
		}
		if err := timed(&file, func() error { return h.take(ctx, fmt.Sprintf("%s/play.mp4?start=%.3f", path, at), "", firstBytes) }); err != nil {
			return nil, err
		}
		if err := timed(&seek, func() error { return h.seek(ctx, path, at) }); err != nil {
			return nil, err
		}
	}
	reference := "GET /healthz " + open.String()
	return []row{
		{"play.mp4 from anywhere in a recording, first 64 KiB there", "p99 < 200 ms", file.String(), reference, file.at(0.99) < 200*time.Millisecond},
		{"seek as the player does it: the parts' places, then the bytes from the keyframe", "p99 < 500 ms, decoding included", seek.String(), reference, seek.at(0.99) < 500*time.Millisecond},
	}, nil
}

func timed(into *samples, do func() error) error {
	from := time.Now()
	err := do()
	into.add(time.Since(from))
	return err
}

// film records a source by hand.
func (h *hub) film(ctx context.Context, source string, length time.Duration) (id string, err error) {
	path := "/api/v1/sources/" + source + "/recording"
	var now struct{ Running []struct{ ID string } }
	if err := h.call(ctx, http.MethodPost, path, nil, &now); err != nil {
		return "", err
	}
	if err := pause(ctx, length); err != nil {
		return "", err
	}
	if err := h.call(ctx, http.MethodGet, path, nil, &now); err != nil {
		return "", err
	}
	if len(now.Running) != 1 {
		return "", fmt.Errorf("%d recordings are running", len(now.Running))
	}
	return now.Running[0].ID, h.call(ctx, http.MethodDelete, path, nil, nil)
}

// seek asks for what a player needs to show a place.
func (h *hub) seek(ctx context.Context, path string, at float64) error {
	var list struct {
		Items []struct {
			Segment         int
			Offset, Size    int64
			Start, Duration float64
		}
	}
	if err := h.call(ctx, http.MethodGet, fmt.Sprintf("%s/parts?start=%.3f&duration=1.2", path, at), nil, &list); err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return fmt.Errorf("no parts at %.3f s", at)
	}
	first, size := list.Items[0], int64(0)
	for _, p := range list.Items {
		if p.Segment == first.Segment {
			size += p.Size
		}
	}
	return h.take(ctx, fmt.Sprintf("%s/segments/%06d.mp4", path, first.Segment), fmt.Sprintf("bytes=%d-%d", first.Offset, first.Offset+size-1), -1)
}

// take reads so many bytes of an answer, or with -1 all.
func (h *hub) take(ctx context.Context, path, ranged string, bytes int64) error {
	headers := http.Header{}
	if ranged != "" {
		headers.Set("Range", ranged)
	}
	answer, err := h.ask(ctx, http.MethodGet, path, nil, headers)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if bytes < 0 {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	if _, err = io.CopyN(io.Discard, answer.Body, bytes); err == io.EOF { // a short rest
		return nil
	}
	return err
}
