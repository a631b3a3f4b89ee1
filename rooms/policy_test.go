package rooms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The policy as the court's table has it: a line an action, a column a role.
//
//	–      never
//	tree   at the grant's court and at those under it
//	rooms  the grant's sites there, and where the person sits
//	area   the grant's sites there, or without any the command area
//	own    there, what the person takes part in
//	any    wherever
//
// What follows a slash is what the permission is tied to.
const expected = `
                admin  judge       clerk         inspector   duty_officer commander field_officer technician           auditor
watch           –      rooms       rooms         tree        area         area      own           –                    –
snapshot        –      rooms       rooms         tree        area         area      own           tree/status_snapshot –
see_status      tree   rooms       rooms         tree        area         area      own           tree/status_snapshot –
publish         –      –           –             –           –            –         own           tree                 –
talk_back       –      rooms       –             –           area         area      own           tree/test            –
note_finding    –      –           –             tree        –            –         –             –                    –
manage_source   tree   –           –             –           –            –         –             tree                 –
record          –      –           –             –           area         area      –             tree                 –
see_hearing     –      own         tree          tree        –            –         –             –                    –
manage_hearing  –      own         tree          –           –            –         –             –                    –
enter_hearing   –      own         own           tree/hidden –            –         –             –                    –
run_hearing     –      own         own/on_order  –           –            –         –             –                    –
admit_people    –      own         own           –           –            –         –             –                    –
mark_hearing    –      own         own           –           –            –         –             –                    –
play_back       –      own         own           tree        own          own       –             –                    –
see_recording   –      own         own           tree        own          own       –             –                    tree
export_case     –      own/reason  own/reason    –           own          own       –             –                    –
explain_gap     –      –           own           –           –            –         –             –                    –
sign_gap        –      own         –             –           –            –         –             –                    –
hold            –      own/reason  –             –           –            –         –             –                    tree/reason
manage_accounts tree   –           –             –           –            –         –             –                    –
manage_courts   tree   –           –             –           –            –         –             –                    –
read_audit      –      –           –             –           –            –         –             –                    tree
see_metrics     any    –           –             –           –            –         –             any                  –
see_hub         any    any         any           any         any          any       any           any                  any
own_account     any    any         any           any         any          any       any           any                  any
`

// objects that the person of the test, u1, with a role at aihui, meets.
var objects = map[string]Object{
	"of the court":          {Courts: []string{"heihe", "aihui"}, Site: "court-9", SiteKind: Courtroom},
	"of a court below":      {Courts: []string{"heihe", "aihui", "xigang"}, Site: "court-8", SiteKind: Courtroom},
	"of the court above":    {Courts: []string{"heihe"}, Site: "court-7", SiteKind: CommandCentre},
	"of the court beside":   {Courts: []string{"heihe", "beian"}, Site: "court-1", SiteKind: CommandCentre, People: []string{"u1"}},
	"of no court":           {Site: "court-1", SiteKind: CommandCentre, People: []string{"u1"}},
	"at a listed site":      {Courts: []string{"heihe", "aihui"}, Site: "court-1", SiteKind: Courtroom},
	"at the command centre": {Courts: []string{"heihe", "aihui"}, Site: "centre", SiteKind: CommandCentre},
	"in the field below":    {Courts: []string{"heihe", "aihui", "xigang"}, Site: "phone", SiteKind: Field},
	"with u1 in it":         {Courts: []string{"heihe", "aihui"}, Site: "court-5", SiteKind: Courtroom, People: []string{"u2", "u1"}},
	"with another in it":    {Courts: []string{"heihe", "aihui"}, Site: "court-5", SiteKind: Courtroom, People: []string{"u2"}},
}

