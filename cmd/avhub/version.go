package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the linker: -X main.version=… -X main.commit=…
var (
	version = "dev"
	commit  = ""
)

type versionCmd struct{}

// Run prints version, commit and Go.
func (versionCmd) Run(o *output) error {
	_, err := fmt.Fprintf(o.out, "avhub %s\ncommit %s\n%s %s/%s\n", version, buildCommit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// buildCommit is the commit it was built from, as far as the build knows.
func buildCommit() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
