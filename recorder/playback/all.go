package playback

import "context"

// All finds every recording that keep wants, the latest first, however many there are.
func (l *Library) All(ctx context.Context, keep func(*Summary) bool) ([]Summary, error) {
	var all []Summary
	q := Query{Keep: keep, Limit: listMost}
	for {
		page, err := l.List(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		q.After = page.Next
	}
}

// Dir is a recording's folder.
func (l *Library) Dir(id string) (dir string, ok bool) {
	p, ok := l.folders.find(id)
	if !ok {
		return "", false
	}
	return p.dir(l.o.Dir), true
}
