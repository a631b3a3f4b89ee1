package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// call asks the hub's API as its boss, with a body and for an answer where they are not nil.
func (h *hub) call(ctx context.Context, method, path string, body, into any) error {
	answer, err := h.ask(ctx, method, path, body, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if into == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// ask sends a request as the hub's boss, and takes successes alone.
func (h *hub) ask(ctx context.Context, method, path string, body any, headers http.Header) (*http.Response, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+h.http+path, in)
	if err != nil {
		return nil, err
	}
	if headers != nil {
		r.Header = headers
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err == nil && answer.StatusCode/100 != 2 {
		defer answer.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return nil, fmt.Errorf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return answer, err
}

func (h *hub) add(ctx context.Context, source map[string]string) error {
	return h.call(ctx, http.MethodPost, "/api/v1/sources", source, nil)
}
