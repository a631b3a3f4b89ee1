package office

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// indexed waits until all that was written can be found.
func (d *desk) indexed() {
	d.t.Helper()
	written := d.book.Written()
	await(d.t, "the index has all of it", func() bool {
		var n uint64
		d.must(d.store.View(d.t.Context(), func(tx *store.Tx) (err error) { n, err = tx.AuditIndexed(d.book.Ledger()); return err }))
		return n >= written
	})
}

// finds are the lines of a search, newest first.
func (d *desk) finds(c Caller, q AuditQuery) []string {
	d.t.Helper()
	page, err := d.SearchAudit(d.t.Context(), c, q)
	d.must(err)
	var lines []string
	for _, e := range page.Items {
		lines = append(lines, told(e.Entry))
	}
	return lines
}

// Who watched what on Monday? What did this user see?
func TestWhatAnAuditorFinds(t *testing.T) {
	both(t, func(d *desk) {
		auditor, below := d.as("zhao", at("heihe", rooms.Auditor)...), d.as("qian", at("aihui", rooms.Auditor)...)
		li, zhou := d.as("li", at("heihe", rooms.Inspector)...), d.as("zhou", at("heihe", rooms.Inspector)...)
		watch := func(c Caller, id string) {
			g := d.attends(c, rooms.Watch, rooms.SourceObject, id)
			d.clock.move(5 * time.Minute)
			g.done()
		}
		watch(li, "cam-1")
		watch(zhou, "cam-1")
		watch(li, "far")
		if err := d.Look(t.Context(), li, "far"); err != nil {
			t.Fatal(err)
		}
		_, _ = d.May(t.Context(), li, rooms.ManageSource, rooms.SourceObject, "cam-1")
		d.indexed()
		day := AuditQuery{From: noon, To: noon.Add(12 * time.Hour)}
		for what, x := range map[string]struct {
			who  Caller
			q    func(q AuditQuery) AuditQuery
			want []string
		}{
			"who watched cam-1": {auditor, func(q AuditQuery) AuditQuery { q.Object, q.Action = "cam-1", "watch"; return q }, []string{
				"user zhou: watch source cam-1 ended", "user zhou: watch source cam-1 began", "user li: watch source cam-1 ended", "user li: watch source cam-1 began"}},
			"what li saw": {auditor, func(q AuditQuery) AuditQuery { q.Who, q.Outcome = "id-li", "began"; return q }, []string{
				"user li: watch source far began", "user li: watch source cam-1 began"}},
			"what was refused":               {auditor, func(q AuditQuery) AuditQuery { q.Outcome = "denied"; return q }, []string{"user li: manage_source source cam-1 denied"}},
			"at beian":                       {auditor, func(q AuditQuery) AuditQuery { q.Court, q.Action = "beian", "snapshot"; return q }, []string{"user li: snapshot source far done"}},
			"the auditor of aihui: of beian": {below, func(q AuditQuery) AuditQuery { q.Object = "far"; return q }, nil},
			"the auditor of aihui: of aihui": {below, func(q AuditQuery) AuditQuery { q.Object, q.Outcome = "cam-1", "began"; return q }, []string{
				"user zhou: watch source cam-1 began", "user li: watch source cam-1 began"}},
			"on another day": {auditor, func(q AuditQuery) AuditQuery {
				q.From, q.To = noon.Add(-48*time.Hour), noon.Add(-24*time.Hour)
				return q
			}, nil},
			"an injection":     {auditor, func(q AuditQuery) AuditQuery { q.Object = "' OR 1=1 --"; return q }, nil},
			"of an address":    {auditor, func(q AuditQuery) AuditQuery { q.Address = "10.9.9.9"; return q }, nil},
			"of who is nobody": {auditor, func(q AuditQuery) AuditQuery { q.Who = "nobody"; return q }, nil},
		} {
			if got := d.finds(x.who, x.q(day)); !slices.Equal(got, x.want) {
				t.Errorf("%s:\n\t%s\nnot\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(x.want, "\n\t"))
			}
		}
		if _, err := d.SearchAudit(t.Context(), below, AuditQuery{Court: "heihe"}); refused(err) != "no" {
			t.Errorf("the auditor of aihui asks for all of heihe: %v", err)
		}
		for what, c := range map[string]Caller{"the inspector": li, "a stranger": Stranger("")} {
			if _, err := d.SearchAudit(t.Context(), c, day); err == nil {
				t.Errorf("%s reads the audit", what)
			}
		}
	})
}

// Pages follow each other without holes or doubles, while more is written.
func TestPagesOfTheAudit(t *testing.T) {
	both(t, func(d *desk) {
		auditor := d.as("zhao", at("heihe", rooms.Auditor)...)
		write := func(n int) {
			var all []audit.Entry
			for i := range n {
				all = append(all, audit.Entry{Time: d.clock.now(), Who: audit.Who{Kind: audit.User, ID: "x"}, Action: rooms.Watch, Object: audit.Object{Kind: rooms.SourceObject, ID: fmt.Sprint("cam-", i)}, Court: "aihui", Outcome: audit.Began})
			}
			d.must(d.book.Write(t.Context(), all...)) // all at one moment: the time alone does not tell them apart
			d.indexed()
		}
		write(250)
		seen, q := map[uint64]bool{}, AuditQuery{Who: "x", Limit: 40}
		for {
			page, err := d.SearchAudit(t.Context(), auditor, q)
			d.must(err)
			for _, e := range page.Items {
				if seen[e.N] {
					t.Errorf("entry %d comes twice", e.N)
				}
				seen[e.N] = true
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
			write(1)
		}
		if len(seen) != 250 {
			t.Errorf("%d of 250", len(seen))
		}
		for _, after := range []string{"x", "!!!", "MTIz", strings.Repeat("A", 200)} {
			if _, err := d.SearchAudit(t.Context(), auditor, AuditQuery{After: after}); refused(err) != "field after" {
				t.Errorf("after %q: %v", after, err)
			}
		}
	})
}

// An export is in the audit before anything is handed over.
func TestAnExportIsItselfRecorded(t *testing.T) {
	both(t, func(d *desk) {
		auditor := d.as("zhao", at("heihe", rooms.Auditor)...)
		li := d.as("li", at("heihe", rooms.Inspector)...)
		d.indexed()
		handed := 0
		d.mustWrite("an export", func() {
			d.must(d.ExportAudit(t.Context(), auditor, AuditQuery{Who: "id-li"}, func(part []AuditEntry) error {
				if lines := d.since(0); lines[len(lines)-1] != "user zhao: read_audit court done" {
					t.Error("something is handed over before")
				}
				handed += len(part)
				return nil
			}))
		}, "user zhao: read_audit court done")
		last := d.entries()[len(d.entries())-1]
		if handed != 1 || last.Detail["export"] != "csv" || last.Detail["who"] != "id-li" {
			t.Errorf("%d entries, %+v", handed, last)
		}
		if err := d.ExportAudit(t.Context(), li, AuditQuery{}, func([]AuditEntry) error { t.Error("handed over"); return nil }); refused(err) != "no" {
			t.Errorf("the inspector: %v", err)
		}
	})
}

// The audit is kept for half a year and longer, and nothing takes from it: not
// time, not restarts, not the sessions and hearings that go.
func TestTheAuditIsKept(t *testing.T) {
	both(t, func(d *desk) {
		d.as("li", at("heihe", rooms.Inspector)...)
		d.indexed()
		first := d.entries()
		for range 8 {
			d.clock.move(audit.Retention / 8)
			d.must(d.tidy(t.Context()))
			d.close()
			d.open()
		}
		d.clock.move(time.Hour)
		d.must(d.tidy(t.Context()))
		auditor := d.as("zhao", at("heihe", rooms.Auditor)...)
		d.indexed()
		if lines := d.since(0)[:len(first)]; lines[len(lines)-1] != "user li: log_in user id-li done" {
			t.Errorf("the files begin with %v", lines)
		}
		if got := d.finds(auditor, AuditQuery{Who: "id-li", Action: "log_in"}); len(got) != 1 {
			t.Errorf("after %s a search finds %v", audit.Retention, got)
		}
		// The index is no more than that: without it, all of it comes back.
		d.close()
		d.whole()
		r, err := ledger.Verify(d.dir+"/audit", ledger.VerifyOptions{})
		if err != nil || r.Entries < uint64(len(first))+8*2 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// What people type is one line in the audit, whatever is in it.
func TestTextsAreInert(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		b := newBenches(d)
		evil := "a\nuser admin: log_in done\r\n\x1b[2J\x00\u202e\u2028\ufeff"
		d.must(second(d.Command(ctx, b.clerk, b.h.ID, rooms.Command{Kind: rooms.CommandCancel, Why: "涉密\u3000撤回"})))
		_, _ = d.LogIn(ctx, evil, "x", Client{Address: "10.1.1.1" + evil, Agent: evil})
		in, err := d.LogIn(ctx, "judge", goodPassword, Client{Address: "10.1.1.1", Agent: evil + strings.Repeat("x", 5000)})
		d.must(err)
		_, _ = d.May(ctx, in.Caller, rooms.Watch, rooms.SourceObject, evil)
		_, _ = d.Join(ctx, evil, evil, Client{Address: "10.1.1.2", Agent: evil})
		list, err := d.Sessions(ctx, in.Caller, in.Caller.Principal.User)
		d.must(err)
		text := d.log.String() + fmt.Sprint(list)
		for _, e := range d.entries() {
			text += fmt.Sprint(e)
		}
		for _, c := range "\r\x1b\x00\u202e\u2028\ufeff" {
			if strings.ContainsRune(text, c) {
				t.Errorf("%U is in it", c)
			}
		}
		if strings.Contains(text, "\nuser admin") {
			t.Error("a line was forged")
		}
		for _, s := range list {
			if len(s.Agent) > 1100 {
				t.Errorf("a browser's name of %d bytes", len(s.Agent))
			}
		}
		d.close()
		d.whole()
	})
}

// Whatever is refused leaves a trace, and not more than one a minute for each.
func TestRefusalsAreRecordedAndDoNotFlood(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		li := d.as("li", at("aihui", rooms.Clerk)...)
		lines := d.writes(func() {
			for n := range 3000 {
				_, _ = d.May(ctx, li, rooms.Watch, rooms.SourceObject, "far")
				_, _ = d.May(ctx, li, rooms.Watch, rooms.SourceObject, fmt.Sprint("guess-", n))
			}
		})
		slices.Sort(lines)
		if want := []string{"user li: watch source denied (there is no such thing)", "user li: watch source far denied"}; !slices.Equal(lines, want) {
			t.Errorf("%v", lines)
		}
		d.clock.move(repeatedFor)
		lines = d.writes(func() { _, _ = d.May(ctx, li, rooms.Watch, rooms.SourceObject, "far") })
		if last := d.entries()[len(d.entries())-1]; len(lines) != 1 || last.Detail["repeated"] != "2999" {
			t.Errorf("%v %+v", lines, last)
		}
		// From more places than are kept apart the rest share a line.
		flood := d.writes(func() {
			for n := range denialsMost + 500 {
				c := Stranger(fmt.Sprint("address ", n))
				d.refuse(ctx, audit.Entry{Time: d.clock.now(), Who: c.Who, Action: audit.LogIn, Object: audit.Object{Kind: UserObject}, Outcome: audit.Denied})
				if n == 100 { // as if that many had been written: the disk's part of it is tested elsewhere
					d.denied.mu.Lock()
					for k := range denialsMost {
						d.denied.by[denial{who: fmt.Sprint(k)}] = &repeated{since: d.clock.now()}
					}
					d.denied.mu.Unlock()
				}
			}
		})
		if len(flood) > 110 || len(d.denied.by) > denialsMost+110 {
			t.Errorf("%d lines, %d kept", len(flood), len(d.denied.by))
		}
	})
}
