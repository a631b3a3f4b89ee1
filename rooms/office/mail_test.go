package office

import (
	"fmt"
	"sync"
	"testing"

	"avhub/rooms"
	"avhub/rooms/audit"
)

// While entries come, others go into the index, and what waits is collected, all
// at once: each stands in the ledger once.
func TestEntriesAreNotWrittenTwice(t *testing.T) {
	both(t, func(d *desk) {
		stop := make(chan struct{})
		var looking sync.WaitGroup
		for _, do := range []func() error{
			func() error { return d.collect(t.Context()) },
			func() error { return d.index(t.Context()) },
		} {
			looking.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := do(); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		clerk := d.as("sun", at("aihui", rooms.Clerk)...)
		court, title := "aihui", "买卖合同纠纷"
		const writers, each = 6, 60
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					number, err := rooms.ParseCaseNumber(fmt.Sprintf("（2026）黑11民初%d号", 1+w*each+i))
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := d.AddCase(t.Context(), clerk, CaseInput{Court: &court, Number: &number, Title: &title}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		writing.Wait()
		close(stop)
		looking.Wait()
		told := map[string]int{}
		for _, e := range d.entries() {
			if e.Object.Kind == rooms.CaseObject && e.Outcome == audit.Done {
				told[e.Object.ID]++
			}
		}
		if len(told) != writers*each {
			t.Errorf("%d of %d cases stand in the audit", len(told), writers*each)
		}
		for id, n := range told {
			if n != 1 {
				t.Errorf("case %s stands in the audit %d times", id, n)
			}
		}
	})
}
