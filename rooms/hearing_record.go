package rooms

import "time"

// Span is a time in which the recorder had to run.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"` // zero: it still has to
}

// Interruption is a time between opening and closing in which it had not to, as
// it goes to the case file (法释〔2017〕5号, article 3).
type Interruption struct {
	From   time.Time          `json:"from"`
	To     time.Time          `json:"to,omitzero"` // zero: it still lasts
	Reason InterruptionReason `json:"reason"`
	Why    string             `json:"why"`
	By     Actor              `json:"by"`
	// OrderedBy is the user id of the judge on whose order a clerk acted.
	OrderedBy string `json:"ordered_by,omitempty"`
}

// RecordedSpans are the times in which the hearing had to be recorded, by its
// events. What was recorded in truth is for the recorder to say: a difference is
// a fault that needs an explanation.
func RecordedSpans(events []Event) []Span {
	var spans []Span
	on := false
	for _, e := range events {
		switch {
		case e.Recording && !on:
			spans = append(spans, Span{From: e.At})
		case !e.Recording && on:
			spans[len(spans)-1].To = e.At
		}
		on = e.Recording
	}
	return spans
}

// Interruptions are the times from the first recorded moment to the closing in
// which the recorder had not to run, each with who interrupted it, and why. An
// interruption whose reason changes (a closed session that is adjourned) is
// listed as two.
func Interruptions(events []Event) []Interruption {
	var list []Interruption
	begun, closed := false, false
	open := func() *Interruption {
		if n := len(list); n > 0 && list[n-1].To.IsZero() {
			return &list[n-1]
		}
		return nil
	}
	end := func(at time.Time) {
		if last := open(); last != nil {
			last.To = at
		}
	}
	for i, e := range events {
		begun = begun || e.Recording
		switch {
		case !begun:
		case e.Recording:
			end(e.At)
		case e.To == StateClosed || e.To == StateFiled:
			end(e.At)
		case closed && e.Command == CommandReopen:
			// What lies between a closing and a reopening turns out to have been an
			// interruption; then the hearing is adjourned.
			list = append(list,
				interruption(InterruptedByClosing, lastClosing(events[:i])),
				interruption(InterruptedByAdjournment, e))
			list[len(list)-2].To = e.At
		case open() == nil || e.To != e.From:
			end(e.At)
			list = append(list, interruption(reasonOf(e), e))
		}
		closed = e.To == StateClosed
	}
	return list
}

func interruption(reason InterruptionReason, e Event) Interruption {
	return Interruption{From: e.At, Reason: reason, Why: e.Why, By: e.By, OrderedBy: e.OrderedBy}
}

// reasonOf is why nothing is recorded after an event of a hearing that has begun.
func reasonOf(e Event) InterruptionReason {
	switch e.To {
	case StateAdjourned:
		return InterruptedByAdjournment
	case StateClosedSession:
		return InterruptedForEvidence
	case StateOffRecord:
		return InterruptedForMediation
	}
	return InterruptedByChoice
}

// lastClosing is the event that closed the hearing before it was reopened.
func lastClosing(events []Event) Event {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Command == CommandClose {
			return events[i]
		}
	}
	return Event{}
}
