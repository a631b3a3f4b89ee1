package ledger

import "slices"

// entry takes the next line that could be read.
func (v *verifier) entry(at place) {
	v.report.Entries++
	if v.next == 0 { // the very first
		v.next = 1
		v.last = []place{{hash: noHash}}
	}
	switch {
	case at.N == v.next:
		v.inPlace(at)
	case v.follows(at): // in its place, under another number
		v.find(Changed, v.next, at.file, at.line, "entry %d was changed: it bears the number %d", v.next, at.N)
		v.take(at, v.next+1)
	case at.N > v.next:
		v.settle(&at)
		for n := v.next; n < at.N && len(v.missing) < maxFindings; n++ {
			v.missing = append(v.missing, n)
		}
		v.take(at, at.N+1)
	default:
		v.outOfPlace(at)
	}
	v.checkKnown(at)
	if at.Kind == KindHead {
		v.checkHead(at)
	}
}

// follows tells whether an entry's prev is the hash of the line before.
func (v *verifier) follows(at place) bool {
	return slices.ContainsFunc(v.last, func(p place) bool { return v.isNext(p, at) })
}

func (v *verifier) isNext(p, at place) bool {
	if p.hash.sha != at.Prev {
		return false
	}
	if at.Kind == KindHeader && at.N > 1 && !v.before.withSM3() { // the file before had none
		return at.PrevSM3 == "" || at.PrevSM3 == noHash.sm3
	}
	return at.PrevSM3 == "" || p.hash.sm3 == at.PrevSM3
}

// inPlace takes an entry with the number that is expected.
func (v *verifier) inPlace(at place) {
	v.settle(&at)
	switch {
	case v.unknown, v.follows(at):
		v.chooseTwin(at)
	case len(v.last) > 0:
		v.pending = &place{Entry: v.last[0].Entry, file: v.last[0].file, line: v.last[0].line}
		v.take(at, at.N+1)
		return
	}
	v.take(at, at.N+1)
}

// chooseTwin says which of two lines of one number is the one that others
// follow.
func (v *verifier) chooseTwin(at place) {
	found := len(v.last) < 2
	for _, p := range v.last {
		if !found && v.isNext(p, at) {
			found = true
			continue
		}
		if len(v.last) > 1 {
			v.find(Inserted, p.N, p.file, p.line, "this line was not written by the hub at this place: nothing follows it")
		}
	}
}

// settle says of a place whose prev did not fit, now that the line after it is
// known, whether it or the line before was changed.
func (v *verifier) settle(after *place) {
	before := v.pending
	if before == nil {
		return
	}
	v.pending = nil
	at := v.last[len(v.last)-1]
	if after != nil && after.Prev == at.hash.sha || after == nil || after.N != at.N+1 {
		v.find(Changed, before.N, before.file, before.line, "entry %d was changed: entry %d holds the hash of another text", before.N, at.N)
		return
	}
	v.find(Changed, at.N, at.file, at.line, "entry %d was changed: neither does it hold the hash of the entry before, nor the entry after its", at.N)
	v.unknown = true // what it was, and so its hash, is not known
}

// take makes an entry the last one.
func (v *verifier) take(at place, next uint64) {
	v.last, v.unknown, v.next = []place{at}, false, next
}

// outOfPlace takes an entry with a number that has passed.
func (v *verifier) outOfPlace(at place) {
	if i := slices.Index(v.missing, at.N); i >= 0 {
		v.missing = slices.Delete(v.missing, i, i+1)
		v.find(Reordered, at.N, at.file, at.line, "entry %d stands after entry %d", at.N, v.next-1)
		if at.N+1 == v.next { // two that were exchanged: the next follows the one before
			return
		}
		return
	}
	if len(v.last) > 0 && at.N == v.last[0].N && at.N+1 == v.next {
		v.last = append(v.last, at) // which of them is the hub's, the next line shows
		return
	}
	v.find(Inserted, at.N, at.file, at.line, "a second entry %d: this line was not written by the hub at this place", at.N)
}

// end settles what only the end can show.
func (v *verifier) end() {
	v.settle(nil)
	// The first head may be there without the file, after a crash in between; and the
	// file one head behind.
	switch before := v.headAt[0]; {
	case before == 0:
	case v.kept == nil:
		if !v.keptSpoilt {
			v.find(Missing, 0, headFile, 0, "the file with the newest head is gone")
		}
	case v.kept.N < before && v.kept.ID == v.report.ID:
		v.find(Changed, v.kept.N, headFile, 0, "it is not the newest head: entry %d is one too", before)
	}
	if len(v.last) > 1 {
		for _, p := range v.last[1:] {
			v.find(Inserted, p.N, p.file, p.line, "a second entry %d", p.N)
		}
	}
	for len(v.missing) > 0 {
		n := 1
		for n < len(v.missing) && v.missing[n] == v.missing[n-1]+1 {
			n++
		}
		if n == 1 {
			v.find(Removed, v.missing[0], "", 0, "entry %d is missing", v.missing[0])
		} else {
			v.find(Removed, v.missing[0], "", 0, "entries %d to %d are missing", v.missing[0], v.missing[n-1])
		}
		v.missing = v.missing[n:]
	}
	for n, heads := range v.heads {
		if n >= v.next && (heads[0].Head.ID == v.report.ID || v.report.ID == "") {
			v.find(TailCut, max(v.next, 1), "", 0, "the ledger ends at entry %d, and a head was signed over entry %d (%s)", max(v.next, 1)-1, n, heads[0].From)
		}
	}
}
