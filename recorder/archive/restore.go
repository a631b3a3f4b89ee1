package archive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"

	"avhub/recorder/manifest"
)

// Restored is what came back of a recording.
type Restored struct {
	Ref
	Dir      string   `json:"dir"`
	Files    int      `json:"files"` // that are there now
	Bytes    int64    `json:"bytes"`
	Here     int      `json:"here"`               // of them, were there already
	Covered  []string `json:"covered,omitempty"`  // files that somebody has put a delete marker on
	Problems []string `json:"problems,omitempty"` // what is missing or not as it was recorded; empty: all is well
	Sealed   bool     `json:"sealed"`
}

// Whole tells whether everything that the manifest names came back as it was recorded.
func (r Restored) Whole() bool { return len(r.Problems) == 0 }

// Restore brings a recording back to {to}/{source}/{date}/{id} and compares each file
// with the hash beside it in the store, and each segment with the manifest. What is
// there already is kept; files that differ are left as they are, and said to be wrong.
func (s *Store) Restore(ctx context.Context, r Ref, to string) (Restored, error) {
	out := Restored{Ref: r, Dir: filepath.Join(to, filepath.FromSlash(r.folder()))}
	if err := r.check(); err != nil {
		return out, err
	}
	files, err := s.list(ctx, s.fileKey(r, ""))
	if err != nil {
		return out, err
	}
	if len(files) == 0 {
		return out, fmt.Errorf("archive: %s has no files of %s: %w", s.Where(), r.ID, ErrNotFound)
	}
	if err := os.MkdirAll(out.Dir, 0o750); err != nil {
		return out, fmt.Errorf("archive: %w", err)
	}
	// The manifest first: it says which version of a segment is the right one.
	slices.SortStableFunc(files, func(a, b stored) int {
		return cmp.Compare(btoi(segmentFile.MatchString(path.Base(a.key))), btoi(segmentFile.MatchString(path.Base(b.key))))
	})
	var want map[string]string
	for _, o := range files {
		name := path.Base(o.key)
		if want == nil && segmentFile.MatchString(name) {
			want = hashesOf(out.Dir)
		}
		if err := s.restoreOne(ctx, o, want[name], &out); err != nil {
			return out, err
		}
	}
	return out, compare(&out)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hashesOf is what a restored manifest says of the segments; compare says it if it
// cannot be read.
func hashesOf(dir string) map[string]string {
	want := map[string]string{}
	rec, err := manifest.Read(dir)
	if err != nil {
		return want
	}
	for _, s := range rec.Segments {
		if s.Ended != nil {
			want[s.File] = s.Ended.SHA256
		}
	}
	return want
}

func (s *Store) restoreOne(ctx context.Context, o stored, want string, out *Restored) error {
	name := path.Base(o.key)
	if !isRecordingFile(name) || o.key != s.fileKey(out.Ref, name) {
		out.Problems = append(out.Problems, fmt.Sprintf("%q is no file of a recording: it was left in the store", strings.TrimPrefix(o.key, s.fileKey(out.Ref, ""))))
		return nil
	}
	if o.covered {
		out.Covered = append(out.Covered, name)
	}
	size, here, err := s.restoreFile(ctx, o, want, filepath.Join(out.Dir, name))
	var wrong *wrongError
	switch {
	case errors.As(err, &wrong):
		out.Problems = append(out.Problems, name+": "+wrong.text)
		return nil
	case err != nil:
		return err
	}
	out.Files++
	out.Bytes += size
	if here {
		out.Here++
	}
	return nil
}

// wrongError speaks of one file that is not as it was recorded.
type wrongError struct{ text string }

func (e *wrongError) Error() string { return e.text }

// restoreFile brings one file back: the newest version, or the one with the wanted hash.
// here: it was there.
func (s *Store) restoreFile(ctx context.Context, o stored, want, file string) (size int64, here bool, err error) {
	v, sha, err := s.choose(ctx, o, want)
	if err != nil {
		return 0, false, err
	}
	if sum, err := hashFile(file); err == nil {
		if sum != sha {
			return 0, false, &wrongError{"another file of this name is here: move it away and try again"}
		}
		return v.size, true, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return 0, false, fmt.Errorf("archive: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".restoring-*")
	if err != nil {
		return 0, false, fmt.Errorf("archive: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // renamed, if all went well
	sum, err := s.download(ctx, o.key, v, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, false, err
	}
	if sum != sha {
		return 0, false, &wrongError{fmt.Sprintf("the store gives out bytes with the SHA-256 %s, it should be %s", sum, sha)}
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return 0, false, fmt.Errorf("archive: %w", err)
	}
	return v.size, false, syncDir(filepath.Dir(file))
}

// choose finds the version with the wanted hash: somebody may have put another one over
// it. Without one the newest is it.
func (s *Store) choose(ctx context.Context, o stored, want string) (version, string, error) {
	for _, v := range o.versions {
		known, err := s.stat(ctx, o.key, v.id)
		switch {
		case err != nil:
			return v, "", err
		case known != nil && (want == "" || known.sha256 == want):
			return v, known.sha256, nil
		}
	}
	return version{}, "", &wrongError{fmt.Sprintf("none of the %d versions in the store has the SHA-256 %s that its manifest says", len(o.versions), want)}
}

func (s *Store) download(ctx context.Context, key string, v version, to io.Writer) (sha string, err error) {
	r, _, _, err := s.core.GetObject(ctx, s.o.Bucket, key, minio.GetObjectOptions{VersionID: v.id})
	if err != nil {
		return "", fmt.Errorf("archive: %s: %w", key, err)
	}
	defer func() { _ = r.Close() }()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, h), io.LimitReader(r, v.size+1))
	if err == nil && n != v.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", fmt.Errorf("archive: %s: %d of %d bytes came: %w", key, n, v.size, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// compare holds the restored segments against the restored manifest.
func compare(out *Restored) error {
	rec, err := manifest.Read(out.Dir)
	if err != nil {
		out.Problems = append(out.Problems, "its manifest: "+err.Error())
		return nil
	}
	out.Sealed = rec.Seal != nil
	if !out.Sealed {
		out.Problems = append(out.Problems, "it is not sealed in the archive: the recording went on when this was archived last")
	}
	for _, seg := range rec.Segments {
		if seg.Ended == nil {
			continue
		}
		sum, err := hashFile(filepath.Join(out.Dir, seg.File))
		switch {
		case errors.Is(err, os.ErrNotExist):
			out.Problems = append(out.Problems, seg.File+" is not in the archive")
		case err != nil:
			return fmt.Errorf("archive: %w", err)
		case sum != seg.Ended.SHA256:
			out.Problems = append(out.Problems, fmt.Sprintf("%s has the SHA-256 %s, its manifest says %s", seg.File, sum, seg.Ended.SHA256))
		}
	}
	return nil
}