// reached says which objects each word of the table means, for a grant that
// lists court-1 and for one that lists nothing.
func reached(word, object string, sites bool) bool {
	under := !slices.Contains([]string{"of the court above", "of the court beside", "of no court"}, object)
	switch word {
	case "–":
		return false
	case "any":
		return true
	case "tree":
		return under
	case "own":
		return object == "with u1 in it"
	case "rooms":
		return object == "with u1 in it" || sites && object == "at a listed site"
	case "area":
		if sites {
			return object == "at a listed site"
		}
		return object == "at the command centre" || object == "in the field below"
	}
	panic("no such word: " + word)
}

func TestTheTableCellByCell(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(expected), "\n")
	roles := strings.Fields(lines[0])
	if len(roles) != len(Roles) || len(lines)-1 != len(Actions) {
		t.Fatalf("the table has %d roles and %d actions, the code %d and %d", len(roles), len(lines)-1, len(Roles), len(Actions))
	}
	cells := 0
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		action := Action(fields[0])
		if !slices.Contains(Actions, action) {
			t.Errorf("%s is no action", action)
		}
		for i, role := range roles {
			word, limit, _ := strings.Cut(fields[i+1], "/")
			for _, sites := range [][]string{nil, {"court-1"}} {
				p := Principal{User: "u1", Grants: []Grant{{Role: Role(role), Court: "aihui", Sites: sites}}}
				for name, o := range objects {
					cells++
					got := May(p, action, o)
					want := reached(word, name, sites != nil)
					if got.OK != want || want && string(got.Limit) != limit {
						t.Errorf("%s (sites %v) may %s %s: %+v, the table says %s", role, sites, action, name, got, fields[i+1])
					}
				}
			}
		}
	}
	t.Logf("%d cases", cells)
}

func TestNobodyMayAnything(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]Principal{
		"a stranger":                     {},
		"somebody without a role":        {User: "u1"},
		"a role that does not exist":     {User: "u1", Grants: []Grant{{Role: "root", Court: "aihui"}}},
		"a role at no court":             {User: "u1", Grants: []Grant{{Role: Judge}, {Role: Inspector}, {Role: Commander}}},
		"a token without scopes":         {User: "u1", Grants: everything("aihui"), Token: &TokenLimits{}},
		"a token of another court":       {User: "u1", Grants: everything("aihui"), Token: &TokenLimits{Court: "beian", Scopes: scopes(Actions)}},
		"a token for another object":     {User: "u1", Grants: everything("aihui"), Token: &TokenLimits{Scopes: []Scope{"watch:x", "see_status:x", ":court-1", "", "watch:"}}},
		"a guest without a hearing":      {Guest: &GuestOf{}},
		"a guest who also claims a role": {User: "u1", Grants: everything("aihui"), Guest: &GuestOf{Hearing: "h1"}},
	} {
		for _, a := range Actions {
			for object, o := range objects {
				o.ID, o.Kind = "court-1", SourceObject
				if slices.Contains([]Action{SeeHub, OwnAccount, SeeMetrics}, a) && (strings.Contains(name, "at no court") || strings.Contains(name, "another court")) {
					continue // whoever has a role has these
				}
				if d := May(p, a, o); d.OK {
					t.Errorf("%s may %s %s", name, a, object)
				}
			}
		}
	}
}

func everything(court string) []Grant {
	var all []Grant
	for _, r := range Roles {
		all = append(all, Grant{Role: r, Court: court, Sites: []string{"court-1"}})
	}
	return all
}

func scopes(actions []Action) []Scope {
	var all []Scope
	for _, a := range actions {
		all = append(all, Scope(a))
	}
	return all
}

