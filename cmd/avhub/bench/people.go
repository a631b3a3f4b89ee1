package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// benchRequests: what it costs to know who asks, and whether they may.
func benchRequests(ctx context.Context) ([]row, error) {
	const count, goal = 3000, 100 * time.Microsecond
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	open, authorised := &samples{}, &samples{}
	var client *http.Client
	for i := range count { // in turns: what slows the machine slows both
		if i%perAddress == 0 { // a stranger has so many at once, and no more
			client = from(fmt.Sprintf("127.0.1.%d", 1+i/perAddress))
			defer client.CloseIdleConnections()
		}
		if err := h.time(ctx, client, "/healthz", "", open); err != nil {
			return nil, err
		}
		if err := h.time(ctx, client, "/api/v1/hub", h.token, authorised); err != nil {
			return nil, err
		}
	}
	more := authorised.at(0.5) - open.at(0.5)
	return []row{{
		what: "an authorised request over an open one, one after the other", goal: "p50 < 100 µs more", got: fmt.Sprintf("%.0f µs more", float64(more)/float64(time.Microsecond)),
		reference: fmt.Sprintf("open p50 %.0f µs (GET /healthz)", float64(open.at(0.5))/float64(time.Microsecond)), met: more < goal,
	}}, nil
}

const perAddress = 150

// from is a client at an address of this machine.
func from(address string) *http.Client {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
}

// time asks once, as a stranger or with a token.
func (h *hub) time(ctx context.Context, client *http.Client, path, token string, into *samples) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.http+path, nil)
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	into.add(time.Since(began))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	return err
}

// benchLogins: a thousand log-ins a minute beside fifty viewers.
func benchLogins(ctx context.Context) ([]row, error) {
	const viewers, goal, perMinute = 50, 5 * time.Millisecond, 1000
	h, err := startHub()
	if err != nil {
		return nil, err
	}
	defer h.stop()
	if err := h.add(ctx, map[string]string{"id": "film"}); err != nil {
		return nil, err
	}
	filming, cut := context.WithCancel(ctx)
	defer cut()
	done, err := publish(filming, h.rtspURL("film"), oneMbit)
	if err != nil {
		return nil, err
	}
	if err := h.awaitLive(ctx, 1); err != nil {
		return nil, err
	}
	for i := range people {
		if _, err := command(h.env, bossPassword, "user", "add", fmt.Sprint("person-", i), "--role", "clerk", "--court", "bench"); err != nil {
			return nil, err
		}
	}
	quiet, err := watchDelays(ctx, h.whep("film"), viewers)
	if err != nil {
		return nil, err
	}
	flood, end := context.WithCancel(ctx)
	var entered atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { h.logIns(flood, perMinute, &entered) })
	began := time.Now()
	busy, err := watchDelays(ctx, h.whep("film"), viewers)
	rate := float64(entered.Load()) / time.Since(began).Minutes()
	end()
	wg.Wait()
	cut()
	if err != nil {
		return nil, err
	}
	if err := <-done; err != nil {
		return nil, err
	}
	return []row{{
		what: "added delay at 50 viewers while people log in, 1,000 a minute", goal: "p99 ≤ 5 ms, or 1.25 × that without", got: fmt.Sprintf("%s, %.0f log-ins a minute", busy, rate),
		reference: "without log-ins " + quiet.String(), met: busy.at(0.99) <= max(goal, quiet.at(0.99)*5/4) && rate > 0.9*perMinute,
	}}, nil
}

// people are those who log in, in turns.
const people = 30

// logIns logs in so often a minute until ctx ends.
func (h *hub) logIns(ctx context.Context, perMinute int, entered *atomic.Int64) {
	ticker := time.NewTicker(time.Minute / time.Duration(perMinute))
	defer ticker.Stop()
	var g errgroup.Group
	g.SetLimit(16)
	defer func() { _ = g.Wait() }() // none returns an error
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		g.Go(func() error {
			body, err := json.Marshal(map[string]string{"name": fmt.Sprint("person-", n%people), "password": bossPassword})
			if err != nil {
				return nil
			}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.http+"/api/v1/login", bytes.NewReader(body))
			if err != nil {
				return nil
			}
			r.Header.Set("Content-Type", "application/json")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				return nil // the end of the measurement
			}
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				entered.Add(1)
			}
			return nil
		})
	}
}
