package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"avhub/recorder/ledger"
)

// Options of a log.
type Options struct {
	Dir string
	Key ed25519.PrivateKey
	SM2 *sm2.PrivateKey // signs heads too, with SM3; nil: none
	SM3 bool
	Now func() time.Time
	Log *slog.Logger
}

// Log is the audit, open for writing.
type Log struct {
	ledger *ledger.Ledger
	dir    string
	most   int // entries that wait
	failed atomic.Uint64
	last   atomic.Uint64 // number of the last entry written

	mu      sync.Mutex
	waiting []Numbered // written and not yet in the index, by number
	behind  bool       // more than is kept: read the files
	indexed bool       // the index was brought up to the ledger's end once
}

// Numbered is an entry with its number in the ledger.
type Numbered struct {
	Entry
	N uint64
}

// Open opens the audit in a folder, or begins one.
func Open(o Options) (*Log, error) {
	l := &Log{dir: o.Dir, most: waitingMost}
	book, err := ledger.Open(o.Dir, ledger.Options{Key: o.Key, Purpose: Kind, SM2: o.SM2, SM3: o.SM3, Now: o.Now, Log: o.Log, Appended: l.appended})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	l.ledger = book
	return l, nil
}

// appended takes what is on disk for the index, in the ledger's order: were a
// later entry in the index and an earlier one not when the hub is killed, that
// one would be looked for no more.
func (l *Log) appended(first uint64, bodies []any) {
	l.last.Store(first + uint64(len(bodies)) - 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, b := range bodies {
		l.waiting = append(l.waiting, Numbered{b.(Entry), first + uint64(i)})
	}
	if len(l.waiting) > l.most {
		l.waiting, l.behind = nil, true
	}
}

// Write writes entries. When it returns nil they are on disk.
func (l *Log) Write(ctx context.Context, entries ...Entry) error {
	err := l.write(ctx, entries)
	if err != nil {
		l.failed.Add(uint64(len(entries)))
	}
	return err
}

// Try writes an entry that nobody misses if it cannot be written: whether the
// audit works again, only a try shows.
func (l *Log) Try(ctx context.Context, e Entry) error { return l.write(ctx, []Entry{e}) }

func (l *Log) write(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	bodies := make([]any, len(entries))
	for i, e := range entries {
		e.Time = e.Time.UTC()
		entries[i] = e.clean()
		bodies[i] = entries[i]
	}
	if _, err := l.ledger.Append(ctx, Kind, entries[0].Time, bodies...); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// waitingMost bounds the memory where the database is away.
const waitingMost = 50_000

// Err says why the audit cannot be written now; nil: it can.
func (l *Log) Err() error { return l.ledger.Err() }

// Written is the number of the last entry that was written since the log was
// opened.
func (l *Log) Written() uint64 { return l.last.Load() }

// Failed counts entries that could not be written.
func (l *Log) Failed() uint64 { return l.failed.Load() }

// Ledger is the id of the ledger, which tells one hub's audit from another's.
func (l *Log) Ledger() string { return l.ledger.ID() }

// Head is the newest signed head.
func (l *Log) Head() ledger.Head { return l.ledger.Head() }

// Dir is the folder.
func (l *Log) Dir() string { return l.dir }

// Take returns written entries that are not in the index yet, up to a number, in
// the ledger's order; none while the index is behind.
func (l *Log) Take(most int) []Numbered {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.behind {
		return nil
	}
	n := min(most, len(l.waiting))
	taken := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	return taken
}

// Return gives back what could not be indexed.
func (l *Log) Return(entries []Numbered) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(entries, l.waiting...)
}

// Behind tells whether the index must be brought up from the files.
func (l *Log) Behind() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.behind || !l.indexed
}

// CatchUp reads the ledger from after an entry on and hands it over in parts.
func (l *Log) CatchUp(after uint64, take func([]Numbered) error) error {
	l.mu.Lock()
	l.waiting, l.behind = nil, false // they stand in the files
	l.mu.Unlock()
	var part []Numbered
	err := ledger.Entries(l.dir, after+1, func(e ledger.Entry) error {
		if e.Kind != Kind {
			return nil
		}
		var entry Entry
		if err := json.Unmarshal(e.Body, &entry); err != nil {
			return fmt.Errorf("audit: entry %d: %w", e.N, err)
		}
		if part = append(part, Numbered{entry, e.N}); len(part) < 1000 {
			return nil
		}
		full := part
		part = nil
		return take(full)
	})
	if err == nil && len(part) > 0 {
		err = take(part)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.behind = true
		return err
	}
	l.indexed = true
	return nil
}

// Close signs the end.
func (l *Log) Close() error { return l.ledger.Close() }
