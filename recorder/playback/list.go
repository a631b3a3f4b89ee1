package playback

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Query asks for recordings. Empty fields do not narrow.
type Query struct {
	Source, Set string
	Labels      map[string]string // each must be there
	From, To    time.Time         // some of it was recorded between them
	// Keep looks at each that was found, and may leave it out.
	Keep  func(*Summary) bool
	After string // where the page before ended
	Limit int    // 1 to 500; 0 means 100
}

// Page is a part of what was found, the latest first.
type Page struct {
	Items []Summary
	Next  string // to go on with; empty: that was all
}

// listMost is the longest page.
const listMost = 500

// looksBack is how much earlier than the time that is asked for a recording can
// have begun that reaches into it.
const looksBack = 40 * 24 * time.Hour

// ErrCursor says that After is none.
var ErrCursor = errors.New("is none of the hub's: begin again without it")

// List finds recordings.
func (l *Library) List(ctx context.Context, q Query) (Page, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	limit = min(limit, listMost)
	after, err := cursorOf(q.After)
	if err != nil {
		return Page{}, err
	}
	page := Page{Items: []Summary{}}
	for _, name := range l.folders.days(q.Source) {
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		// A day's folder is named by the hub's own clock: a day more on either side.
		date, err := time.Parse(time.DateOnly, name)
		if err != nil || !q.To.IsZero() && date.Add(-24*time.Hour).After(q.To) || after != nil && date.Add(-24*time.Hour).After(after.begin) {
			continue
		}
		if !q.From.IsZero() && date.Add(looksBack).Before(q.From) {
			break
		}
		for _, s := range l.day(name, q, after) {
			if len(page.Items) == limit {
				page.Next = cursor(&page.Items[limit-1])
				return page, nil
			}
			page.Items = append(page.Items, s)
		}
	}
	return page, nil
}

// day finds what is asked for among a day's recordings, the latest first.
func (l *Library) day(name string, q Query, after *position) []Summary {
	var found []Summary
	for _, p := range l.folders.on(name, q.Source) {
		s, ok := l.summary(p)
		if ok && q.matches(&s.Summary) && (after == nil || after.before(&s.Summary)) && (q.Keep == nil || q.Keep(&s.Summary)) {
			found = append(found, s.Summary)
		}
	}
	slices.SortFunc(found, func(a, b Summary) int {
		if c := b.Begin.Compare(a.Begin); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return found
}

func (q *Query) matches(s *Summary) bool {
	if q.Source != "" && s.Source != q.Source || q.Set != "" && s.Set != q.Set {
		return false
	}
	for k, v := range q.Labels {
		if s.Labels[k] != v {
			return false
		}
	}
	return (q.From.IsZero() || !s.End().Before(q.From)) && (q.To.IsZero() || s.Begin.Before(q.To))
}

// position is a recording's place in lists.
type position struct {
	begin time.Time
	id    string
}

// before tells whether a recording comes after the position.
func (p *position) before(s *Summary) bool {
	return s.Begin.Before(p.begin) || s.Begin.Equal(p.begin) && s.ID > p.id
}

func cursor(s *Summary) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", s.Begin.UnixNano(), s.ID))
}

func cursorOf(text string) (*position, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrCursor
	}
	at, id, ok := strings.Cut(string(raw), " ")
	var nanos int64
	if _, err := fmt.Sscan(at, &nanos); err != nil || !ok {
		return nil, ErrCursor
	}
	return &position{time.Unix(0, nanos).UTC(), id}, nil
}
