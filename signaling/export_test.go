package signaling

import (
	"maps"
	"slices"
	"time"
)

// Patterns are all routes that hang in the server's mux.
func (s *Server) Patterns() []string { return slices.Clone(s.routes.patterns) }

// Events is the bus that followers hear.
func (s *Server) Events() *Events { return s.events }

// Open are the routes that answer strangers.
func Open() map[string]bool { return maps.Clone(open) }

// PlainCell is what the export makes of a cell.
var PlainCell = plainCell

// PlaysEndAfter is for tests that do not wait half a minute.
func (s *Server) PlaysEndAfter(d time.Duration) { s.plays.idle = d }
