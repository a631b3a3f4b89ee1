package rooms

import "slices"

// Action is something that can be done.
type Action string

// Actions. The comment says on what kind of object.
const (
	Watch        Action = "watch"         // source: live picture and sound
	Snapshot     Action = "snapshot"      // source: one picture
	SeeStatus    Action = "see_status"    // source: state, codecs, errors
	Publish      Action = "publish"       // source: send picture and sound to it
	TalkBack     Action = "talk_back"     // source: speak through its loudspeaker
	NoteFinding  Action = "note_finding"  // source
	ManageSource Action = "manage_source" // source: add, change, remove, probe
	Record       Action = "record"        // source: start and stop a recording by hand

	SeeHearing    Action = "see_hearing"    // hearing, case: that it is there, who, when
	ManageHearing Action = "manage_hearing" // hearing, case: enter, change, import, invite
	EnterHearing  Action = "enter_hearing"  // hearing: see and hear it
	RunHearing    Action = "run_hearing"    // hearing: open, adjourn, close, closed session
	AdmitPeople   Action = "admit_people"   // hearing: admit, mute, remove, call a witness
	MarkHearing   Action = "mark_hearing"   // hearing, recording: mark, correct text, sign the record

	PlayBack       Action = "play_back"     // recording
	SeeRecording   Action = "see_recording" // recording: that it is there, its gaps and seal
	ExportCaseFile Action = "export_case"   // case, hearing, recording: take it away as a file
	ExplainGap     Action = "explain_gap"   // recording: say in writing why something was not recorded
	SignGap        Action = "sign_gap"      // recording: sign such an explanation
	HoldRecording  Action = "hold"          // case, recording: legal hold, nothing of it is deleted
	// DeleteRecording is the hub's own, by rule; nobody may ask for it.
	DeleteRecording Action = "delete_recording" // recording
	ManageAccounts  Action = "manage_accounts"  // court: users, sessions, tokens
	ManageCourts    Action = "manage_courts"    // court: courts and sites
	ReadAudit       Action = "read_audit"       // court: search, export, verify
	SeeMetrics      Action = "see_metrics"      // hub
	SeeHub          Action = "see_hub"          // hub: version, clock, lists of courts and sites
	OwnAccount      Action = "own_account"      // one's own password, sessions, tokens
)

// Actions are all there are.
var Actions = []Action{
	Watch, Snapshot, SeeStatus, Publish, TalkBack, NoteFinding, ManageSource, Record,
	SeeHearing, ManageHearing, EnterHearing, RunHearing, AdmitPeople, MarkHearing,
	PlayBack, SeeRecording, ExportCaseFile, ExplainGap, SignGap, HoldRecording, ManageAccounts, ManageCourts, ReadAudit, SeeMetrics, SeeHub, OwnAccount,
}

// ObjectKind is what an object is.
type ObjectKind string

// Kinds of objects.
const (
	SourceObject    ObjectKind = "source"
	HearingObject   ObjectKind = "hearing"
	CaseObject      ObjectKind = "case"
	RecordingObject ObjectKind = "recording"
	CourtObject     ObjectKind = "court"
	HubObject       ObjectKind = "hub"
)

// Object is what an action is done to, with the facts that the policy asks for.
type Object struct {
	Kind ObjectKind
	ID   string
	// Courts is the path from the top court to the object's ([Courts.Path]).
	Courts   []string
	Site     string
	SiteKind SiteKind
	// People whose own it is: who sits in the hearing, or holds one at this
	// place at this time; who takes part in the operation.
	People []string
	// Hearing of a recording or a source in it, for guests.
	Hearing string
	// Over: that hearing is over, so that who must not hear it before being called,
	// or must not know how others answered, may look at it.
	Over bool
}

// Principal is who does it.
type Principal struct {
	User   string // empty: a guest
	Grants []Grant
	// Token narrows the grants down: only these scopes, only this court.
	Token *TokenLimits
	// Guest is the hearing that a join link leads to.
	Guest *GuestOf
}

