package main

import (
	"log/slog"
	"time"
)

// closers take down what was built, last first.
type closers []closer

type closer struct {
	name  string
	close func() error
}

func (c *closers) add(name string, close func() error) { *c = append(*c, closer{name, close}) }

func (c *closers) close(log *slog.Logger) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := len(*c) - 1; i >= 0; i-- {
			if err := (*c)[i].close(); err != nil {
				log.Error("stopping", "part", (*c)[i].name, "err", err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(stopLimit):
		log.Error("not everything stopped in time", "limit", stopLimit)
	}
}
