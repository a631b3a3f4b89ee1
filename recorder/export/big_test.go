package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An archive of more than 4 GiB: ZIP64 readers find what lies beyond, and a download that
// broke off there goes on. The film is a file with a hole, which takes no room on the disk.
func TestMoreThanFourGigabytes(t *testing.T) {
	t.Parallel()
	const size = 4<<30 + 3<<20
	path := filepath.Join(t.TempDir(), "000001.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	end := []byte("the last picture")
	if _, err := f.WriteAt(end, size-int64(len(end))); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var a Archive
	defer func() { _ = a.Close() }()
	a.put(Entry{Name: "court-1/000001.mp4", Time: time.Now(), Path: path, Size: size, CRC: 0x1234})
	a.put(Entry{Name: "README.txt", Time: time.Now(), Data: []byte("behind it")})
	a.end()

	z, err := zip.NewReader(&a, a.Size())
	if err != nil || len(z.File) != 2 {
		t.Fatal(z, err)
	}
	if n := z.File[0].UncompressedSize64; n != size {
		t.Errorf("the film has %d bytes", n)
	}
	film, err := z.File[0].DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	if at, err := z.File[1].DataOffset(); err != nil || at <= 4<<30 {
		t.Errorf("README.txt stands at %d: %v", at, err)
	}
	r, err := z.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "behind it" { // its checksum is right
		t.Errorf("%q, %v", text, err)
	}

	q := httptest.NewRequest(http.MethodGet, "/", nil)
	q.Header.Set("Range", fmt.Sprintf("bytes=%d-", film+size-int64(len(end))))
	w := httptest.NewRecorder()
	http.ServeContent(w, q, "case.zip", time.Time{}, io.NewSectionReader(&a, 0, a.Size()))
	if w.Code != http.StatusPartialContent || !bytes.HasPrefix(w.Body.Bytes(), end) || int64(w.Body.Len()) != a.Size()-film-size+int64(len(end)) {
		t.Errorf("gone on beyond 4 GiB: %d, %d bytes", w.Code, w.Body.Len())
	}
}
