package signaling

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"avhub/recorder/ledger"
	"avhub/rooms"
	"avhub/rooms/office"
)

// auditing are the routes of the audit.
func (s *Server) auditing(api huma.API) {
	get(api, "/api/v1/audit", "search-audit", "Who did, watched or was refused what, newest first", s.searchAudit)
	get(api, "/api/v1/audit/head", "audit-head", "The newest signed head; kept elsewhere, it proves that nothing was cut off", s.auditHead)
	huma.Register(api, huma.Operation{
		OperationID: "export-audit", Method: http.MethodGet, Path: "/api/v1/audit.csv", Summary: "What a search finds, as a list for spreadsheets; the export is itself recorded",
		Responses: map[string]*huma.Response{"200": {Description: "CSV, UTF-8", Content: map[string]*huma.MediaType{"text/csv": {}}}},
	}, s.exportAudit)
}

// AuditFilter narrows a search of the audit.
type AuditFilter struct {
	Who     string    `query:"who" maxLength:"63" doc:"user id"`
	Object  string    `query:"object" maxLength:"63" doc:"id of a source, hearing, user …"`
	Action  string    `query:"action" maxLength:"40"`
	Outcome string    `query:"outcome" enum:"done,denied,failed,began,ended"`
	Address string    `query:"address" maxLength:"64"`
	Court   string    `query:"court" maxLength:"63" doc:"this court and those under it"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}

func (in AuditFilter) query() office.AuditQuery {
	return office.AuditQuery{Who: in.Who, Object: in.Object, Action: in.Action, Outcome: in.Outcome, Address: in.Address, Court: in.Court, From: in.From, To: in.To}
}

type auditPageInput struct {
	AuditFilter
	After string `query:"after" maxLength:"200" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

func (s *Server) searchAudit(ctx context.Context, in *auditPageInput) (*one[office.AuditPage], error) {
	q := in.query()
	q.After, q.Limit = in.After, in.Limit
	return oneOf(s.o.Office.SearchAudit(ctx, callerOf(ctx), q))
}

func (s *Server) auditHead(ctx context.Context, _ *empty) (*one[ledger.Head], error) {
	return oneOf(s.o.Office.AuditHead(ctx, callerOf(ctx)))
}

func (s *Server) exportAudit(ctx context.Context, in *AuditFilter) (*huma.StreamResponse, error) {
	if _, err := s.o.Office.MayAnywhere(ctx, callerOf(ctx), rooms.ReadAudit); err != nil {
		return nil, officeProblem(err)
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hc.SetHeader("Content-Disposition", `attachment; filename="audit.csv"`)
		hc.SetHeader("Cache-Control", "no-store")
		w := csv.NewWriter(hc.BodyWriter())
		begun := false
		err := s.o.Office.ExportAudit(ctx, callerOf(ctx), in.query(), func(entries []office.AuditEntry) error {
			if !begun {
				begun = true
				hc.SetStatus(http.StatusOK)
				_, _ = hc.BodyWriter().Write([]byte("\ufeff")) // spreadsheets take it for UTF-8 then
				_ = w.Write([]string{"time", "kind", "who", "name", "address", "action", "object kind", "object", "object name", "court", "outcome", "why", "detail", "ledger", "number"})
			}
			for _, e := range entries {
				_ = w.Write(auditCells(e))
			}
			w.Flush()
			return w.Error()
		})
		if err != nil && !begun {
			p := doorProblem(officeProblem(err))
			s.failed(hc.Method(), "audit.csv", p)
			hc.SetHeader("Content-Type", p.ContentType(""))
			hc.SetHeader("Content-Disposition", "inline")
			hc.SetStatus(p.Status)
			_ = json.NewEncoder(hc.BodyWriter()).Encode(p) // the client may have gone
			return
		}
		if err != nil {
			s.o.Log.Error("audit export", "err", err)
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}}, nil
}

func auditCells(e office.AuditEntry) []string {
	var detail []string
	for k, v := range e.Detail {
		detail = append(detail, k+"="+v)
	}
	cells := []string{
		e.Time.Format(time.RFC3339Nano), string(e.Who.Kind), e.Who.ID, e.Who.Name, e.Who.Address, string(e.Action), string(e.Object.Kind), e.Object.ID, e.Object.Name,
		e.Court, string(e.Outcome), e.Why, strings.Join(slices.Sorted(slices.Values(detail)), "; "), e.Ledger, strconv.FormatUint(e.N, 10),
	}
	for i, c := range cells {
		cells[i] = plainCell(c)
	}
	return cells
}

// plainCell keeps a spreadsheet from taking a text for a formula (OWASP ASVS
// 5.0, 1.2.10). Some take full-width signs as well, and overlook spaces.
func plainCell(s string) string {
	if s == "" {
		return s
	}
	begin := strings.TrimLeftFunc(s, unicode.IsSpace)
	if r, _ := utf8.DecodeRuneInString(begin); strings.ContainsRune("=+-@＝＋－＠\x00", r) || strings.ContainsRune("\t\r\n\x00", rune(s[0])) {
		return "'" + s
	}
	return s
}
