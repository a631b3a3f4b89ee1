package apart

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// nice is the priority of hashing, from 0, that of everything else, to 19.
const nice = 15

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
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, nice); err != nil {
		return fmt.Errorf("lowering the priority: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, append(os.Environ(), lowered+"=1"))
}
