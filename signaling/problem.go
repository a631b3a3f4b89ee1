package signaling

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Problem is an RFC 9457 problem with avhub's members. It is the one shape of
// an error, on WHEP as on the API.
type Problem struct {
	Type          string        `json:"type,omitempty" doc:"a URI for the kind of problem" example:"about:blank"`
	Title         string        `json:"title" doc:"the HTTP status in words"`
	Status        int           `json:"status" doc:"the HTTP status"`
	Detail        string        `json:"detail" doc:"what is wrong and what to do, one sentence"`
	Code          string        `json:"code,omitempty" doc:"stable; pages choose their words by it"`
	Reason        string        `json:"reason,omitempty" doc:"no_common_codec: h265, b_frames or codec"`
	SourceCodecs  []string      `json:"source_codecs,omitempty" doc:"no_common_codec: what the camera sends"`
	BrowserCodecs []string      `json:"browser_codecs,omitempty" doc:"no_common_codec: what the browser offers"`
	Errors        []FieldError  `json:"errors,omitempty" doc:"which fields are wrong, and how"`
	RetryAfter    time.Duration `json:"-"`

	cause error // for the log; not for who asks
}

// FieldError is one wrong field of a request.
type FieldError struct {
	Location string `json:"location" example:"body.url"`
	Message  string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus and ContentType make it huma's error.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders adds Retry-After where trying again makes sense.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(max(1, int(p.RetryAfter.Round(time.Second).Seconds()))))
	}
	return h
}

func problem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// failure is the answer to what should not have failed: why is for the log.
func failure(cause error) *Problem {
	p := problem(http.StatusInternalServerError, "internal", "the hub failed on this request; its log says more")
	p.cause = cause
	return p
}

// failed puts a problem's cause into the log.
func (s *Server) failed(method, path string, p *Problem) {
	if p.cause != nil {
		s.o.Log.Error("request failed", "method", method, "path", path, "err", p.cause)
	}
}

// refuse answers with what an error means.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := doorProblem(err)
	s.failed(r.Method, r.URL.Path, p)
	p.write(w)
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may have gone
}
