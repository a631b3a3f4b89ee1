package miniotest

import (
	"os"
	"strings"
	"testing"
)

// TestSetUpBuildsTheSame: a version that nobody builds would be missing everywhere.
func TestSetUpBuildsTheSame(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../../../scripts/setup-test.sh")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(script), "minio="+Version+"\n") {
		t.Errorf("scripts/setup-test.sh does not build MinIO %s", Version)
	}
}
