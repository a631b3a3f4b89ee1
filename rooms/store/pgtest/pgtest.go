// Package pgtest gives tests a PostgreSQL of their own: a cluster in a temporary
// folder, reached over a socket there, which ends with the test program.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
//	func TestSomething(t *testing.T) { url := pgtest.Database(t); … }
package pgtest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// cluster is the one of this program, started by the first who asks.
var cluster struct {
	once sync.Once
	dir  string
	cmd  *exec.Cmd
	err  error
	made atomic.Int64
}

// Main runs a program's tests and ends the cluster after them.
func Main(m *testing.M) int {
	code := m.Run()
	if c := cluster.cmd; c != nil && c.Process != nil {
		_ = c.Process.Signal(syscall.SIGINT) // fast shutdown
		_ = c.Wait()
	}
	if cluster.dir != "" {
		_ = os.RemoveAll(cluster.dir)
	}
	return code
}

// Database makes an empty database and returns its URL.
func Database(t testing.TB) string {
	t.Helper()
	cluster.once.Do(func() { cluster.err = start() })
	if cluster.err != nil {
		t.Fatalf("PostgreSQL: %v: scripts/setup-test.sh installs it", cluster.err)
	}
	name := fmt.Sprintf("test%d", cluster.made.Add(1))
	admin, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return address(name)
}

func address(database string) string {
	return "postgres://avhub@/" + database + "?sslmode=disable&host=" + cluster.dir
}

// start makes a cluster and waits until it answers. PostgreSQL does not run as
// root: there it runs as the user that Debian's package makes.
func start() error {
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(bins) == 0 {
		return errors.New("it is not installed")
	}
	bin := filepath.Dir(bins[len(bins)-1])
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return err
	}
	cluster.dir = dir
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		if attributes.Credential, err = credential("postgres"); err != nil {
			return err
		}
		if err := os.Chown(dir, int(attributes.Credential.Uid), int(attributes.Credential.Gid)); err != nil {
			return err
		}
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		return cmd
	}
	data := filepath.Join(dir, "data")
	initdb := run("initdb", "-D", data, "-U", "avhub", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: attributes.Credential}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	// A crash of the machine is not what these tests try: no fsync.
	cluster.cmd = run("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "logging_collector=off")
	if err := cluster.cmd.Start(); err != nil {
		return err
	}
	return await()
}

func await() error {
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := db.Ping()
		if err == nil || time.Now().After(limit) {
			return err
		}
	}
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
