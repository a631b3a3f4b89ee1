//go:build amd64 || arm64

package prefetch

import "unsafe"

// fetch begins to fetch so many lines from one on; at least 1.
//
//go:noescape
func fetch(from unsafe.Pointer, lines int)
