package office

import (
	"context"
	"errors"
	"time"

	"avhub/rooms"
	"avhub/rooms/audit"
	"avhub/rooms/login"
	"avhub/rooms/store"
)

// LinkObject is a join link as the audit names it.
const LinkObject rooms.ObjectKind = "link"

// LinkInfo is a join link as the clerk sees it.
type LinkInfo struct {
	ID          string    `json:"id"`
	Participant string    `json:"participant"`
	NotBefore   time.Time `json:"not_before"`
	NotAfter    time.Time `json:"not_after"`
	Code        bool      `json:"code" doc:"six digits are asked for at the first use"`
	PlayBack    bool      `json:"play_back" doc:"the hearing's recordings may be played back by it, watermarked"`
	Used        time.Time `json:"used,omitzero" doc:"when it was bound to a device"`
	Revoked     time.Time `json:"revoked,omitzero"`
	Token       string    `json:"token" doc:"what follows /join# in the address; good for one person and one device"`
	// Devices are the log-ins by the link that are alive.
	Devices []LinkDevice `json:"devices" doc:"who is in by it now"`
}

// LinkDevice is a browser that somebody has come with.
type LinkDevice struct {
	Since   time.Time `json:"since"`
	Seen    time.Time `json:"seen" doc:"last use, to half a minute"`
	Address string    `json:"address"`
	Agent   string    `json:"agent" doc:"the browser, as it names itself"`
}

func (o *Office) linkInfo(l store.Link) LinkInfo {
	token, _ := o.o.LinkKey.Sign(l.ID, l.NotAfter)
	return LinkInfo{l.ID, l.Participant, l.NotBefore, l.NotAfter, l.Code != "", l.PlayBack, l.Used, l.Revoked, token, []LinkDevice{}}
}

// How long before and after the plan a link is good, unless told.
const (
	linkEarly = 2 * time.Hour
	linkLate  = 6 * time.Hour
	linkMost  = 31 * 24 * time.Hour
)

// LinkInput is what a new link is to be. Zero times are those of the hearing.
type LinkInput struct {
	Participant         string
	NotBefore, NotAfter time.Time
	Code                bool
	PlayBack            bool // of the hearing's recordings
}

// Links are a hearing's.
func (o *Office) Links(ctx context.Context, c Caller, hearing string) ([]LinkInfo, error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.HearingObject, hearing); err != nil {
		return nil, err
	}
	list := []LinkInfo{}
	err := o.o.Store.View(ctx, func(tx *store.Tx) error {
		links, err := tx.Links(hearing)
		if err != nil {
			return err
		}
		devices, err := o.linkDevices(tx, hearing)
		list = list[:0]
		for _, l := range links {
			info := o.linkInfo(l)
			if l.Revoked.IsZero() {
				info.Devices = append(info.Devices, devices[l.ID]...)
			}
			list = append(list, info)
		}
		return err
	})
	return list, err
}

// linkDevices are who is in by the links of a hearing, by link.
func (o *Office) linkDevices(tx *store.Tx, hearing string) (map[string][]LinkDevice, error) {
	sessions, err := tx.SessionsByLinks(hearing)
	by := map[string][]LinkDevice{}
	for _, s := range sessions {
		if login.Alive(s.Seen, s.Expires, o.o.Now()) {
			by[s.Link] = append(by[s.Link], LinkDevice{s.Created, s.Seen, s.Address, s.Agent})
		}
	}
	return by, err
}

