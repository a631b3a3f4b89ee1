package office

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/store"
)

// breaks makes the audit unwritable as a full disk does: what is open takes no
// bytes, and no other file can be begun. It returns what frees the disk again.
func (d *desk) breaks() (frees func()) {
	d.t.Helper()
	dir := filepath.Join(d.dir, "audit")
	files, err := filepath.Glob(filepath.Join(dir, "0*.jsonl"))
	if err != nil || len(files) == 0 {
		d.t.Fatal(files, err)
	}
	last := files[len(files)-1]
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	defer full.Close()
	links, _ := filepath.Glob("/proc/self/fd/*")
	found := false
	for _, link := range links {
		if to, _ := os.Readlink(link); to == last {
			fd := 0
			_, _ = fmt.Sscan(filepath.Base(link), &fd)
			found = true
			if err := unix.Dup3(int(full.Fd()), fd, unix.O_CLOEXEC); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	if !found {
		d.t.Fatalf("%s is not open", last)
	}
	number := 0
	_, _ = fmt.Sscanf(filepath.Base(last), "%d", &number)
	next := filepath.Join(dir, fmt.Sprintf("%06d.jsonl", number+1))
	if err := os.MkdirAll(filepath.Join(next, "in the way"), 0o700); err != nil {
		d.t.Fatal(err)
	}
	return func() {
		if err := os.Rename(next, filepath.Join(d.dir, "out of the way")); err != nil { // at once: the hub tries meanwhile
			d.t.Error(err)
		}
	}
}

func TestWhileTheAuditCannotBeWritten(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		inspector := d.as("li", at("heihe", rooms.Inspector)...)
		auditor := d.as("zhao", at("heihe", rooms.Auditor)...)
		judge := d.as("wang", at("aihui", rooms.Judge)...)
		clerk := d.as("sun", at("aihui", rooms.Clerk)...)
		h := d.hearing("aihui", judge.Principal.User, clerk.Principal.User)
		token, _ := d.link(clerk, h, false)

		ended := make(chan struct{})
		before, err := d.Attend(ctx, inspector, rooms.Watch, rooms.SourceObject, "cam-1", func() { close(ended) })
		if err != nil {
			t.Fatal(err)
		}
		frees := d.breaks()

		// Who watches goes on, and others may begin: a hearing must not go dark
		// because a disk is full.
		during, err := d.Attend(ctx, inspector, rooms.Watch, rooms.SourceObject, "cam-2", func() {})
		if err != nil {
			t.Fatalf("watching is refused: %v", err)
		}
		if err := d.Look(ctx, inspector, "cam-1"); err != nil {
			t.Errorf("a picture is refused: %v", err)
		}
		if writable, failed := d.AuditState(); writable || failed == 0 {
			t.Errorf("the metrics say writable %v, failed %d", writable, failed)
		}
		if log := d.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "not recorded") {
			t.Errorf("the log does not say so: %s", log)
		}

		// Whatever changes something or hands something out is refused, and not done.
		revision := d.revision()
		name, full, roles := "new", "新人", at("aihui", rooms.Clerk)
		password := goodPassword
		title, number := "another", rooms.CaseNumber{}
		for what, do := range map[string]func() error{
			"add a user": func() error {
				_, err := d.AddUser(ctx, admin, UserInput{Name: &name, FullName: &full, Grants: &roles, Password: &password})
				return err
			},
			"disable a user": func() error {
				yes := true
				_, err := d.ChangeUser(ctx, admin, "id-wang", UserInput{Disabled: &yes})
				return err
			},
			"add a court": func() error {
				return d.PutCourt(ctx, admin, rooms.Court{ID: "new", Name: "新", Parent: "heihe"}, true)
			},
			"remove a court": func() error { return d.RemoveCourt(ctx, admin, "beian") },
			"add a site": func() error {
				return d.PutSite(ctx, admin, rooms.Site{ID: "new", Court: "aihui", Kind: rooms.Courtroom, Name: "新"}, true)
			},
			"remove a site": func() error { return d.RemoveSite(ctx, admin, "room-2") },
			"change a source": func() error {
				return d.ChangeSource(ctx, admin, "cam-1", nil, &Facts{Court: "aihui"}, nil, func() error { t.Error("a source was changed"); return nil })
			},
			"make a token": func() error {
				_, _, err := d.AddToken(ctx, judge, TokenInput{Name: "x", Scopes: []rooms.Scope{"watch"}, TTL: time.Hour})
				return err
			},
			"end a session": func() error { return d.EndSession(ctx, admin, "id-wang", judge.Session.ID) },
			"enter a case": func() error {
				_, err := d.AddCase(ctx, clerk, CaseInput{Court: &roles[0].Court, Number: &number, Title: &title})
				return err
			},
			"open a hearing": func() error {
				_, err := d.Command(ctx, clerk, h.ID, rooms.Command{Kind: rooms.CommandPrepare})
				return err
			},
			"make a link":    func() error { _, _, err := d.AddLink(ctx, clerk, h.ID, LinkInput{Participant: d.guest(h)}); return err },
			"join by a link": func() error { _, err := d.Join(ctx, token, "", Client{Address: "10.3.0.1", Device: "x"}); return err },
			"log in":         func() error { _, err := d.LogIn(ctx, "wang", goodPassword, from("wang")); return err },
			"change password": func() error {
				_, err := d.ChangePassword(ctx, judge, goodPassword, otherPassword, from("wang"))
				return err
			},
			"export": func() error {
				return d.ExportAudit(ctx, auditor, AuditQuery{}, func([]AuditEntry) error { t.Error("something is handed out"); return nil })
			},
		} {
			if err := do(); !errors.Is(err, ErrAudit) || errors.Is(err, ErrAuditLate) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if now := d.revision(); now != revision {
			t.Errorf("something has changed: revision %d became %d", revision, now)
		}
		if _, err := d.SearchAudit(ctx, auditor, AuditQuery{}); err != nil {
			t.Errorf("the audit cannot be read: %v", err)
		}
		select {
		case <-ended:
			t.Error("who watched was cut off")
		default:
		}

		// When there is room again the hub goes on by itself, and nothing is lost.
		frees()
		await(t, "it can be written again", func() bool { writable, _ := d.AuditState(); return writable })
		if _, err := d.AddUser(ctx, admin, UserInput{Name: &name, FullName: &full, Grants: &roles, Password: &password}); err != nil {
			t.Errorf("a change is still refused: %v", err)
		}
		before()
		during()
		want := []string{
			"user li: watch source cam-1 began", "user li: watch source cam-2 began", "user li: snapshot source cam-1 done",
			"hub avhub: audit_resumed hub hub done", "user li: watch source cam-1 ended", "user li: watch source cam-2 ended",
		}
		await(t, "all of it is in the audit", func() bool {
			lines := d.since(0)
			return !slices.ContainsFunc(want, func(line string) bool { return !slices.Contains(lines, line) })
		})
		d.close()
		d.whole()
	})
}

