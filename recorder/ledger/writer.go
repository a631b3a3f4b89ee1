package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writer adds lines to a ledger's last file. One goroutine owns it.
type writer struct {
	dir string
	o   *Options
	end end // what is durable

	id       string
	f        File // nil: a new one must be begun
	unsigned bool // entries have come since the last head
	head     Head
}

// end is where a ledger ends.
type end struct {
	file   int   // number; 0: there is none
	size   int64 // of what counts of it
	n      uint64
	hash   hashes
	header Header
	torn   int64 // bytes behind size that a crash has left
	signed bool  // the last entry is a head
}

// resume opens the last file, or the first one, and cuts off what a crash has
// left.
func (w *writer) resume() error {
	if w.end.file == 0 {
		w.id = strings.ToLower(rand.Text())
		return w.newFile(nil)
	}
	w.id = w.end.header.ID
	w.unsigned = !w.end.signed || !w.headKept()
	if w.o.SM3 != w.end.header.withSM3() || w.end.header.Key != w.publicKey() || w.end.header.SM2 != PublicSM2(w.o.SM2).String() {
		// Another chain or key: from the next file on.
		return w.afterTorn(func() error { return w.newFile(nil) })
	}
	f, err := os.OpenFile(filepath.Join(w.dir, w.o.Name.file(w.end.file)), os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	w.f = f
	return w.afterTorn(func() error { return nil })
}

// headKept tells whether head.json is there: a crash may have come before it.
func (w *writer) headKept() bool {
	_, err := os.Stat(filepath.Join(w.dir, headFile))
	return err == nil
}

// afterTorn cuts off a torn end, goes on, and notes what was dropped.
func (w *writer) afterTorn(goOn func() error) error {
	dropped := w.end.torn
	if dropped > 0 {
		path := filepath.Join(w.dir, w.o.Name.file(w.end.file))
		if err := truncate(path, w.end.size); err != nil {
			return err
		}
		w.end.torn = 0
	}
	if err := goOn(); err != nil || dropped == 0 {
		return err
	}
	return w.own(KindRecovered, Recovered{dropped})
}

func truncate(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

func (w *writer) publicKey() string {
	return base64.StdEncoding.EncodeToString(w.o.Key.Public().(ed25519.PublicKey))
}

// newFile begins the next file. before says how much of the last one counts,
// where more may be in it.
func (w *writer) newFile(before *Before) error {
	if err := w.close(); err != nil {
		w.o.Log.Warn("ledger: closing a file", "err", err)
	}
	number := w.end.file + 1
	path := filepath.Join(w.dir, w.o.Name.file(number))
	// One that was begun and never acknowledged is in the way.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := w.o.Open(path)
	if err != nil {
		return err
	}
	old := w.end
	w.f, w.end.file, w.end.size = f, number, 0
	w.end.header = Header{Format: Format, ID: w.id, Purpose: w.o.Purpose, Hashes: []string{"sha256"}, Key: w.publicKey(), File: number, Before: before}
	w.end.header.SM2 = PublicSM2(w.o.SM2).String()
	if w.o.SM3 {
		w.end.header.Hashes = append(w.end.header.Hashes, "sm3")
	}
	if old.n == 0 {
		w.end.hash = noHash
	}
	err = w.own(KindHeader, w.end.header)
	if err == nil {
		err = syncDir(w.dir)
	}
	if err != nil {
		_ = w.close()
		_ = os.Remove(path)
		w.end = old
		return err
	}
	return nil
}

// own writes an entry of the ledger's own.
func (w *writer) own(kind string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return w.put([]*request{{kind: kind, at: w.o.Now().UTC(), bodies: []json.RawMessage{raw}}})
}

// write writes a batch; if it fails, in a new file. Nothing of it counts unless
// all of it is on disk.
func (w *writer) write(batch []*request) error {
	if w.f == nil {
		if err := w.newFile(w.before()); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	if w.end.size > w.o.FileSize {
		if err := w.rotate(); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	if err := w.put(batch); err != nil {
		w.o.Log.Error("ledger: a write failed, a new file is begun", "file", w.o.Name.file(w.end.file), "err", err)
		_ = w.close()
		if again := w.newFile(w.before()); again != nil {
			return fmt.Errorf("ledger: %w", errors.Join(err, again))
		}
		if err := w.put(batch); err != nil {
			_ = w.close()
			return fmt.Errorf("ledger: %w", err)
		}
	}
	w.unsigned = true
	return nil
}

// before is how much of the last file counts.
func (w *writer) before() *Before {
	if w.end.file == 0 {
		return nil
	}
	return &Before{File: w.end.file, Size: w.end.size}
}

// rotate signs the end of a full file and begins the next.
func (w *writer) rotate() error {
	if err := w.sign(); err != nil {
		return err
	}
	return w.newFile(nil)
}

// put writes lines and waits for the disk. If it fails, the file is not to be
// written again: w.end says what of it counts.
func (w *writer) put(batch []*request) error {
	var text bytes.Buffer
	n, hash := w.end.n, w.end.hash
	withSM3 := w.end.header.withSM3()
	for _, r := range batch {
		r.first = n + 1
		for _, body := range r.bodies {
			n++
			e := Entry{N: n, Time: r.at, Kind: r.kind, Prev: hash.sha, Body: body}
			if withSM3 {
				if e.PrevSM3 = hash.sm3; e.PrevSM3 == "" { // the file before had none
					e.PrevSM3 = noHash.sm3
				}
			}
			line, err := json.Marshal(e)
			if err != nil {
				return err
			}
			text.Write(line)
			text.WriteByte('\n')
			hash = hashLine(line, withSM3)
		}
	}
	if _, err := w.f.Write(text.Bytes()); err != nil {
		return err
	}
	if !w.o.NoSync {
		if err := w.f.Sync(); err != nil {
			return err
		}
	}
	w.end.n, w.end.hash, w.end.size = n, hash, w.end.size+int64(text.Len())
	return nil
}

// sign writes a head, and keeps it in head.json.
func (w *writer) sign() error {
	if w.f == nil {
		if err := w.newFile(w.before()); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	h, err := w.headHere()
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	now := w.o.Now().UTC()
	body, err := json.Marshal(Signature{h.Signature, h.SM2})
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := w.put([]*request{{kind: KindHead, at: now, bodies: []json.RawMessage{body}}}); err != nil {
		_ = w.close()
		return fmt.Errorf("ledger: %w", err)
	}
	if w.o.NoSync {
		if err := w.f.Sync(); err != nil {
			_ = w.close()
			return fmt.Errorf("ledger: %w", err)
		}
	}
	w.unsigned = false
	// What is kept beside the chain is over the head entry itself as well.
	if h, err = w.headHere(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	w.head = h
	raw, err := kept{h, now}.marshal()
	if err != nil {
		return err
	}
	if err := save(filepath.Join(w.dir, headFile), raw, 0o644); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// headHere signs the last entry.
func (w *writer) headHere() (Head, error) {
	h := Head{ID: w.id, N: w.end.n, Hash: w.end.hash.sha}
	if w.end.header.withSM3() {
		h.HashSM3 = w.end.hash.sm3
	}
	return h.sign(w.o.Key, w.o.SM2)
}

// close closes the file; there may be none.
func (w *writer) close() error {
	if w.f == nil {
		return nil
	}
	f := w.f
	w.f = nil
	return f.Close()
}
