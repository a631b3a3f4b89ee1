// Package miniotest starts a real MinIO for tests, with a bucket, on a free port.
//
//	s := miniotest.Start(t, miniotest.Bucket{Lock: true})
//	store, err := archive.Open(archive.StoreOptions{Endpoint: s.URL, Bucket: s.Bucket, AccessKey: s.User, …})
//
// scripts/setup-test.sh builds it once; a test that finds none fails.
package miniotest

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Version of MinIO that is tested with; scripts/setup-test.sh builds the same.
const Version = "v0.0.0-20260212201848-7aac2a2c5b7c"

// startLimit is for a machine that has much else to do.
const startLimit = 90 * time.Second

// Bucket is what a server begins with.
type Bucket struct {
	Lock bool // object lock, and with it versioning
}

// Server is a MinIO.
type Server struct {
	URL, Addr      string
	Bucket         string
	User, Password string
	Client         *minio.Client

	dir, log string
	mu       sync.Mutex
	cmd      *exec.Cmd
}

// Start starts one, which ends with the test.
func Start(t testing.TB, b Bucket) *Server {
	t.Helper()
	s := &Server{Bucket: "court", User: "hub", Password: "hub-password", dir: t.TempDir(), log: filepath.Join(t.TempDir(), "log")}
	t.Cleanup(s.Stop)
	for try := 0; ; try++ {
		s.Addr = freeAddr(t)
		if err := s.start(program(t)); err == nil {
			break
		} else if try == 2 {
			t.Fatalf("minio: %v\n%s", err, s.said())
		}
		s.Stop() // another one has taken the port
	}
	s.URL = "http://" + s.Addr
	client, err := minio.New(s.Addr, &minio.Options{Creds: credentials.NewStaticV4(s.User, s.Password, ""), Region: "us-east-1"})
	if err == nil {
		err = client.MakeBucket(t.Context(), s.Bucket, minio.MakeBucketOptions{ObjectLocking: b.Lock})
	}
	if err != nil {
		t.Fatalf("minio: %v", err)
	}
	s.Client = client
	return s
}

func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// program is where scripts/setup-test.sh has put it.
func program(t testing.TB) string {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(cache)), "avhub-tools", "minio-"+Version, "minio")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("MinIO is not here (%v): run scripts/setup-test.sh, which builds it", err)
	}
	return path
}

func (s *Server) start(program string) error {
	cmd := exec.Command(program, "server", "--quiet", "--address", s.Addr, s.dir)
	cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+s.User, "MINIO_ROOT_PASSWORD="+s.Password, "MINIO_BROWSER=off", "MINIO_CI_CD=1", "MINIO_UPDATE=off")
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the program has its own
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for limit := time.Now().Add(startLimit); time.Now().Before(limit); {
		if ready("http://" + s.Addr + "/minio/health/cluster") {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("it has ended: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("it is not ready after %v", startLimit)
}

// said is what it has printed.
func (s *Server) said() string {
	raw, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func ready(url string) bool {
	r, err := http.Get(url)
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// Stop kills it, as a power cut would.
func (s *Server) Stop() {
	s.mu.Lock()
	cmd := s.cmd
	s.cmd = nil
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if err := cmd.Process.Signal(syscall.Signal(0)); err != nil { // start's goroutine has waited for it
			return
		}
	}
}

// Again starts it on the same address with the data that it had.
func (s *Server) Again(t testing.TB) {
	t.Helper()
	if err := s.start(program(t)); err != nil {
		t.Fatalf("minio: %v\n%s", err, s.said())
	}
}
