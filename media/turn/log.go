package turn

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// quiet gives pion a logger that writes its complaints to ours, one level lower:
// what a client does wrong is no warning of the hub's.
type quiet struct{ log *slog.Logger }

func (q quiet) NewLogger(scope string) logging.LeveledLogger { return quiet{q.log.With("part", scope)} }

func (quiet) Trace(string)          {}
func (quiet) Tracef(string, ...any) {}
func (quiet) Debug(string)          {}
func (quiet) Debugf(string, ...any) {}
func (quiet) Info(string)           {}
func (quiet) Infof(string, ...any)  {}

func (q quiet) Warn(text string)          { q.log.Debug(text) }
func (q quiet) Warnf(f string, a ...any)  { q.log.Debug(fmt.Sprintf(f, a...)) }
func (q quiet) Error(text string)         { q.log.Debug(text) }
func (q quiet) Errorf(f string, a ...any) { q.log.Debug(fmt.Sprintf(f, a...)) }
