package signaling

import (
	"context"

	"avhub/configs"
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
	Name      *string `json:"name,omitempty" maxLength:"200"`
	Site      *string `json:"site,omitempty" enum:"courtroom,detention_centre,prison_court,command_centre,service_hall,meeting_room,security,field"`
	Court     *string `json:"court,omitempty" maxLength:"63"`
	URL       *string `json:"url,omitempty" maxLength:"2048" doc:"rtsp:// or rtsps://; empty: an encoder publishes to the hub"`
	SubURL    *string `json:"sub_url,omitempty" maxLength:"2048"`
	Transport *string `json:"transport,omitempty" enum:"auto,tcp,udp,multicast"`
	Start     *string `json:"start,omitempty" enum:"always,on_demand"`
	Record    *string `json:"record,omitempty" enum:"always,in_session,never"`
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
	set(&to.Court, in.Court)
	set(&to.URL, in.URL)
	set(&to.SubURL, in.SubURL)
	set(&to.Transport, in.Transport)
	set(&to.Start, in.Start)
	set(&to.Record, in.Record)
}

func set[T ~string](to *T, from *string) {
	if from != nil {
		*to = T(*from)
	}
}

func (s *Server) listSources(context.Context, *empty) (*sourceListOutput, error) {
	return &sourceListOutput{sourceList{s.o.Catalog.List()}}, nil
}

func (s *Server) getSource(_ context.Context, in *ByID) (*sourceOutput, error) {
	src, err := s.o.Catalog.Get(in.ID)
	return &sourceOutput{src}, err
}

func (s *Server) addSource(_ context.Context, in *addInput) (*sourceOutput, error) {
	src := configs.DefaultSource()
	src.ID, src.Name = in.Body.ID, in.Body.ID
	in.Body.apply(&src)
	added, err := s.o.Catalog.Add(src)
	return &sourceOutput{added}, err
}

func (s *Server) changeSource(_ context.Context, in *changeInput) (*sourceOutput, error) {
	src, err := s.o.Catalog.Change(in.ID, in.Body.apply)
	return &sourceOutput{src}, err
}

func (s *Server) removeSource(_ context.Context, in *ByID) (*struct{}, error) {
	return nil, s.o.Catalog.Remove(in.ID)
}