// AddLink makes a participant's way into a hearing; one that they had before is
// void. The code, if any, is shown this once.
func (o *Office) AddLink(ctx context.Context, c Caller, hearing string, in LinkInput) (info LinkInfo, code string, err error) {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.HearingObject, hearing); err != nil {
		return LinkInfo{}, "", err
	}
	now := o.o.Now()
	l := store.Link{ID: login.NewID(), Hearing: hearing, Participant: in.Participant, NotBefore: in.NotBefore, NotAfter: in.NotAfter, PlayBack: in.PlayBack, Created: now, CreatedBy: c.Principal.User}
	if in.Code {
		code = login.NewLinkCode()
		l.Code = o.o.LinkKey.HashCode(l.ID, code)
	}
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		h, err := tx.Hearing(hearing)
		if err != nil {
			return nil, err
		}
		p, err := tx.Participant(in.Participant)
		if errors.Is(err, store.ErrNotFound) || err == nil && p.Hearing != hearing {
			return nil, rooms.FieldError{Field: "participant", Err: errors.New("is nobody of this hearing")}
		}
		if err != nil {
			return nil, err
		}
		if !p.Guest() {
			return nil, rooms.FieldError{Field: "participant", Err: errors.New("has an account: they log in")}
		}
		if l.PlayBack && p.Part == rooms.PartGallery {
			return nil, rooms.FieldError{Field: "play_back", Err: errors.New("is for those who took part: the public gallery watches the hearing, and plays nothing back")}
		}
		if l.NotBefore.IsZero() {
			l.NotBefore = h.Start.Add(-linkEarly)
		}
		if l.NotAfter.IsZero() {
			l.NotAfter = h.End().Add(linkLate)
		}
		if !l.NotAfter.After(l.NotBefore) || !l.NotAfter.After(now) || l.NotAfter.After(now.Add(10*linkMost)) || l.NotAfter.Sub(l.NotBefore) > linkMost {
			return nil, rooms.FieldError{Field: "not_after", Err: errors.New("the link must end in the future, and be good for a month at most")}
		}
		old, err := tx.Links(hearing)
		if err != nil {
			return nil, err
		}
		for _, x := range old {
			if x.Participant == p.ID && x.Revoked.IsZero() {
				x.Revoked = now
				if err := tx.PutLink(x); err != nil {
					return nil, err
				}
			}
		}
		entry := o.entry(c, rooms.ManageHearing, o.hearingObject(h), audit.Done)
		entry.Object.Name, entry.Detail = h.Title, map[string]string{"link": l.ID, "for": p.Name, "part": string(p.Part)}
		if l.PlayBack {
			entry.Detail["play_back"] = "yes"
		}
		return []audit.Entry{entry}, tx.PutLink(l)
	})
	return o.linkInfo(l), code, hearingError(err)
}

// RevokeLink ends a link; who is in by it is out within a second.
func (o *Office) RevokeLink(ctx context.Context, c Caller, hearing, id string) error {
	if _, err := o.May(ctx, c, rooms.ManageHearing, rooms.HearingObject, hearing); err != nil {
		return err
	}
	err := o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		h, err := tx.Hearing(hearing)
		if err != nil {
			return nil, err
		}
		l, err := tx.Link(id)
		if err != nil {
			return nil, err
		}
		if l.Hearing != hearing {
			return nil, ErrUnknown
		}
		if l.Revoked.IsZero() {
			l.Revoked = o.o.Now()
		}
		entry := o.entry(c, rooms.ManageHearing, o.hearingObject(h), audit.Done)
		entry.Object.Name, entry.Detail = h.Title, map[string]string{"link": id, "revoked": "yes"}
		return []audit.Entry{entry}, tx.PutLink(l)
	})
	return hearingError(err)
}

// Joined is the answer to somebody who comes with a link.
type Joined struct {
	Answer login.Joining
	LoggedIn
	Hearing rooms.Hearing
	Person  rooms.Participant
	Court   string    // its name
	Opens   time.Time // when the link is good
}