// The change that first finds the disk full is made and says so; its entry waits
// in the database and is written when there is room.
func TestTheChangeThatFindsTheDiskFull(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		frees := d.breaks()
		err := d.PutCourt(ctx, admin, rooms.Court{ID: "new", Name: "新", Parent: "heihe"}, true)
		if !errors.Is(err, ErrAuditLate) {
			t.Errorf("%v", err)
		}
		frees()
		await(t, "its entry", func() bool { return slices.Contains(d.since(0), "user chen: manage_courts court new done") })
		d.mustBeEmpty()
	})
}

// mustBeEmpty waits until the outbox is.
func (d *desk) mustBeEmpty() {
	d.t.Helper()
	await(d.t, "the outbox is empty", func() bool {
		n := 0
		err := d.store.View(d.t.Context(), func(tx *store.Tx) error {
			ids, err := tx.Waiting(d.book.Ledger(), 100)
			n = len(ids)
			return err
		})
		return err == nil && n == 0
	})
}

func (d *desk) revision() (n int64) {
	d.t.Helper()
	if err := d.store.View(d.t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Revision(); return err }); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// A hub that was killed had told nobody of a change whose entry was lost, and an
// entry that the command line has left behind is written once.
func TestEachEntryIsWrittenOnce(t *testing.T) {
	both(t, func(d *desk) {
		ctx := t.Context()
		admin := d.as("chen", at("heihe", rooms.Admin)...)
		for n := range 5 {
			if err := d.PutCourt(ctx, admin, rooms.Court{ID: fmt.Sprint("court-", n), Name: "新", Parent: "heihe"}, true); err != nil {
				t.Fatal(err)
			}
		}
		d.change(func(tx *store.Tx) error {
			return Send(tx, audit.Entry{Time: noon, Who: audit.Who{Kind: audit.Console, Name: "root"}, Action: rooms.ManageAccounts, Object: audit.Object{Kind: UserObject, ID: "id-chen"}, Outcome: audit.Done})
		})
		await(t, "the command line's entry", func() bool {
			return slices.Contains(d.since(0), "console root: manage_accounts user id-chen done")
		})
		for range 3 {
			d.close()
			d.open()
		}
		d.mustBeEmpty()
		count := map[string]int{}
		for _, line := range d.since(0) {
			count[line]++
		}
		for _, line := range []string{"user chen: manage_courts court court-0 done", "user chen: manage_courts court court-4 done", "console root: manage_accounts user id-chen done"} {
			if count[line] != 1 {
				t.Errorf("%q stands there %d times", line, count[line])
			}
		}
		if count["hub avhub: hub_started hub hub done"] != 4 || count["hub avhub: hub_stopped hub hub done"] != 3 {
			t.Errorf("starts and stops: %v", count)
		}
		d.close()
		d.whole()
	})
}
