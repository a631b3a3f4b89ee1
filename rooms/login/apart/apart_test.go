package apart

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"avhub/rooms/login"
)

// hashing, in the environment of this test's program, makes it the process that hashes.
const hashing = "hash passwords"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == hashing {
		if err := LowerPriority(); err == nil {
			err = Serve(os.Stdin, os.Stdout)
			_ = err // the one who asks sees the end
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var cheap = login.Cost{Memory: 64, Passes: 1, Lanes: 1}

func newProcesses(t *testing.T, command ...string) (*Processes, *bytes.Buffer) {
	t.Helper()
	if command == nil {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		command = []string{self, hashing}
	}
	said := &bytes.Buffer{}
	p := New(slog.New(slog.NewTextHandler(said, nil)), command...)
	t.Cleanup(p.Close)
	return p, said
}

func TestAPasswordIsHashedApartAsItWouldBeHere(t *testing.T) {
	t.Parallel()
	p, said := newProcesses(t)
	h := login.NewHasher(cheap, 1, 0).DerivingBy(p.Derive)
	for _, password := range []string{"", "correct horse", "法院的密码 \x00\"\n", strings.Repeat("长", login.MaxPassword/3)} {
		kept, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []*login.Hasher{h, login.NewHasher(cheap, 1, 0)} {
			if fits, _, err := by.Verify(t.Context(), kept, password); !fits || err != nil {
				t.Errorf("%q does not fit its own hash: %v", password, err)
			}
			if fits, _, err := by.Verify(t.Context(), kept, password+"x"); fits || err != nil {
				t.Errorf("another password fits the hash of %q: %v", password, err)
			}
		}
	}
	if said.Len() > 0 {
		t.Errorf("the log says %s", said)
	}
}

func TestOneProcessServesOneAfterAnotherAndHasALowPriority(t *testing.T) {
	t.Parallel()
	p, _ := newProcesses(t)
	var pids []int
	for range 3 {
		if _, err := p.Derive(cheap, "password", []byte("saltsalt"), 32); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, p.idle[0].cmd.Process.Pid)
	}
	if len(p.idle) != 1 || pids[0] != pids[2] {
		t.Errorf("three passwords were hashed by the processes %v, %d are idle", pids, len(p.idle))
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pids[0]))
	if err != nil || len(threads) == 0 {
		t.Fatal("the process has no threads", err)
	}
	for _, thread := range threads {
		var id int
		if _, err := fmt.Sscan(filepath.Base(thread), &id); err != nil {
			t.Fatal(err)
		}
		const zero = 20 // the system call gives 20 less the priority
		if got, err := syscall.Getpriority(syscall.PRIO_PROCESS, id); err != nil || zero-got != nice {
			t.Errorf("thread %d has the priority %d, %v", id, zero-got, err)
		}
	}
}

func TestAsManyProcessesAsAreAskedAtOnce(t *testing.T) {
	t.Parallel()
	p, said := newProcesses(t)
	h := login.NewHasher(cheap, 3, 100).DerivingBy(p.Derive)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if err := h.VerifyNobody(t.Context(), "password"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(p.idle) < 1 || len(p.idle) > 3 || said.Len() > 0 {
		t.Errorf("%d processes are idle; the log says %s", len(p.idle), said)
	}
}

func TestAProcessThatWasKilledIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	p, said := newProcesses(t)
	for range 3 {
		if _, err := p.Derive(cheap, "password", []byte("saltsalt"), 32); err != nil {
			t.Fatal(err)
		}
		if err := p.idle[0].cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if said.Len() > 0 {
		t.Errorf("the log says %s", said)
	}
}

func TestWithoutAProcessTheHubHashesByItself(t *testing.T) {
	t.Parallel()
	for name, command := range map[string][]string{
		"no such program":     {filepath.Join(t.TempDir(), "none")},
		"ends at once":        {"/bin/true"},
		"says something else": {"/bin/echo", `{"Key":"AAAA"}`},
		"says what is no key": {"/bin/echo", "hello"},
	} {
		p, said := newProcesses(t, command...)
		got, err := p.Derive(cheap, "password", []byte("saltsalt"), 32)
		want, _ := login.DeriveHere(cheap, "password", []byte("saltsalt"), 32)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, %v; want %x", name, got, err, want)
		}
		if !strings.Contains(said.String(), "hashed by the hub itself") || strings.Contains(said.String(), "password=") {
			t.Errorf("%s: the log says %q", name, said)
		}
	}
}

func TestWhatIsOutOfBoundsIsRefused(t *testing.T) {
	t.Parallel()
	p, _ := newProcesses(t)
	for name, r := range map[string]request{
		"memory":        {login.Cost{Memory: 1 << 30, Passes: 1, Lanes: 1}, []byte("x"), []byte("saltsalt"), 32},
		"no lanes":      {login.Cost{Memory: 64, Passes: 1}, []byte("x"), []byte("saltsalt"), 32},
		"size":          {cheap, []byte("x"), []byte("saltsalt"), 1 << 20},
		"negative size": {cheap, []byte("x"), []byte("saltsalt"), -1},
		"long password": {cheap, make([]byte, login.MaxPassword+1), []byte("saltsalt"), 32},
	} {
		if key, err := p.ask(r); err == nil {
			t.Errorf("%s: answered with %x", name, key)
		}
	}
	if len(p.idle) != 1 {
		t.Errorf("%d processes are left: a refusal ended one", len(p.idle))
	}
}
