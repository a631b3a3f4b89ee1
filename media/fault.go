package media

import (
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Fault is a panic that was contained: what it ended, and no more, is ended by it.
type Fault struct {
	Value any
	Stack string // where it happened
}

// Error implements error.
func (f *Fault) Error() string {
	return fmt.Sprintf("a fault in the hub: %v; the log has its trace: report it", f.Value)
}

// Contain is deferred where one stream's data is taken apart, so that whatever
// is wrong with it ends this stream alone. It logs the panic, if there is one,
// and calls end with it as a *Fault.
//
//	defer media.Contain(log, "publisher", session.end)
func Contain(log *slog.Logger, what string, end func(error)) {
	v := recover()
	if v == nil {
		return
	}
	f := &Fault{Value: v, Stack: string(debug.Stack())}
	log.Error("a fault was contained", "in", what, "panic", v, "stack", f.Stack)
	end(f)
}
