package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// queue is what has to be sent, on disk: a folder for each recording of which
// something is wanted, in it a file for each task, named after the segment, or
// taskHold, or taskFinish. recording.json says where the recording is.
//
//	{dir}/{recording id}/recording.json
//	{dir}/{recording id}/000001.mp4
//
// The memory that it takes does not depend on its length.
type queue struct {
	dir   string
	roots []string // folders of recordings

	mu    sync.Mutex
	busy  map[string]map[string]bool // tasks in hand: recording, name
	later map[string]time.Time       // recordings that are not to be looked at before
	after string                     // recording that was served last: each has its turn
}

// tracked is recording.json.
type tracked struct {
	Folder  string `json:"folder"` // source/date/id, below a recordings' folder
	Indexed bool   `json:"indexed,omitempty"`
	Held    bool   `json:"held,omitempty"`
	// Of the manifest's last snapshot.
	Snapshot     time.Time `json:"snapshot,omitzero"`
	SnapshotSize int64     `json:"snapshot_size,omitempty"`
}

// task is one file of the queue.
type task struct {
	recording string
	name      string
	dir       string // where the recording is
	tracked   tracked
	body      segmentTask
	raw       []byte // as it was read: another one in its place is another task
}

// segmentTask is the body of a segment's task.
type segmentTask struct {
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	Queued time.Time `json:"queued"`
}

const (
	trackedFile = "recording.json"
	taskHold    = "hold"   // the legal hold is to be put on or taken off
	taskFinish  = "finish" // look for what is missing, and send manifest and seal
	badFolder   = ".bad"   // tasks that cannot be done
)

func openQueue(dir string, roots []string) (*queue, error) {
	if err := os.MkdirAll(filepath.Join(dir, badFolder), 0o700); err != nil {
		return nil, fmt.Errorf("archive: queue: %w", err)
	}
	q := &queue{dir: dir, roots: roots, busy: map[string]map[string]bool{}, later: map[string]time.Time{}}
	_, err := q.recordings()
	return q, err
}

// recordings lists the queue's folders.
func (q *queue) recordings() ([]string, error) {
	entries, err := os.ReadDir(q.dir)
	if err != nil {
		return nil, fmt.Errorf("archive: queue: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// names lists a recording's tasks in the order in which they are to be done.
func (q *queue) names(id string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(q.dir, id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("archive: queue: %w", err)
	}
	var names []string
	for _, e := range entries {
		switch name := e.Name(); {
		case segmentFile.MatchString(name), name == taskFinish:
			names = append(names, name) // digits stand before letters
		case name == taskHold:
			names = slices.Insert(names, 0, name)
		}
	}
	return names, nil
}

// add puts a task there, on disk when it returns nil. One of the name that is there
// already is replaced.
func (q *queue) add(dir, name string, body segmentTask) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := filepath.Base(dir)
	if _, err := q.load(id); errors.Is(err, fs.ErrNotExist) {
		if err := q.store(id, tracked{Folder: folderOf(dir)}); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	body.Queued = time.Now().UTC()
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if err := saveSynced(filepath.Join(q.dir, id, name), raw); err != nil {
		return fmt.Errorf("archive: queue: %w", err)
	}
	delete(q.later, id)
	return nil
}

// load reads recording.json.
func (q *queue) load(id string) (tracked, error) {
	var t tracked
	raw, err := os.ReadFile(filepath.Join(q.dir, id, trackedFile))
	if err != nil {
		return t, fmt.Errorf("archive: queue: %w", err)
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, fmt.Errorf("archive: queue: %s: %w", id, err)
	}
	return t, nil
}

func (q *queue) store(id string, t tracked) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	dir := filepath.Join(q.dir, id)
	if err := os.Mkdir(dir, 0o700); err == nil {
		err = syncDir(q.dir)
		if err != nil {
			return fmt.Errorf("archive: queue: %w", err)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("archive: queue: %w", err)
	}
	if err := saveSynced(filepath.Join(dir, trackedFile), raw); err != nil {
		return fmt.Errorf("archive: queue: %w", err)
	}
	return nil
}

// state is what recording.json says now; nothing, if there is none.
func (q *queue) state(dir string) (tracked, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t, err := q.load(filepath.Base(dir))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return t, err
}

// change changes recording.json.
func (q *queue) change(dir string, edit func(*tracked)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := filepath.Base(dir)
	t, err := q.load(id)
	if errors.Is(err, fs.ErrNotExist) {
		t, err = tracked{Folder: folderOf(dir)}, nil
	}
	if err != nil {
		return err
	}
	edit(&t)
	return q.store(id, t)
}

// take hands out the next task: recordings have their turns, so that one that is long
// does not keep the others waiting. False: there is none to be done now.
func (q *queue) take(now time.Time) (task, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	ids, err := q.recordings()
	if err != nil {
		return task{}, false, err
	}
	first, found := slices.BinarySearch(ids, q.after)
	if found {
		first++
	}
	for i := range ids {
		id := ids[(first+i)%len(ids)]
		if now.Before(q.later[id]) {
			continue
		}
		delete(q.later, id)
		name, err := q.ready(id)
		if err != nil {
			return task{}, false, err
		}
		if name == "" {
			continue
		}
		t, err := q.read(id, name)
		if err != nil { // a file that nobody can read: kept, and out of the way
			if err := errors.Join(err, q.park(id, name)); err != nil {
				return task{}, false, err
			}
			continue
		}
		q.after = id
		if q.busy[id] == nil {
			q.busy[id] = map[string]bool{}
		}
		q.busy[id][name] = true
		return t, true, nil
	}
	return task{}, false, nil
}

// ready is the recording's next task. Holds and finishes are done alone: the one is to
// reach all objects, the other to see all receipts.
func (q *queue) ready(id string) (string, error) {
	names, err := q.names(id)
	if err != nil {
		return "", err
	}
	busy := q.busy[id]
	if busy[taskHold] || busy[taskFinish] {
		return "", nil
	}
	for _, name := range names {
		alone := name == taskHold || name == taskFinish
		switch {
		case busy[name]:
		case alone && len(busy) > 0:
			return "", nil
		default:
			return name, nil
		}
	}
	return "", nil
}

func (q *queue) read(id, name string) (task, error) {
	t := task{recording: id, name: name}
	var err error
	if t.tracked, err = q.load(id); err != nil {
		return t, err
	}
	if !filepath.IsLocal(t.tracked.Folder) {
		return t, fmt.Errorf("archive: queue: %s is in the folder %q", id, t.tracked.Folder)
	}
	t.dir = q.find(t.tracked.Folder)
	if t.raw, err = os.ReadFile(filepath.Join(q.dir, id, name)); err != nil {
		return t, err
	}
	return t, json.Unmarshal(t.raw, &t.body)
}

// folderOf is a recording's place below the recordings' folder.
func folderOf(dir string) string {
	source, date := filepath.Base(filepath.Dir(filepath.Dir(dir))), filepath.Base(filepath.Dir(dir))
	return filepath.Join(source, date, filepath.Base(dir))
}

// find looks for a recording under the roots: they may have been moved since.
func (q *queue) find(folder string) string {
	for _, root := range q.roots {
		dir := filepath.Join(root, folder)
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	return filepath.Join(q.roots[0], folder)
}
