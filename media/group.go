package media

// Group returns the units kept from the last keyframe on, all tracks, oldest
// first: what a new viewer needs to see a picture at once. end is the index
// right after the newest. It is empty while no keyframe is kept.
func (s *Stream) Group() (units []*Unit, end uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ring.hasKey {
		return nil, s.ring.head
	}
	return s.slice(s.ring.key, s.ring.head), s.ring.head
}

// Range returns the units with from <= Index < to that are still kept.
func (s *Stream) Range(from, to uint64) []*Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slice(max(from, s.ring.tail), min(to, s.ring.head))
}

func (s *Stream) slice(from, to uint64) []*Unit {
	if from >= to {
		return nil
	}
	units := make([]*Unit, 0, to-from)
	for i := from; i < to; i++ {
		units = append(units, s.ring.at(i))
	}
	return units
}
