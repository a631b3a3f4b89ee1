package prefetch

import (
	"testing"
	"unsafe"
)

type thing struct {
	a [200]byte
	b int
}

func TestASetHoldsEachLineOfAValue(t *testing.T) {
	t.Parallel()
	var all [9]thing // of a size that is no multiple of a line: each lies otherwise
	for i := range all {
		x := &all[i]
		var s Set
		Add(&s, x)
		s.AddBehind(x)
		first, last := uintptr(unsafe.Pointer(x))/line, (uintptr(unsafe.Pointer(x))+unsafe.Sizeof(*x)-1)/line
		for _, span := range s.spans[:s.count] {
			from := uintptr(span.from) / line
			if from != first || from+uintptr(span.lines)-1 != last {
				t.Errorf("thing %d: %d lines from %#x on, want %#x to %#x", i, span.lines, from, first, last)
			}
		}
		if s.count != 2 {
			t.Errorf("thing %d: %d values", i, s.count)
		}
	}
}

func TestAPartIsItsFirstBytes(t *testing.T) {
	t.Parallel()
	var x thing
	var s Set
	AddPart(&s, &x, 1)
	AddPart(&s, &x, 1<<20)
	if s.spans[0].lines != 1 || s.spans[1].lines < 4 || s.spans[1].lines > 5 {
		t.Errorf("%+v", s.spans[:s.count])
	}
}

func TestFetchingChangesNothing(t *testing.T) {
	t.Parallel()
	x := thing{b: 7}
	var s Set
	for range Most + 1 {
		Add(&s, &x) // one more than it holds
	}
	s.FetchSet()
	s.Fetch()
	if x.b != 7 || s.count != Most {
		t.Errorf("%+v, %d values", x, s.count)
	}
	var empty Set
	empty.AddBehind(nil)
	empty.AddBehind(7)
	Add[thing](&empty, nil)
	empty.Fetch()
	if empty.count != 0 {
		t.Errorf("nothing is %d values", empty.count)
	}
}

func TestFetchingAllocatesNothing(t *testing.T) {
	x, s := new(thing), new(Set)
	Add(s, x)
	if n := testing.AllocsPerRun(100, func() { s.FetchSet(); s.Fetch() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
