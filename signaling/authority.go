package signaling

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/signaling/certs"
)

// Authority is the hub's own certificate authority, for people to install.
type Authority struct {
	Fingerprint  string        `json:"fingerprint" doc:"SHA-256 of the certificate, to be compared with what the hub's log or avhub doctor says"`
	DER          string        `json:"der" doc:"where the certificate is, for Windows, macOS, iOS and Android"`
	PEM          string        `json:"pem" doc:"where it is, for Firefox and Linux"`
	Introduction certs.Text    `json:"introduction"`
	Comparison   certs.Text    `json:"comparison"`
	Guides       []certs.Guide `json:"guides" doc:"one for each platform; file names the download"`
	Names        []string      `json:"names" doc:"what the hub's certificate is for"`
	Until        time.Time     `json:"until" doc:"end of the hub's certificate; it is renewed by itself"`
}

// Where the authority's certificate is. It is nobody's secret.
const (
	authorityDER = "/" + certs.CAFileDER
	authorityPEM = "/" + certs.CAFilePEM
)

// authority hangs the certificate and its instructions into the mux. They are
// open to strangers: who cannot log in safely yet needs them most.
func (s *Server) authority(api huma.API) {
	get(api, "/api/v1/authority", "get-authority", "The hub's own certificate authority, with instructions to install it", s.getAuthority)
}

type authorityOutput struct{ Body Authority }

func (s *Server) getAuthority(_ context.Context, _ *empty) (*authorityOutput, error) {
	if !s.hasAuthority() {
		return nil, problem(http.StatusNotFound, "no_authority", "the hub has no certificate authority of its own (http.tls: self-signed)")
	}
	_, der := s.o.Certs.CA()
	status := s.o.Certs.Status()
	return &authorityOutput{Authority{
		Fingerprint: certs.Fingerprint(der), DER: authorityDER, PEM: authorityPEM,
		Introduction: certs.Introduction, Comparison: certs.Comparison, Guides: certs.Guides(),
		Names: status.Names, Until: status.NotAfter,
	}}, nil
}

func (s *Server) hasAuthority() bool {
	if s.o.Certs == nil {
		return false
	}
	pem, _ := s.o.Certs.CA()
	return pem != nil
}

// serveAuthority gives out the certificate in one of its forms.
func (s *Server) serveAuthority(w http.ResponseWriter, r *http.Request) {
	if !s.hasAuthority() {
		problem(http.StatusNotFound, "no_authority", "the hub has no certificate authority of its own (http.tls: self-signed)").write(w)
		return
	}
	body, der := s.o.Certs.CA()
	name, kind, how := certs.CAFilePEM, "application/x-pem-file", "attachment"
	if r.URL.Path == authorityDER {
		// Not as an attachment: iPhones offer to install what is opened, and only
		// store what is downloaded.
		body, name, kind, how = der, certs.CAFileDER, "application/x-x509-ca-cert", "inline"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", how+`; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}
