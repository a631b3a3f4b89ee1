package apart

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"

	"avhub/rooms/login"
)

const (
	linger  = time.Minute      // how long a process stays after the last request
	patient = 15 * time.Second // how long one may take for a key
)

// Processes hash passwords, each one at a time.
type Processes struct {
	command []string
	log     *slog.Logger

	mu     sync.Mutex
	idle   []*process // the one used last comes last
	closed bool
}

// New hashes by a command that calls [LowerPriority] and [Serve]. As many
// processes run as keys are asked for at once; [login.Hasher] bounds that.
func New(log *slog.Logger, command ...string) *Processes {
	return &Processes{command: command, log: log}
}

// Derive is a [login.Derive].
func (p *Processes) Derive(c login.Cost, password string, salt []byte, size int) ([]byte, error) {
	key, err := p.ask(request{c, []byte(password), salt, size})
	if err == nil || errors.Is(err, errRefused) {
		return key, err
	}
	p.log.Warn("passwords are hashed by the hub itself: the process for it failed; pictures may stutter while many people log in", "err", err)
	return login.DeriveHere(c, password, salt, size)
}

// ask asks one that is idle, or a new one. One that ended meanwhile, as somebody
// may have killed it, is followed by a new one.
func (p *Processes) ask(r request) ([]byte, error) {
	for old := p.take(); old != nil; old = p.take() {
		if key, err := p.askOne(old, r); err == nil || errors.Is(err, errRefused) {
			return key, err
		}
	}
	fresh, err := start(p.command)
	if err != nil {
		return nil, err
	}
	return p.askOne(fresh, r)
}

func (p *Processes) askOne(one *process, r request) ([]byte, error) {
	key, err := one.ask(r)
	if err != nil && !errors.Is(err, errRefused) {
		one.end()
		return nil, err
	}
	p.put(one)
	return key, err
}

func (p *Processes) take() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	one := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	one.leaving.Stop()
	return one
}

func (p *Processes) put(one *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		one.end()
		return
	}
	p.idle = append(p.idle, one)
	one.leaving = time.AfterFunc(linger, func() { p.dismiss(one) })
}

// dismiss ends one that has been idle for long, unless it was taken just now.
func (p *Processes) dismiss(one *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, o := range p.idle {
		if o == one {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			one.end()
			return
		}
	}
}

// Close ends all that are idle; those at work end when they have answered.
func (p *Processes) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, one := range p.idle {
		one.leaving.Stop()
		one.end()
	}
	p.idle = nil
}

// process is one that runs.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *json.Decoder
	leaving *time.Timer // while it is idle
}

func start(command []string) (*process, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = []string{} // it needs nothing of what the hub knows
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the process that hashes passwords: %w", err)
	}
	return &process{cmd: cmd, in: in, answers: json.NewDecoder(out)}, nil
}

var errRefused = errors.New("hashing a password was refused")

// ask waits for the key.
func (p *process) ask(r request) ([]byte, error) {
	late := time.AfterFunc(patient, func() { _ = p.cmd.Process.Kill() }) // then reading ends
	defer late.Stop()
	if err := json.NewEncoder(p.in).Encode(r); err != nil {
		return nil, err
	}
	var a answer
	if err := p.answers.Decode(&a); err != nil {
		return nil, fmt.Errorf("no answer from the process that hashes passwords: %w", err)
	}
	if a.Error != "" {
		return nil, fmt.Errorf("%w: %s", errRefused, a.Error)
	}
	if len(a.Key) != r.Size {
		return nil, errors.New("the process that hashes passwords answered with something else")
	}
	return a.Key, nil
}

// end ends it: it is idle or has failed, so nothing is lost.
func (p *process) end() {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
}