// Join lets somebody in by a link, if it is theirs and the time is right.
func (o *Office) Join(ctx context.Context, token, code string, from Client) (Joined, error) {
	now := o.o.Now()
	who := audit.Who{Kind: audit.Stranger, Address: from.Address}
	id, err := o.o.LinkKey.Read(token, now)
	if err != nil && !errors.Is(err, login.ErrLinkOver) {
		if wait := o.codes.Attempt("links", from.Address, "", now); wait > 0 {
			o.refuseJoin(ctx, who, "", tooMany)
			return Joined{}, &Slow{wait}
		}
		o.refuseJoin(ctx, who, "", "no link of this hub")
		return Joined{}, rooms.FieldError{Field: "token", Err: err}
	}
	if code != "" {
		if wait := o.codes.Attempt(id, from.Address, "", now); wait > 0 {
			o.refuseJoin(ctx, who, id, tooMany)
			return Joined{}, &Slow{wait}
		}
	}
	fresh := ""
	if from.Device == "" {
		fresh = login.NewSecret()
		from.Device = fresh
	}
	out := Joined{LoggedIn: LoggedIn{Cookie: login.NewSecret(), Device: fresh, Stage: login.Full}}
	var denied *audit.Entry
	err = o.change(ctx, func(tx *store.Tx) ([]audit.Entry, error) {
		denied = nil
		l, err := tx.Link(id)
		if err != nil {
			return nil, err
		}
		if out.Person, err = tx.Participant(l.Participant); err != nil {
			return nil, err
		}
		if out.Hearing, err = tx.Hearing(l.Hearing); err != nil {
			return nil, err
		}
		out.Opens, out.Court = l.NotBefore, o.world.Load().courts[out.Hearing.Court].Name
		link := login.Link{ID: l.ID, Hearing: l.Hearing, Part: string(out.Person.Part), Person: out.Person.Name,
			NotBefore: l.NotBefore, NotAfter: l.NotAfter, Revoked: l.Revoked, CodeHash: l.Code, Device: l.Device}
		answer, bind := link.Use(o.o.LinkKey, now, from.Device, code)
		out.Answer = answer
		who.Kind, who.ID, who.Name, who.Link = audit.Guest, out.Person.ID, out.Person.Name, l.ID
		entry := audit.Entry{Time: now, Who: who, Action: audit.JoinByLink, Object: audit.Object{Kind: rooms.HearingObject, ID: l.Hearing, Name: out.Hearing.Title},
			Court: out.Hearing.Court, Outcome: audit.Denied, Why: string(answer)}
		if answer != login.LetIn {
			if answer != login.CodeDue { // else nothing was tried yet
				denied = &entry
			}
			return nil, nil
		}
		if stays, err := endOthers(tx, l.ID, from.Session, now); err != nil || stays {
			out.Cookie = ""
			return nil, err
		}
		if bind != "" {
			l.Device, l.Used = bind, now
			if err := tx.PutLink(l); err != nil {
				return nil, err
			}
		}
		expires := now.Add(login.Absolute)
		if l.NotAfter.Before(expires) {
			expires = l.NotAfter
		}
		s := store.Session{Hash: login.Hash(out.Cookie), ID: login.NewID(), Link: l.ID, Stage: string(login.Full), Created: now, Seen: now, Expires: expires,
			Address: from.Address, Agent: audit.Clean(from.Agent)}
		entry.Outcome, entry.Why, entry.Who.Session = audit.Done, "", s.ID
		return []audit.Entry{entry}, tx.AddSession(s)
	})
	if err != nil {
		return Joined{}, hearingError(err)
	}
	if denied != nil {
		o.refuse(ctx, *denied)
	}
	if out.Answer != login.LetIn {
		out.Cookie = ""
		return out, nil
	}
	if code != "" {
		o.codes.Succeeded(id, from.Address, "", now)
	}
	_ = o.tell(nil, out.Hearing) // those who follow it see who is there
	if out.Cookie != "" {
		out.Caller, err = o.Authenticate(ctx, Credential{Cookie: out.Cookie}, from.Address)
	}
	return out, err
}

// endOthers makes room for a new session by a link: one link is one person. The
// session that the browser has stays if it is by this very link (a page was
// loaded anew, which must not cut off what another one shows); any other ends.
func endOthers(tx *store.Tx, link, session string, now time.Time) (stays bool, err error) {
	if session != "" {
		s, err := tx.SessionByID(session)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return false, err
		case s.Link == link && login.Alive(s.Seen, s.Expires, now):
			return true, nil
		default:
			if err := tx.EndSession(session); err != nil {
				return false, err
			}
		}
	}
	return false, tx.EndSessionsOfLink(link)
}

func (o *Office) refuseJoin(ctx context.Context, who audit.Who, link, why string) {
	o.refuse(ctx, audit.Entry{Time: o.o.Now(), Who: who, Action: audit.JoinByLink, Object: audit.Object{Kind: LinkObject, ID: link}, Outcome: audit.Denied, Why: why})
}
