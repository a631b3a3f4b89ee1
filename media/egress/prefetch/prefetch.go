// Package prefetch has the processor fetch memory that is needed soon, while it still
// computes something else.
//
// A picture goes to hundreds of viewers, one after the other, and between two pictures
// other programs use the processor's caches: what is known of a viewer must be fetched from
// memory each time, a tenth of a microsecond for each line of it, and a third of what there
// is to compute waits for that. Fetched while the viewer before is served, it is there.
//
//	var hot prefetch.Set
//	prefetch.Add(&hot, viewer)
//	…
//	hot.Fetch()
//
// Nothing is read, so nothing need be locked, and on processors that cannot do it nothing
// is done.
package prefetch

import (
	"reflect"
	"unsafe"
)

// line is what processors fetch at a time, in bytes.
const line = 64

// Most is how many values a set holds: what is beyond is left out.
const Most = 11

// Set is memory that is fetched together. Its zero value is empty. It keeps alive what it
// holds.
type Set struct {
	count int
	spans [Most]span
}

// span is memory in one piece.
type span struct {
	from  unsafe.Pointer
	lines int // that it lies on
}

// Add adds all of a value.
func Add[T any](s *Set, p *T) {
	if p != nil {
		s.add(unsafe.Pointer(p), unsafe.Sizeof(*p))
	}
}

// AddPart adds a value's first bytes: what stands behind them is needed more seldom.
func AddPart[T any](s *Set, p *T, size uintptr) {
	if p != nil {
		s.add(unsafe.Pointer(p), min(size, unsafe.Sizeof(*p)))
	}
}

// AddBehind adds what a pointer in an interface points to.
func (s *Set) AddBehind(i any) {
	v := reflect.ValueOf(i)
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		s.add(v.UnsafePointer(), v.Type().Elem().Size())
	}
}

func (s *Set) add(p unsafe.Pointer, size uintptr) {
	if size > 0 && s.count < Most {
		first, last := uintptr(p)/line, (uintptr(p)+size-1)/line
		s.spans[s.count] = span{p, int(last-first) + 1}
		s.count++
	}
}

// Fetch begins to fetch the set's memory, and does not wait for it.
func (s *Set) Fetch() {
	for i := range s.spans[:s.count] {
		fetch(s.spans[i].from, s.spans[i].lines)
	}
}

// FetchSet begins to fetch the set itself, which Fetch will read.
func (s *Set) FetchSet() {
	const lines = int(unsafe.Sizeof(*s)+line-1) / line
	fetch(unsafe.Pointer(s), lines)
}