// A token never has more power than its owner, and only for what it is.
func TestTokens(t *testing.T) {
	t.Parallel()
	mine := Object{Kind: SourceObject, ID: "court-1", Courts: []string{"heihe", "aihui"}, Site: "court-1"}
	other := mine
	other.ID, other.Site = "court-2", "court-2"
	judge := []Grant{{Role: Judge, Court: "aihui", Sites: []string{"court-1"}}}
	for _, x := range []struct {
		scope Scope
		a     Action
		o     Object
		want  bool
	}{
		{"watch", Watch, mine, true},
		{"watch:court-1", Watch, mine, true},
		{"watch:court-2", Watch, mine, false},
		{"watch", Watch, other, false},   // the judge may not either
		{"watch", Snapshot, mine, false}, // another scope
		{"manage_accounts", ManageAccounts, mine, false},
		{"Watch", Watch, mine, false},
		{"watch:", Watch, mine, false},
	} {
		p := Principal{User: "u1", Grants: judge, Token: &TokenLimits{Scopes: []Scope{x.scope}, Court: "aihui"}}
		if got := May(p, x.a, x.o).OK; got != x.want {
			t.Errorf("%s: may %s %s: %v", x.scope, x.a, x.o.ID, got)
		}
	}
}

func TestGuests(t *testing.T) {
	t.Parallel()
	its := Object{Kind: HearingObject, ID: "h1", Courts: []string{"heihe"}}
	others := Object{Kind: HearingObject, ID: "h2", Courts: []string{"heihe"}}
	recording := Object{Kind: RecordingObject, ID: "r1", Hearing: "h1", Over: true}
	othersRecording := Object{Kind: RecordingObject, ID: "r2", Hearing: "h2", Over: true}
	begun := Object{Kind: RecordingObject, ID: "r1", Hearing: "h1"}
	camera := Object{Kind: SourceObject, ID: "h1", Hearing: "h1"}
	for _, x := range []struct {
		a    Action
		o    Object
		want string
	}{
		{EnterHearing, its, "yes"}, {SeeHearing, its, "yes"}, {MarkHearing, its, "own_statements"},
		{EnterHearing, others, "no"}, {RunHearing, its, "no"}, {AdmitPeople, its, "no"}, {ManageHearing, its, "no"},
		{PlayBack, recording, "watermark"}, {SeeRecording, recording, "yes"},
		{PlayBack, begun, "no"}, {SeeRecording, begun, "no"}, {PlayBack, othersRecording, "no"}, {SeeRecording, othersRecording, "no"}, {PlayBack, its, "no"}, {ExportCaseFile, recording, "no"}, {Watch, camera, "no"}, {Watch, its, "no"}, {SeeHub, Object{Kind: HubObject}, "no"},
	} {
		d := May(Principal{Guest: &GuestOf{Hearing: "h1", Watches: true}}, x.a, x.o)
		got := "no"
		if d.OK {
			got = cmp.Or(string(d.Limit), "yes")
		}
		if got != x.want {
			t.Errorf("%s %s %s: %s, not %s", x.a, x.o.Kind, x.o.ID, got, x.want)
		}
	}
	if May(Principal{Guest: &GuestOf{Hearing: "h1"}}, PlayBack, recording).OK {
		t.Error("plays back without having been granted it")
	}
}

// Of two roles the freer decides.
func TestTheFreerRoleDecides(t *testing.T) {
	t.Parallel()
	o := Object{Kind: HearingObject, ID: "h1", Courts: []string{"heihe"}, People: []string{"u1"}}
	for _, grants := range [][]Grant{
		{{Role: Inspector, Court: "heihe"}, {Role: Judge, Court: "heihe"}},
		{{Role: Judge, Court: "heihe"}, {Role: Inspector, Court: "heihe"}},
	} {
		if d := May(Principal{User: "u1", Grants: grants}, EnterHearing, o); d != (Decision{OK: true, Role: Judge}) {
			t.Errorf("%+v", d)
		}
	}
}

func ExampleMay() {
	p := Principal{User: "li", Grants: []Grant{{Role: Inspector, Court: "heihe"}}}
	hall := Object{Kind: SourceObject, ID: "hall", Courts: []string{"heihe", "aihui"}}
	fmt.Println(May(p, Watch, hall).OK, May(p, ManageSource, hall).OK)
	// Output: true false
}
