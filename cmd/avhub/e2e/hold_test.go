package e2e

import (
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"

	"avhub/recorder/archive/miniotest"
)

// TestAHoldReachesTheStore: a legal hold that an auditor puts on a recording is on its
// archived files, so that the store deletes them for nobody, and goes when it is lifted.
func TestAHoldReachesTheStore(t *testing.T) {
	t.Parallel()
	s := miniotest.Start(t, miniotest.Bucket{Lock: true})
	h := newHubIn(t, []string{
		"AVHUB_ARCHIVE_ENDPOINT=" + s.URL, "AVHUB_ARCHIVE_BUCKET=" + s.Bucket, "AVHUB_ARCHIVE_ACCESS_KEY=" + s.User, "AVHUB_ARCHIVE_SECRET_KEY=" + s.Password,
	}, "--demo", "--demo-cameras", freeAddr(t))
	h.user(t, "zheng", "auditor", "demo")
	h.awaitState(t, "court-1", "live")
	if status := h.call(t, http.MethodPost, "/sources/court-1/recording", nil, nil); status != http.StatusCreated {
		t.Fatalf("start: %d", status)
	}
	await(t, longEnough, "bytes in a file", func() bool {
		r := h.recordingOf(t, "court-1")
		return len(r.Running) == 1 && r.Running[0].Bytes > 10_000
	})
	id := path.Base(h.recordingDir(t, "court-1"))
	if status := h.call(t, http.MethodDelete, "/sources/court-1/recording", nil, nil); status != http.StatusOK {
		t.Fatalf("stop: %d", status)
	}
	var film string
	await(t, longEnough, "the file in the store", func() bool {
		for o := range s.Client.ListObjects(t.Context(), s.Bucket, minio.ListObjectsOptions{Recursive: true}) {
			if strings.Contains(o.Key, id) && strings.HasSuffix(o.Key, ".mp4") {
				film = o.Key
			}
		}
		return film != ""
	})
	cookie, _ := h.logIn(t, "zheng")
	for _, hold := range []struct {
		on   bool
		want string
	}{{true, "ON"}, {false, "OFF"}} {
		body := map[string]any{"on": hold.on, "reason": "当事人申请再审"}
		if status := h.ask(t, "Cookie", cookie, http.MethodPut, "/api/v1/recordings/"+id+"/hold", body, nil); status != http.StatusOK {
			t.Fatalf("hold %v: %d", hold.on, status)
		}
		await(t, longEnough, "the hold to be "+hold.want+" in the store", func() bool {
			got, err := s.Client.GetObjectLegalHold(t.Context(), s.Bucket, film, minio.GetObjectLegalHoldOptions{})

			return err == nil && got != nil && string(*got) == hold.want
		})
	}
}
