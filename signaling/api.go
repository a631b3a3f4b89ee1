package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"avhub/configs"
	"avhub/rooms"
)

// The library has one shape of errors, and one way to read names, for the whole
// program: "Roles" is not "roles".
func init() {
	huma.NewError = asProblem
	huma.ValidateStrictCasing = true
}

// api hangs the JSON API and its description into the mux.
func (s *Server) api(mux *routes) huma.API {
	config := huma.DefaultConfig("avhub", "1")
	config.Info.Description = "The court's audio/video hub. Errors are RFC 9457 problems."
	config.OpenAPIPath = "/openapi"
	config.DocsPath = "" // a page of our own: the library's loads from outside
	config.SchemasPath = ""
	config.CreateHooks = nil
	config.Transformers = []huma.Transformer{s.logFailure}
	api := humago.New(mux, config)

	get(api, "/api/v1/hub", "get-hub", "The hub itself", s.getHub)
	get(api, "/api/v1/sources", "list-sources", "The sources that one may know of, with their state", s.listSources)
	get(api, "/api/v1/sources/{id}", "get-source", "One source with its state", s.getSource)
	register(api, http.MethodPost, "/api/v1/sources", "add-source", "Add a source", http.StatusCreated, s.addSource)
	register(api, http.MethodPatch, "/api/v1/sources/{id}", "change-source", "Change a source; what is left out stays", http.StatusOK, s.changeSource)
	register(api, http.MethodDelete, "/api/v1/sources/{id}", "remove-source", "Remove a source", http.StatusNoContent, s.removeSource)
	register(api, http.MethodPost, "/api/v1/sources/probe", "probe-source", "Connect to a camera and say what it sends", http.StatusOK, s.probeSource)
	get(api, "/api/v1/sources/{id}/recording", "get-source-recording", "How a source is being recorded", s.getRecording)
	register(api, http.MethodPost, "/api/v1/sources/{id}/recording", "start-recording", "Start recording a source by hand", http.StatusCreated, s.startRecording)
	register(api, http.MethodDelete, "/api/v1/sources/{id}/recording", "stop-recording", "Stop what was started by hand, and seal it", http.StatusOK, s.stopRecording)
	s.registerSnapshot(api)
	s.people(api)
	s.hearings(api)
	s.playback(api)
	s.annexes(api)
	s.exporting(api)
	s.composing(api)
	s.certifying(api)
	s.auditing(api)
	s.authority(api)
	s.provider(api)
	return api
}

func get[I, O any](api huma.API, path, id, summary string, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodGet, path, id, summary, http.StatusOK, handle)
}

func register[I, O any](api huma.API, method, path, id, summary string, status int, handle func(context.Context, *I) (*O, error)) {
	huma.Register(api, huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		DefaultStatus: status, MaxBodyBytes: maxJSON, BodyReadTimeout: bodyTimeout,
	}, handle)
}

// OpenAPI is the API's description, as /openapi.json serves it.
func OpenAPI(version string) ([]byte, error) {
	s := &Server{o: Options{Hub: Hub{Version: version}}}
	api := s.api(newRoutes())
	var out bytes.Buffer
	text, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, err
	}
	err = json.Indent(&out, text, "", "  ")
	return out.Bytes(), err
}

// logFailure puts the cause of an answer that names none into the log.
func (s *Server) logFailure(hc huma.Context, _ string, answer any) (any, error) {
	if p, ok := answer.(*Problem); ok {
		u := hc.URL()
		s.failed(hc.Method(), u.Path, p)
	}
	return answer, nil
}

// asProblem makes the library's errors (validation, mostly) our problems.
func asProblem(status int, message string, errs ...error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		return failure(errors.Join(append(errs, errors.New(message))...))
	}
	p := problem(status, codeOf(status), message)
	for _, err := range errs {
		if err == nil {
			continue
		}
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, FieldError{detail.Location, detail.Message})
			continue
		}
		p.Errors = append(p.Errors, FieldError{Message: err.Error()})
	}
	return p
}

func codeOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusRequestTimeout:
		return "timeout"
	case http.StatusUnsupportedMediaType:
		return "content_type"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusBadRequest:
		return "bad_request"
	}
	return "internal"
}

// fieldProblem shows the settings' errors beside their fields.
func fieldProblem(err error) *Problem {
	p := problem(http.StatusUnprocessableEntity, "invalid", "some settings are wrong")
	for _, f := range configs.FieldErrors(err) {
		p.Errors = append(p.Errors, FieldError{"body." + f.Field, f.Message})
	}
	return p
}

type empty struct{}

type hubOutput struct{ Body Hub }

func (s *Server) getHub(ctx context.Context, _ *empty) (*hubOutput, error) {
	if err := s.may(ctx, rooms.SeeHub, rooms.HubObject, ""); err != nil {
		return nil, err
	}
	h := s.o.Hub
	h.Time = time.Now().UTC()
	return &hubOutput{h}, nil
}
