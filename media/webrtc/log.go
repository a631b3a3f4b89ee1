package webrtc

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// quietLoggers gives pion's packages a logger that writes to ours, one level
// lower: what troubles one browser's connection is no warning of the hub's.
type quietLoggers struct{ log *slog.Logger }

func (q quietLoggers) NewLogger(scope string) logging.LeveledLogger {
	return quietLogger{q.log.With("part", scope)}
}

type quietLogger struct{ log *slog.Logger }

func (q quietLogger) Trace(string)          {}
func (q quietLogger) Tracef(string, ...any) {}
func (q quietLogger) Debug(string)          {}
func (q quietLogger) Debugf(string, ...any) {}
func (q quietLogger) Info(string)           {}
func (q quietLogger) Infof(string, ...any)  {}
func (q quietLogger) Warn(msg string)       { q.log.Debug(msg) }
func (q quietLogger) Warnf(f string, a ...any) {
	q.log.Debug(fmt.Sprintf(f, a...))
}
func (q quietLogger) Error(msg string)          { q.log.Debug(msg) }
func (q quietLogger) Errorf(f string, a ...any) { q.log.Debug(fmt.Sprintf(f, a...)) }
