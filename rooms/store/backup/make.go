package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms/store"
)

// MakeOptions of a backup.
type MakeOptions struct {
	Store   *store.Store
	Dir     string // data folder
	Program string // version of avhub
	Now     time.Time
}

// Summary is what a backup holds.
type Summary struct {
	Head
	Manifest
	Bytes int64 // before it was compressed
}

// chunk is about how many bytes of rows stand in one file.
const chunk = 4 << 20

// Make writes a backup. The hub may go on.
func Make(ctx context.Context, w io.Writer, o MakeOptions) (Summary, error) {
	zip := gzip.NewWriter(w)
	m := &maker{o: o, tar: tar.NewWriter(zip), s: Summary{Manifest: Manifest{Rows: map[string]int64{}, Files: []File{}}}}
	err := m.make(ctx)
	if err == nil { // without its end the file is none
		err = errors.Join(m.tar.Close(), zip.Close())
	}
	if err != nil {
		return Summary{}, fmt.Errorf("backup: %w", err)
	}
	return m.s, nil
}

type maker struct {
	o   MakeOptions
	tar *tar.Writer
	s   Summary
}

func (m *maker) make(ctx context.Context) error {
	id, err := ledgerID(filepath.Join(m.o.Dir, auditFolder))
	if err != nil {
		return err
	}
	schema, err := m.o.Store.SchemaOf(ctx)
	if err != nil {
		return err
	}
	switch {
	case schema == 0:
		return errors.New("the database is empty: there is nothing to back up yet")
	case schema > store.Schema():
		return fmt.Errorf("%w (its schema is %d, this program's %d)", store.ErrNewer, schema, store.Schema())
	}
	tables, err := m.o.Store.Present(ctx)
	if err != nil {
		return err
	}
	m.s.Head = Head{Format: Format, Made: m.o.Now.UTC(), Program: m.o.Program, Schema: schema, Database: m.o.Store.Kind(), Ledger: id}
	if err := m.addJSON(headName, m.s.Head); err != nil {
		return err
	}
	var parts []ledger.Part
	err = m.o.Store.View(ctx, func(tx *store.Tx) error {
		// A transaction sees the database as it is at its first question. The
		// ledger is looked at after that: it has all that the changes till then
		// have left in it, or their outbox has.
		if _, err := tx.Revision(); err != nil {
			return err
		}
		var err error
		if parts, err = ledger.Snapshot(filepath.Join(m.o.Dir, auditFolder)); err != nil {
			return err
		}
		for _, table := range tables {
			if slices.Contains(store.Passing, table) {
				continue
			}
			if err := m.addTable(tx, table, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	names, err := keptIn(m.o.Dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := m.addKept(name); err != nil {
			return err
		}
	}
	if err := m.addLedger(parts); err != nil {
		return err
	}
	return m.addJSON(manifestName, m.s.Manifest)
}

// ledgerID names the audit's ledger; empty: there is none yet.
func ledgerID(dir string) (string, error) {
	id, err := ledger.IDOf(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return id, err
}

// addTable writes a table's rows in chunks.
func (m *maker) addTable(tx *store.Tx, table, ledgerID string) error {
	var head []byte
	var buffer bytes.Buffer
	n := 0
	flush := func() error {
		n++
		defer buffer.Reset()
		return m.add(fmt.Sprintf("database/%s.%06d.jsonl", table, n), int64(len(head)+buffer.Len()), io.MultiReader(bytes.NewReader(head), &buffer))
	}
	begin := func(columns []string) error {
		line, err := json.Marshal(columns)
		head = append(line, '\n')
		return err
	}
	row := func(values []any) error {
		line, err := json.Marshal(values)
		if err != nil {
			return err
		}
		m.s.Rows[table]++
		buffer.Write(line)
		buffer.WriteByte('\n')
		if buffer.Len() < chunk {
			return nil
		}
		return flush()
	}
	m.s.Rows[table] = 0
	if err := tx.Dump(table, ledgerID, begin, row); err != nil {
		return err
	}
	if buffer.Len() > 0 || n == 0 {
		return flush()
	}
	return nil
}

// keptIn lists the files of a data folder that are copied as they are.
func keptIn(dir string) ([]string, error) {
	names := []string{sourcesFile}
	for _, folder := range keptFolders {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if name := folder + "/" + e.Name(); e.Type().IsRegular() && isKept(name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// addKept copies a small file as it is now; one that is not there is none.
func (m *maker) addKept(name string) error {
	data, err := os.ReadFile(filepath.Join(m.o.Dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return m.add(name, int64(len(data)), bytes.NewReader(data))
}

// addLedger copies the audit's ledger, and notes whether it is whole: a backup
// is made of one that is not, too, and says so.
func (m *maker) addLedger(parts []ledger.Part) error {
	dir := filepath.Join(m.o.Dir, auditFolder)
	m.s.Audit.Whole = true
	for _, p := range parts {
		if err := m.addPart(dir, p); err != nil {
			return err
		}
	}
	if len(parts) == 0 {
		return nil
	}
	key, err := publicKey(filepath.Join(m.o.Dir, keysFolder, "ledger.pem"))
	if err != nil {
		return err
	}
	report, err := ledger.Verify(dir, ledger.VerifyOptions{Key: key})
	if err != nil {
		return err
	}
	m.s.Audit = Audit{Entries: report.Entries, Whole: report.Whole(), Problems: len(report.Findings)}
	if report.Whole() {
		m.s.Audit.Problems = 0
	}
	return nil
}

func (m *maker) addPart(dir string, p ledger.Part) error {
	name := auditFolder + "/" + p.Name
	if p.Data != nil {
		return m.add(name, p.Size, bytes.NewReader(p.Data))
	}
	f, err := os.Open(filepath.Join(dir, p.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	return m.add(name, p.Size, io.LimitReader(f, p.Size))
}

// publicKey is that of the hub's key for the audit; nil: it has none.
func publicKey(path string) (ed25519.PublicKey, error) {
	key, err := ledger.LoadKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return key.Public().(ed25519.PublicKey), nil
}

func (m *maker) addJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return m.add(name, int64(len(data)), bytes.NewReader(data))
}

// add writes a file and notes it in the manifest.
func (m *maker) add(name string, size int64, from io.Reader) error {
	err := m.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.o.Now, Format: tar.FormatPAX})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(m.tar, sum), from)
	if err == nil && n != size {
		err = errors.New("it has become shorter")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m.s.Bytes += n
	m.s.Files = append(m.s.Files, File{name, n, hex.EncodeToString(sum.Sum(nil))})
	return nil
}
