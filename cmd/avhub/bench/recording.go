package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
)

// benchRecording: 64 sources of 2 Mbit/s, recorded with each part forced onto the disk and
// hashed. What it costs the hub, how late parts are, and what those who watch meanwhile
// feel of it; with and without take turns.
func benchRecording(ctx context.Context) ([]row, error) {
	const count, viewers, turns = 64, 10, 2
	f, err := startFilmed(ctx, twoMbit, count)
	if err != nil {
		return nil, err
	}
	defer f.stop() //nolint:errcheck // it is measured already
	without, with := recorded{delays: &samples{}}, recorded{delays: &samples{}}
	disk, stopProbe := probeDisk(f.dir)
	defer stopProbe()
	for range turns {
		if err := without.measure(ctx, f, viewers); err != nil {
			return nil, err
		}
		if err := f.record(ctx, http.MethodPost, count); err != nil {
			return nil, err
		}
		if err := with.measure(ctx, f, viewers); err != nil {
			return nil, err
		}
		if err := f.record(ctx, http.MethodDelete, count); err != nil {
			return nil, err
		}
	}
	late, latest, bytes, err := lateness(filepath.Join(f.dir, "recordings"))
	if err != nil {
		return nil, err
	}
	const goal, lateGoal, memoryGoal, delayGoal = 0.5, time.Second, 2 << 20, 2 * time.Millisecond
	moved := with.delays.at(0.99) - without.delays.at(0.99)
	each := (with.memory - without.memory) / count
	return []row{{
		what: "64 sources of 2 Mbit/s recorded, each part hashed and forced onto the disk: CPU", goal: "< 0.5 core", got: fmt.Sprintf("%.2f core", with.cores()-without.cores()),
		reference: fmt.Sprintf("the hub whole %.2f core, with %d viewers; without recording %.2f core", with.cores(), viewers, without.cores()),
		met:       with.cores()-without.cores() < goal,
	}, {
		what: "its parts: from the first frame's capture to the manifest's entry", goal: "< 1 s", got: "most " + ms(late.at(1)) + ", p99 " + ms(late.at(0.99)),
		reference: fmt.Sprintf("%d parts, %.0f MB; the latest %s; a write and sync of 128 kB by itself: most %s, p99 %s", late.count(), float64(bytes)/1e6, latest, ms(disk.at(1)), ms(disk.at(0.99))),
		met:       late.at(1) < lateGoal,
	}, {
		what: "memory a recorded source", goal: "< 2 MiB", got: fmt.Sprintf("%.2f MiB", float64(each)/(1<<20)),
		reference: fmt.Sprintf("the hub with 64 sources %.0f MiB", float64(without.memory)/(1<<20)), met: each < memoryGoal,
	}, {
		what: "delay of viewers while it records", goal: "p99 within 2 ms of without", got: with.delays.String(),
		reference: "without: " + without.delays.String(), met: moved <= delayGoal,
	}}, nil
}

// recorded is what was measured with or without recording, over all turns.
type recorded struct {
	cpu, length time.Duration
	memory      int // the most
	delays      *samples
}

func (r *recorded) cores() float64 { return float64(r.cpu) / float64(max(1, r.length)) }

// measure watches for a turn.
func (r *recorded) measure(ctx context.Context, f *filmed, viewers int) error {
	from, err := f.cpu()
	if err != nil {
		return err
	}
	began := time.Now()
	delays, err := watchDelays(ctx, f.film(0), viewers)
	if err != nil {
		return err
	}
	to, err := f.cpu()
	if err != nil {
		return err
	}
	r.cpu, r.length = r.cpu+to-from, r.length+time.Since(began)
	memory, err := f.memory()
	if err != nil {
		return err
	}
	r.memory = max(r.memory, memory)
	for _, d := range delays.all {
		r.delays.add(d)
	}
	return nil
}

// record starts (POST) or stops (DELETE) the recording of all films.
func (f *filmed) record(ctx context.Context, method string, count int) error {
	for i := range count {
		url := fmt.Sprintf("http://%s/api/v1/sources/film-%d/recording", f.http, i)
		r, err := http.NewRequestWithContext(ctx, method, url, nil)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+f.token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode >= 300 {
			return fmt.Errorf("%s %s: %s", method, url, answer.Status)
		}
	}
	return nil
}

// probeDisk writes and syncs what a part has, twice a second until it is stopped, and
// notes how long the disk takes for it.
func probeDisk(dir string) (*samples, func()) {
	took, quit, done := &samples{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		f, err := os.Create(filepath.Join(dir, "probe"))
		if err != nil {
			return // the hub's folder has gone: the measurement fails too
		}
		defer f.Close()
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		part := make([]byte, 128<<10)
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			began := time.Now()
			if _, err := f.Write(part); err != nil {
				return
			}
			if err := f.Sync(); err != nil {
				return
			}
			took.add(time.Since(began))
		}
	}()
	return took, func() { close(quit); <-done }
}

// lateness is how old the first frame of each part was when the manifest got its entry,
// and which part was the latest.
func lateness(root string) (late *samples, latest string, bytes int64, err error) {
	late = &samples{}
	var most time.Duration
	err = manifest.Walk(root, func(dir string) error {
		first, number := true, 0
		return ledger.NewTail(dir).Read(func(e ledger.Entry) error {
			var p manifest.Part
			if e.Kind != manifest.KindPart {
				return nil
			}
			if err := json.Unmarshal(e.Body, &p); err != nil {
				return err
			}
			bytes += p.Size
			number++
			if !first { // a recording begins with the keyframe before it was asked for
				age := e.Time.Sub(p.UTC)
				late.add(age)
				if age > most {
					most, latest = age, fmt.Sprintf("part %d of its recording, %.1f s long", number, float64(p.Duration)/1e6)
				}
			}
			if p.Keyframe && p.Part > 1 {
				first = false
			}
			return nil
		})
	})
	return late, latest, bytes, err
}
