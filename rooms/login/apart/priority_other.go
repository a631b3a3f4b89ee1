//go:build !linux

package apart

// LowerPriority has no effect here: hashing has a process of its own all the same.
func LowerPriority() error { return nil }