// TokenLimits are what an API token leaves of its owner's powers.
type TokenLimits struct {
	Scopes []Scope
	Court  string // empty: no limit
}

// Scope is an action, or an action on one object: "watch", "publish:court-1".
type Scope string

// Covers tells whether the scope is for this.
func (s Scope) Covers(a Action, o Object) bool {
	return string(s) == string(a) || string(s) == string(a)+":"+o.ID
}

// GuestOf is what a join link gives.
type GuestOf struct {
	Hearing string
	Watches bool // recordings of the hearing once it is over, watermarked
}

// Limit is what a permission is tied to.
type Limit string

// Limits.
const (
	Hidden         Limit = "hidden"          // enters unseen, listens only
	OnOrder        Limit = "on_order"        // on the judge's order, asked and confirmed
	ReasonAsked    Limit = "reason"          // with a reason that is kept
	Watermarked    Limit = "watermark"       // with name and time over the picture
	OwnStatements  Limit = "own_statements"  // of what they have said themselves
	TestOnly       Limit = "test"            // a test tone or a few words
	SnapshotNoLive Limit = "status_snapshot" // status and single pictures
)

// Decision is the policy's answer.
type Decision struct {
	OK    bool
	Limit Limit
	Role  Role // that allowed it; empty for guests
}

// reach says on which objects a cell holds.
type reach int

const (
	nowhere  reach = iota
	anywhere       // whoever has the role anywhere
	subtree        // objects of the grant's court and of those under it
	own            // of these, what the person takes part in
	ownRooms       // of these, the grant's sites and where the person sits now
	area           // of these, the grant's sites, or without any the command area
)

// cell of the table: where a role reaches, and what that is tied to.
type cell struct {
	reach reach
	limit Limit
}

// commandArea is what a duty officer watches whose grant names no sites.
var commandArea = []SiteKind{CommandCentre, Field}

// table is who may do what. What it does not name is refused. It is domain.md's
// table in the users' documents: one line an action, one column a role.
var table = map[Action]map[Role]cell{
	Watch: {
		Judge: {reach: ownRooms}, Clerk: {reach: ownRooms}, Inspector: {reach: subtree},
		DutyOfficer: {reach: area}, Commander: {reach: area}, FieldOfficer: {reach: own},
	},
	Snapshot: {
		Judge: {reach: ownRooms}, Clerk: {reach: ownRooms}, Inspector: {reach: subtree},
		DutyOfficer: {reach: area}, Commander: {reach: area}, FieldOfficer: {reach: own}, Technician: {subtree, SnapshotNoLive},
	},
	SeeStatus: {
		Judge: {reach: ownRooms}, Clerk: {reach: ownRooms}, Inspector: {reach: subtree},
		DutyOfficer: {reach: area}, Commander: {reach: area}, FieldOfficer: {reach: own}, Technician: {subtree, SnapshotNoLive},
		Admin: {reach: subtree},
	},
	Publish:      {Technician: {reach: subtree}, FieldOfficer: {reach: own}},
	TalkBack:     {Judge: {reach: ownRooms}, DutyOfficer: {reach: area}, Commander: {reach: area}, FieldOfficer: {reach: own}, Technician: {subtree, TestOnly}},
	NoteFinding:  {Inspector: {reach: subtree}},
	ManageSource: {Admin: {reach: subtree}, Technician: {reach: subtree}},
	Record:       {DutyOfficer: {reach: area}, Commander: {reach: area}, Technician: {reach: subtree}},

	SeeHearing:    {Judge: {reach: own}, Clerk: {reach: subtree}, Inspector: {reach: subtree}},
	ManageHearing: {Judge: {reach: own}, Clerk: {reach: subtree}},
	EnterHearing:  {Judge: {reach: own}, Clerk: {reach: own}, Inspector: {subtree, Hidden}},
	RunHearing:    {Judge: {reach: own}, Clerk: {own, OnOrder}},
	AdmitPeople:   {Judge: {reach: own}, Clerk: {reach: own}},
	MarkHearing:   {Judge: {reach: own}, Clerk: {reach: own}},

	PlayBack:       {Judge: {reach: own}, Clerk: {reach: own}, Inspector: {reach: subtree}, DutyOfficer: {reach: own}, Commander: {reach: own}},
	SeeRecording:   {Judge: {reach: own}, Clerk: {reach: own}, Inspector: {reach: subtree}, DutyOfficer: {reach: own}, Commander: {reach: own}, Auditor: {reach: subtree}},
	ExportCaseFile: {Judge: {own, ReasonAsked}, Clerk: {own, ReasonAsked}, DutyOfficer: {reach: own}, Commander: {reach: own}},
	ExplainGap:     {Clerk: {reach: own}},
	SignGap:        {Judge: {reach: own}},
	HoldRecording:  {Judge: {own, ReasonAsked}, Auditor: {subtree, ReasonAsked}},

	ManageAccounts: {Admin: {reach: subtree}},
	ManageCourts:   {Admin: {reach: subtree}},
	ReadAudit:      {Auditor: {reach: subtree}},
	SeeMetrics:     {Admin: {reach: anywhere}, Technician: {reach: anywhere}},
	SeeHub:         everyone(anywhere),
	OwnAccount:     everyone(anywhere),
}

