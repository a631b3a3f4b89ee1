package archive

import (
	"os"
	"path/filepath"
	"time"
)

// waiting is what stands in a queue.
type waiting struct {
	tasks  int
	oldest time.Time // zero: nothing waits
	bad    int       // tasks that could not be done
}

// look counts the queue's files without reading them. It may run beside the hub.
func (q *queue) look() (waiting, error) {
	var w waiting
	ids, err := q.recordings()
	if err != nil {
		return w, err
	}
	for _, id := range ids {
		names, err := q.names(id)
		if err != nil {
			return w, err
		}
		w.tasks += len(names)
		if len(names) == 0 {
			continue
		}
		info, err := os.Stat(filepath.Join(q.dir, id, names[0]))
		if err == nil && (w.oldest.IsZero() || info.ModTime().Before(w.oldest)) {
			w.oldest = info.ModTime().UTC()
		}
	}
	bad, err := os.ReadDir(filepath.Join(q.dir, badFolder))
	if err != nil {
		return w, err
	}
	w.bad = len(bad)
	return w, nil
}
