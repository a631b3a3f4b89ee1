package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"avhub/configs"
)

// The library has one shape of errors for the whole program.
func init() { huma.NewError = asProblem }

// api hangs the JSON API and its description into the mux.
func (s *Server) api(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("avhub", "1")
	config.Info.Description = "The court's audio/video hub. Errors are RFC 9457 problems."
	config.OpenAPIPath = "/openapi"
	config.DocsPath = "" // a page of our own: the library's loads from outside
	config.SchemasPath = ""
	config.CreateHooks = nil
	api := humago.New(mux, config)

	get(api, "/api/v1/hub", "get-hub", "The hub itself", s.getHub)
	get(api, "/api/v1/sources", "list-sources", "All sources with their state", s.listSources)
	get(api, "/api/v1/sources/{id}", "get-source", "One source with its state", s.getSource)
	register(api, http.MethodPost, "/api/v1/sources", "add-source", "Add a source", http.StatusCreated, s.addSource)
	register(api, http.MethodPatch, "/api/v1/sources/{id}", "change-source", "Change a source; what is left out stays", http.StatusOK, s.changeSource)
	register(api, http.MethodDelete, "/api/v1/sources/{id}", "remove-source", "Remove a source", http.StatusNoContent, s.removeSource)
	register(api, http.MethodPost, "/api/v1/sources/probe", "probe-source", "Connect to a camera and say what it sends", http.StatusOK, s.probeSource)
	s.registerSnapshot(api)
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
	api := s.api(http.NewServeMux())
	var out bytes.Buffer
	text, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, err
	}
	err = json.Indent(&out, text, "", "  ")
	return out.Bytes(), err
}

// asProblem makes the library's errors (validation, mostly) our problems.
func asProblem(status int, message string, errs ...error) huma.StatusError {
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

func (s *Server) getHub(context.Context, *empty) (*hubOutput, error) {
	h := s.o.Hub
	h.Time = time.Now().UTC()
	return &hubOutput{h}, nil
}
