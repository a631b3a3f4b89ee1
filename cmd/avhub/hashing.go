package main

import (
	"log/slog"
	"os"

	"avhub/rooms/login"
	"avhub/rooms/login/apart"
)

// hashing is the command that [hashApart] starts.
const hashing = "hash-passwords"

type hashPasswordsCmd struct{}

// Run hashes passwords for the hub that started it, until that ends its input.
func (hashPasswordsCmd) Run(o *output) error {
	if err := apart.LowerPriority(); err != nil {
		return err
	}
	return apart.Serve(os.Stdin, o.out)
}

// newHasher hashes in this process, as a command does that ends then.
func newHasher() *login.Hasher {
	return login.NewHasher(login.StandardCost, 0, login.StandardWaiting)
}

// hashApart hashes beside the hub, on half of the processors at most: log-ins must
// not take live pictures their time.
func hashApart(log *slog.Logger, undo *closers) (*login.Hasher, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	processes := apart.New(log, self, hashing)
	undo.add("hashing", func() error { processes.Close(); return nil })
	return newHasher().DerivingBy(processes.Derive), nil
}