// guests is the column of those who come by a join link, to their hearing.
var guests = map[Action]cell{
	SeeHearing:   {reach: own},
	EnterHearing: {reach: own},
	MarkHearing:  {own, OwnStatements},
	PlayBack:     {own, Watermarked}, // where the link says so
	SeeRecording: {reach: own},       // likewise
}

func everyone(r reach) map[Role]cell {
	row := map[Role]cell{}
	for _, role := range Roles {
		row[role] = cell{reach: r}
	}
	return row
}

// May is the policy: whether a principal may do an action to an object. Of
// several grants that allow it, the one without a limit decides.
func May(p Principal, a Action, o Object) Decision {
	if p.Guest != nil {
		return mayGuest(*p.Guest, a, o)
	}
	if p.Token != nil && !p.Token.allow(a, o) {
		return Decision{}
	}
	var best Decision
	for _, g := range p.Grants {
		c := table[a][g.Role]
		if !c.reaches(p.User, g, o) {
			continue
		}
		if c.limit == "" {
			return Decision{OK: true, Role: g.Role}
		}
		if !best.OK {
			best = Decision{OK: true, Limit: c.limit, Role: g.Role}
		}
	}
	return best
}

// mayGuest is the column of guests.
func mayGuest(g GuestOf, a Action, o Object) Decision {
	c := guests[a]
	looks := a == PlayBack || a == SeeRecording
	its := o.Kind == HearingObject && o.ID == g.Hearing && !looks || o.Kind == RecordingObject && o.Hearing == g.Hearing && looks && g.Watches && o.Over
	if c.reach != own || g.Hearing == "" || !its {
		return Decision{}
	}
	return Decision{OK: true, Limit: c.limit}
}

// allow tells whether a token is for this.
func (t *TokenLimits) allow(a Action, o Object) bool {
	if t.Court != "" && o.Kind != HubObject && !slices.Contains(o.Courts, t.Court) {
		return false
	}
	return slices.ContainsFunc(t.Scopes, func(s Scope) bool { return s.Covers(a, o) })
}

// reaches tells whether a grant's cell holds for an object.
func (c cell) reaches(user string, g Grant, o Object) bool {
	if c.reach == nowhere {
		return false
	}
	if c.reach == anywhere {
		return true
	}
	if !slices.Contains(o.Courts, g.Court) {
		return false
	}
	theirs := user != "" && slices.Contains(o.People, user)
	listed := o.Site != "" && slices.Contains(g.Sites, o.Site)
	switch c.reach {
	case subtree:
		return true
	case own:
		return theirs
	case ownRooms:
		return listed || theirs
	case area:
		return listed || len(g.Sites) == 0 && slices.Contains(commandArea, o.SiteKind)
	}
	return false
}
