package media

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestContain(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	run := func(f func()) (ended error) {
		defer Contain(log, "the test", func(err error) { ended = err })
		f()
		return nil
	}
	if err := run(func() {}); err != nil || text.Len() > 0 {
		t.Errorf("without a panic: %v, log %q", err, text.String())
	}
	err := run(func() {
		var none []int
		none[len(text.Bytes())]++
	})
	var f *Fault
	if !errors.As(err, &f) || !strings.Contains(err.Error(), "index out of range") || !strings.Contains(f.Stack, "fault_test.go") {
		t.Errorf("it ended with %v", err)
	}
	for _, want := range []string{"the test", "index out of range", "fault_test.go"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log lacks %s: %s", want, text.String())
		}
	}
}
