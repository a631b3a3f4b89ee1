package signaling

import (
	"context"

	"avhub/configs"
	"avhub/rooms"
	"avhub/rooms/office"
)

type sourceOutput struct{ Body Source }

type sourceList struct {
	Items []Source `json:"items"`
}

type sourceListOutput struct{ Body sourceList }

// ByID names a source.
type ByID struct {
	ID string `path:"id" maxLength:"63" example:"court-1"`
}

// SourceInput are the settings of a source, in the words of avhub.yaml.
type SourceInput struct {
	Name        *string `json:"name,omitempty" maxLength:"200"`
	Site        *string `json:"site,omitempty" enum:"courtroom,detention_centre,prison_court,command_centre,service_hall,meeting_room,security,field"`
	SiteID      *string `json:"site_id,omitempty" maxLength:"63" doc:"the courtroom or other site that it stands in; empty: a site of its own"`
	Court       *string `json:"court,omitempty" maxLength:"63"`
	URL         *string `json:"url,omitempty" maxLength:"2048" doc:"rtsp:// or rtsps://; empty: an encoder publishes to the hub"`
	SubURL      *string `json:"sub_url,omitempty" maxLength:"2048"`
	Transport   *string `json:"transport,omitempty" enum:"auto,tcp,udp,multicast"`
	Start       *string `json:"start,omitempty" enum:"always,on_demand"`
	Record      *string `json:"record,omitempty" enum:"always,in_session,never"`
	Loudspeaker *string `json:"loudspeaker,omitempty" enum:"auto,on,off" doc:"whether what is said in a hearing's room comes out of its loudspeaker (ONVIF back channel); auto: where hearings are held, if it has one"`
}

type addInput struct {
	Body struct {
		ID string `json:"id" maxLength:"63" pattern:"^[a-z0-9][a-z0-9-]{0,62}$" example:"court-1"`
		SourceInput
	}
}

type changeInput struct {
	ByID
	Body SourceInput
}

// apply puts the given settings over a source's.
func (in SourceInput) apply(to *configs.Source) {
	set(&to.Name, in.Name)
	set(&to.Site, in.Site)
	set(&to.SiteID, in.SiteID)
	set(&to.Court, in.Court)
	set(&to.URL, in.URL)
	set(&to.SubURL, in.SubURL)
	set(&to.Transport, in.Transport)
	set(&to.Start, in.Start)
	set(&to.Record, in.Record)
	set(&to.Loudspeaker, in.Loudspeaker)
}

func set[T ~string](to *T, from *string) {
	if from != nil {
		*to = T(*from)
	}
}

// listSources leaves out what the caller is not to know of.
func (s *Server) listSources(ctx context.Context, _ *empty) (*sourceListOutput, error) {
	caller, list := callerOf(ctx), []Source{}
	if err := s.o.Office.Inside(caller); err != nil {
		return nil, officeProblem(err)
	}
	for _, src := range s.o.Catalog.List() {
		if s.o.Office.Can(ctx, caller, rooms.SeeStatus, rooms.SourceObject, src.ID) {
			list = append(list, s.shown(ctx, caller, src))
		}
	}
	return &sourceListOutput{sourceList{list}}, nil
}

// shown is a source as the caller may see it: a camera's address is for those
// who manage it.
func (s *Server) shown(ctx context.Context, caller office.Caller, src Source) Source {
	can := func(a rooms.Action) bool { return s.o.Office.Can(ctx, caller, a, rooms.SourceObject, src.ID) }
	src.May = Abilities{Watch: can(rooms.Watch), Snapshot: can(rooms.Snapshot), TalkBack: can(rooms.TalkBack), Publish: can(rooms.Publish), Manage: can(rooms.ManageSource)}
	if !src.May.Manage {
		src.URL, src.SubURL = "", ""
	}
	return src
}

func (s *Server) getSource(ctx context.Context, in *ByID) (*sourceOutput, error) {
	if err := s.may(ctx, rooms.SeeStatus, rooms.SourceObject, in.ID); err != nil {
		return nil, err
	}
	src, err := s.o.Catalog.Get(in.ID)
	return &sourceOutput{s.shown(ctx, callerOf(ctx), src)}, err
}

func (s *Server) addSource(ctx context.Context, in *addInput) (*sourceOutput, error) {
	src := configs.DefaultSource()
	src.ID, src.Name = in.Body.ID, in.Body.ID
	in.Body.apply(&src)
	var added Source
	err := s.o.Office.ChangeSource(ctx, callerOf(ctx), src.ID, nil, factsOf(src), changed(in.Body.SourceInput), func() (err error) {
		added, err = s.o.Catalog.Add(src)
		return err
	})
	if err != nil {
		return nil, officeProblem(err)
	}
	return &sourceOutput{s.shown(ctx, callerOf(ctx), added)}, nil
}

func (s *Server) changeSource(ctx context.Context, in *changeInput) (*sourceOutput, error) {
	old, next, err := s.o.Catalog.preview(in.ID, in.Body.apply)
	if err != nil {
		return nil, s.orDenied(ctx, in.ID, err)
	}
	var src Source
	err = s.o.Office.ChangeSource(ctx, callerOf(ctx), in.ID, factsOf(old), factsOf(next), changed(in.Body), func() (err error) {
		src, err = s.o.Catalog.Change(in.ID, in.Body.apply)
		return err
	})
	if err != nil {
		return nil, officeProblem(err)
	}
	return &sourceOutput{s.shown(ctx, callerOf(ctx), src)}, nil
}

func (s *Server) removeSource(ctx context.Context, in *ByID) (*struct{}, error) {
	old, _, err := s.o.Catalog.preview(in.ID, func(*configs.Source) {})
	if err != nil {
		return nil, s.orDenied(ctx, in.ID, err)
	}
	err = s.o.Office.ChangeSource(ctx, callerOf(ctx), in.ID, factsOf(old), nil, map[string]string{"removed": "yes"}, func() error {
		return s.o.Catalog.Remove(in.ID)
	})
	return nil, officeProblem(err)
}

// orDenied asks the policy before it says why a source cannot be changed.
func (s *Server) orDenied(ctx context.Context, id string, why error) error {
	if err := s.may(ctx, rooms.ManageSource, rooms.SourceObject, id); err != nil {
		return err
	}
	return why
}

// factsOf is what the policy asks about a source.
func factsOf(src configs.Source) *office.Facts {
	return &office.Facts{Name: src.Name, Court: src.Court, Site: src.SiteID, Kind: rooms.SiteKind(src.Site)}
}

// changed says in the audit what was set; addresses without passwords.
func changed(in SourceInput) map[string]string {
	d := map[string]string{}
	for name, v := range map[string]*string{"name": in.Name, "site": in.Site, "site_id": in.SiteID, "court": in.Court, "transport": in.Transport, "start": in.Start, "record": in.Record, "loudspeaker": in.Loudspeaker} {
		if v != nil {
			d[name] = *v
		}
	}
	for name, v := range map[string]*string{"url": in.URL, "sub_url": in.SubURL} {
		if v != nil {
			d[name] = configs.URL(*v).Redacted()
		}
	}
	return d
}
