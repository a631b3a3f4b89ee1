package apart

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// nice is the priority of hashing, from 0, that of everything else, to 19.
	nice = 15
	// slice is how long hashing may go on, in nanoseconds, once something else wants the
	// processor: the least that there is. By itself a kernel lets even the least important
	// finish its 3 ms, and pictures wait as long.
	slice = 100_000
)

// lowered says, in the environment of a process, that it has its priority.
const lowered = "AVHUB_HASHING_LOWERED"

// LowerPriority gives this process its low priority. On Linux that is a thread's,
// and those that are there already keep theirs: so the program begins once more
// from the thread that has it. It is called before anything else is done.
func LowerPriority() error {
	if os.Getenv(lowered) != "" {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// Kernels before 6.12 take no notice of the slice.
	if err := unix.SchedSetAttr(0, &unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: nice, Runtime: slice}, 0); err != nil {
		return fmt.Errorf("lowering the priority: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, append(os.Environ(), lowered+"=1"))
}
