package signaling_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
)

// request is one way to use a route: on an object of the caller's court (own),
// of the court beside it (far), or on none (there is no such one).
type request struct {
	object string
	path   string
	body   string
	kind   string // of the body; empty: JSON
	// make makes what the request will take away or change, and returns its path.
	make func(t *testing.T, x *house) string
}

func get(object, path string) request { return request{object: object, path: path} }

// requests are those of every route. A body that is allowed but wrong (422, 409,
// 400) shows that the policy has said yes without changing anything.
func (x *house) requests() map[string][]request {
	own, far := x.hearings["aihui"].ID, x.hearings["beian"].ID
	ids := func(path string) []request {
		return []request{get("own", fmt.Sprintf(path, "aihui")), get("far", fmt.Sprintf(path, "beian")), get("none", fmt.Sprintf(path, "nothing"))}
	}
	with := func(body, kind string, all []request) []request {
		for i := range all {
			all[i].body, all[i].kind = body, kind
		}
		return all
	}
	hearings := func(rest, body string) []request {
		return with(body, "", []request{get("own", "/api/v1/hearings/"+own+rest), get("far", "/api/v1/hearings/"+far+rest), get("none", "/api/v1/hearings/nothing"+rest)})
	}
	users := func(rest, body string) []request {
		return with(body, "", []request{get("own", "/api/v1/users/"+x.users["aihui"]+rest), get("far", "/api/v1/users/"+x.users["beian"]+rest), get("none", "/api/v1/users/nobody"+rest)})
	}
	sources := func(rest, body, kind string) []request {
		return with(body, kind, []request{get("own", "/api/v1/sources/cam-aihui"+rest), get("centre", "/api/v1/sources/wall-aihui"+rest), get("far", "/api/v1/sources/cam-beian"+rest), get("none", "/api/v1/sources/nothing"+rest)})
	}
	doors := func(path, body, kind string) []request {
		return with(body, kind, []request{get("own", path+"/cam-aihui"), get("centre", path+"/wall-aihui"), get("far", path+"/cam-beian"), get("none", path+"/nothing")})
	}
	made := func(f func(t *testing.T, x *house, court string) string) []request {
		return []request{
			{object: "own", make: func(t *testing.T, x *house) string { return f(t, x, "aihui") }},
			{object: "far", make: func(t *testing.T, x *house) string { return f(t, x, "beian") }},
		}
	}
	at := func(path, body string) []request { // of a court, named in the body
		return []request{{object: "own", path: path, body: strings.ReplaceAll(body, "$", "aihui")}, {object: "far", path: path, body: strings.ReplaceAll(body, "$", "beian")}}
	}
	plan := func(court string) string {
		p := rooms.Plan{Case: x.cases[court], Court: court, Kind: rooms.KindTrial, Title: "x", Start: time.Now().Add(48 * time.Hour), Minutes: 60, Recorded: true}
		raw, err := json.Marshal(p)
		if err != nil {
			panic(err)
		}
		return string(raw)
	}
	site := func(t *testing.T, x *house, court string) string {
		id := x.fresh("site")
		x.api(t, "POST", "/sites", fields{"id": id, "court": court, "kind": "courtroom", "name": "新"}, 201, nil)
		return "/api/v1/sites/" + id
	}
	camera := func(t *testing.T, x *house, court string) string {
		id := x.fresh("cam")
		x.api(t, "POST", "/sources", fields{"id": id, "court": court}, 201, nil)
		return "/api/v1/sources/" + id
	}
	nothing := func(path string) []request { return []request{get("–", path)} }
	return map[string][]request{
		"GET /api/v1/hub":                   nothing("/api/v1/hub"),
		"GET /api/v1/me":                    nothing("/api/v1/me"),
		"GET /api/v1/door":                  nothing("/api/v1/door"),
		"POST /api/v1/setup":                {{object: "–", path: "/api/v1/setup", body: `{"token":"x","court_id":"x","court_name":"x","name":"xx","full_name":"x","password":"x"}`}},
		"POST /api/v1/login":                {{object: "–", path: "/api/v1/login", body: `{"name":"nobody","password":"x"}`}},
		"POST /api/v1/join":                 {{object: "–", path: "/api/v1/join", body: `{"token":"x"}`}},
		"POST /api/v1/logout":               nothing("/api/v1/logout"),
		"POST /api/v1/login/code":           {{object: "–", path: "/api/v1/login/code", body: `{"code":"000000"}`}},
		"POST /api/v1/me/password":          {{object: "–", path: "/api/v1/me/password", body: `{"old":"x","new":"y"}`}},
		"POST /api/v1/me/second-factor":     nothing("/api/v1/me/second-factor"),
		"PUT /api/v1/me/second-factor":      {{object: "–", path: "/api/v1/me/second-factor", body: `{"secret":"x","code":"x","password":"x"}`}},
		"POST /api/v1/me/tokens":            {{object: "–", path: "/api/v1/me/tokens", body: `{"name":"x","scopes":["nonsense"],"days":1}`}},
		"GET /api/v1/users":                 nothing("/api/v1/users"),
		"POST /api/v1/users":                at("/api/v1/users", `{"name":"newcomer","full_name":"x","roles":[{"role":"clerk","court":"$"}],"password":"x"}`),
		"PATCH /api/v1/users/{user}":        users("", `{"full_name":"某人"}`),
		"GET /api/v1/users/{user}/sessions": users("/sessions", ""),
		"GET /api/v1/users/{user}/tokens":   users("/tokens", ""),
		"DELETE /api/v1/users/{user}/sessions/{id}": made(func(t *testing.T, x *house, court string) string {
			id := login.NewID()
			x.court.change(func(tx *store.Tx) error {
				now := time.Now().UTC()
				return tx.AddSession(store.Session{Hash: login.Hash(id), ID: id, User: x.users[court], Stage: "full", Created: now, Seen: now, Expires: now.Add(time.Hour)})
			})
			return "/api/v1/users/" + x.users[court] + "/sessions/" + id
		}),
		"DELETE /api/v1/users/{user}/tokens/{id}": made(func(t *testing.T, x *house, court string) string {
			var k store.Token
			x.court.change(func(tx *store.Tx) error {
				a, err := tx.User(x.users[court])
				if err != nil {
					return err
				}
				_, k, err = office.NewToken(a, office.TokenInput{Name: "x", Scopes: []rooms.Scope{"watch"}, TTL: time.Hour}, nil, time.Now().UTC())
				if err != nil {
					return err
				}
				return tx.AddToken(k)
			})
			return "/api/v1/users/" + x.users[court] + "/tokens/" + k.ID
		}),
		"POST /api/v1/users/{user}/second-factor/drop": users("/second-factor/drop", `{}`),
		"GET /api/v1/courts":                           nothing("/api/v1/courts"),
		"POST /api/v1/courts":                          at("/api/v1/courts", `{"id":"aihui","name":"x","parent":"$"}`),
		"PUT /api/v1/courts/{id}": {
			{object: "own", path: "/api/v1/courts/aihui", body: `{"name":"爱辉区人民法院","parent":"heihe"}`},
			{object: "far", path: "/api/v1/courts/beian", body: `{"name":"北安市人民法院","parent":"heihe"}`},
			{object: "above", path: "/api/v1/courts/heihe", body: `{"name":"黑河市中级人民法院","parent":""}`},
			{object: "none", path: "/api/v1/courts/nothing", body: `{"name":"x","parent":"heihe"}`},
		},
		"DELETE /api/v1/courts/{id}": ids("/api/v1/courts/%s"),
		"GET /api/v1/sites":          nothing("/api/v1/sites"),
		"POST /api/v1/sites":         at("/api/v1/sites", `{"id":"room-aihui","court":"$","kind":"courtroom","name":"x"}`),
		"PUT /api/v1/sites/{id}": {
			{object: "own", path: "/api/v1/sites/room-aihui", body: `{"court":"aihui","kind":"courtroom","name":"第一法庭"}`},
			{object: "far", path: "/api/v1/sites/room-beian", body: `{"court":"beian","kind":"courtroom","name":"第一法庭"}`},
			{object: "taken", path: "/api/v1/sites/room-beian", body: `{"court":"aihui","kind":"courtroom","name":"第一法庭"}`},
		},
		"DELETE /api/v1/sites/{id}": append(made(site), get("none", "/api/v1/sites/nothing")),

		"GET /api/v1/sources":                   nothing("/api/v1/sources"),
		"POST /api/v1/sources":                  at("/api/v1/sources", `{"id":"cam-aihui","court":"$"}`),
		"GET /api/v1/sources/{id}":              sources("", "", ""),
		"PATCH /api/v1/sources/{id}":            sources("", `{"name":"x"}`, ""),
		"DELETE /api/v1/sources/{id}":           append(made(camera), get("none", "/api/v1/sources/nothing")),
		"GET /api/v1/sources/{id}/recording":    sources("/recording", "", ""),
		"POST /api/v1/sources/{id}/recording":   sources("/recording", "", ""), // 503: this hub has no recorder
		"DELETE /api/v1/sources/{id}/recording": sources("/recording", "", ""),
		"GET /api/v1/authority":                 nothing("/api/v1/authority"), // 404: nor an authority
		"GET /avhub-ca.cer":                     nothing("/avhub-ca.cer"),
		"GET /avhub-ca.pem":                     nothing("/avhub-ca.pem"),
		"GET /api/v1/sources/{id}/snapshot.jpg": sources("/snapshot.jpg", "", ""),
		"POST /api/v1/sources/probe":            {{object: "–", path: "/api/v1/sources/probe", body: `{"url":"http://nothing"}`}},
		"POST /whep/{source}":                   doors("/whep", "nonsense", "application/sdp"),
		"POST /whip/{source}":                   doors("/whip", "nonsense", "application/sdp"),
		"PATCH /whep/{source}/{session}":        with("x", "application/trickle-ice-sdpfrag", nothing("/whep/cam-aihui/0123")),
		"PATCH /whip/{source}/{session}":        with("x", "application/trickle-ice-sdpfrag", nothing("/whip/cam-aihui/0123")),
		"DELETE /whep/{source}/{session}":       nothing("/whep/cam-aihui/0123"),
		"DELETE /whip/{source}/{session}":       nothing("/whip/cam-aihui/0123"),
		"/whep/{source}":                        nothing("/whep/cam-aihui"),
		"/whip/{source}":                        nothing("/whip/cam-aihui"),
		"/whep/{source}/{session}":              nothing("/whep/cam-aihui/0123"),
		"/whip/{source}/{session}":              nothing("/whip/cam-aihui/0123"),
		"OPTIONS /whep/{source}":                nothing("/whep/cam-aihui"),
		"OPTIONS /whip/{source}":                nothing("/whip/cam-aihui"),
		"OPTIONS /whep/{source}/{session}":      nothing("/whep/cam-aihui/0123"),
		"OPTIONS /whip/{source}/{session}":      nothing("/whip/cam-aihui/0123"),

		"GET /api/v1/cases":         nothing("/api/v1/cases"),
		"GET /api/v1/cases/{id}":    {get("own", "/api/v1/cases/"+x.cases["aihui"]), get("far", "/api/v1/cases/"+x.cases["beian"]), get("none", "/api/v1/cases/nothing")},
		"POST /api/v1/cases":        at("/api/v1/cases", `{"court":"$","title":""}`),
		"PATCH /api/v1/cases/{id}":  with(`{"title":"x"}`, "", []request{get("own", "/api/v1/cases/"+x.cases["aihui"]), get("far", "/api/v1/cases/"+x.cases["beian"]), get("none", "/api/v1/cases/nothing")}),
		"GET /api/v1/hearings":      nothing("/api/v1/hearings"),
		"GET /api/v1/hearings/{id}": hearings("", ""),
		"POST /api/v1/hearings": {
			{object: "own", path: "/api/v1/hearings", body: plan("aihui")}, {object: "far", path: "/api/v1/hearings", body: plan("beian")}},
		"POST /api/v1/hearings/{id}/commands":    append(hearings("/commands", `{"kind":"close"}`), request{object: "plan", path: "/api/v1/hearings/" + own + "/commands", body: `{"kind":"change"}`}),
		"PUT /api/v1/hearings/{id}/participants": hearings("/participants", `{"items":[{"name":"x","part":"nonsense"}]}`),
		"GET /api/v1/hearings/{id}/links":        hearings("/links", ""),
		"POST /api/v1/hearings/{id}/links":       hearings("/links", `{"participant":"nobody"}`),
		"DELETE /api/v1/hearings/{hearing}/links/{id}": made(func(t *testing.T, x *house, court string) string {
			path := "/api/v1/hearings/" + x.hearings[court].ID + "/links"
			link := into[struct{ ID string }](t, x.as(t, x.clerks[court], "POST", path, `{"participant":"`+x.witness(t, court)+`"}`))
			return path + "/" + link.ID
		}),
		"PUT /api/v1/hearings/external": at("/api/v1/hearings/external", `{"external_id":"","court":"$","kind":"conference","title":"x","start":"2030-01-01T00:00:00Z","minutes":30,"public":false,"recorded":false}`),
		"POST /api/v1/hearings/import":  with("x", "text/csv", []request{get("own", "/api/v1/hearings/import?court=aihui&preview=true"), get("far", "/api/v1/hearings/import?court=beian&preview=true")}),

		"GET /api/v1/audit":                  {get("–", "/api/v1/audit"), get("own", "/api/v1/audit?court=aihui"), get("far", "/api/v1/audit?court=beian"), get("above", "/api/v1/audit?court=heihe")},
		"GET /api/v1/audit.csv":              {get("–", "/api/v1/audit.csv"), get("far", "/api/v1/audit.csv?court=beian")},
		"GET /api/v1/audit/head":             nothing("/api/v1/audit/head"),
		"GET /api/v1/cases/number":           nothing("/api/v1/cases/number?text=x"),
		"GET /api/v1/courts/{id}/colleagues": ids("/api/v1/courts/%s/colleagues"),
		"POST /api/v1/hearings/clashes": {
			{object: "own", path: "/api/v1/hearings/clashes", body: plan("aihui")}, {object: "far", path: "/api/v1/hearings/clashes", body: plan("beian")}},
		"GET /api/v1/hearings/template.csv":       nothing("/api/v1/hearings/template.csv"),
		"GET /api/v1/vocabulary":                  nothing("/api/v1/vocabulary"),
		"GET /api/v1/oidc/login":                  nothing("/api/v1/oidc/login"), // 303: back to the page, as there is no provider
		"GET /api/v1/oidc/callback":               nothing("/api/v1/oidc/callback"),
		"POST /api/v1/oidc/logout":                with("logout_token=x", "application/x-www-form-urlencoded", nothing("/api/v1/oidc/logout")),
		"POST /api/v1/me/identity":                {{object: "–", path: "/api/v1/me/identity", body: `{"password":"x"}`}},
		"POST /api/v1/users/{user}/identity/drop": users("/identity/drop", `{}`),
		"POST /api/v1/users/{user}/unlock":        users("/unlock", ""),

		// What is somebody's own among recordings is tried where there are some.
		"GET /api/v1/recordings":                      nothing("/api/v1/recordings"),
		"GET /api/v1/recordings/{id}":                 {get("none", "/api/v1/recordings/nothing")},
		"GET /api/v1/recordings/{id}/frames":          {get("none", "/api/v1/recordings/nothing/frames")},
		"GET /api/v1/recordings/{id}/index.m3u8":      {get("none", "/api/v1/recordings/nothing/index.m3u8")},
		"GET /api/v1/recordings/{id}/inits/{file}":    {get("none", "/api/v1/recordings/nothing/inits/000001.mp4")},
		"GET /api/v1/recordings/{id}/media.m3u8":      {get("none", "/api/v1/recordings/nothing/media.m3u8")},
		"GET /api/v1/recordings/{id}/parts":           {get("none", "/api/v1/recordings/nothing/parts")},
		"GET /api/v1/recordings/{id}/play.mp4":        {get("none", "/api/v1/recordings/nothing/play.mp4")},
		"GET /api/v1/recordings/{id}/segments/{file}": {get("none", "/api/v1/recordings/nothing/segments/000001.mp4")},
		"GET /api/v1/recordings/{id}/thumbnail.jpg":   {get("none", "/api/v1/recordings/nothing/thumbnail.jpg")},

		"POST /api/v1/recordings/{id}/marks":                 {{object: "none", path: "/api/v1/recordings/nothing/marks", body: `{"at":1,"text":"x"}`}},
		"PUT /api/v1/recordings/{id}/gaps/{gap}/explanation": {{object: "none", path: "/api/v1/recordings/nothing/gaps/1/explanation", body: `{"text":"x"}`}},
		"PUT /api/v1/recordings/{id}/gaps/{gap}/signature":   {{object: "none", path: "/api/v1/recordings/nothing/gaps/1/signature", body: `{"text":"x"}`}},
		"PUT /api/v1/recordings/{id}/hold":                   {{object: "none", path: "/api/v1/recordings/nothing/hold", body: `{"on":true,"reason":"x"}`}},
		"GET /api/v1/recordings/{id}/export":                 {get("none", "/api/v1/recordings/nothing/export?reason=x")},
		"GET /api/v1/recordings/{id}/export/contents":        {get("none", "/api/v1/recordings/nothing/export/contents")},
		"GET /api/v1/recordings/{id}/certificate.pdf":        {get("none", "/api/v1/recordings/nothing/certificate.pdf?reason=x")},
		// 404: nothing was recorded
		"GET /api/v1/hearings/{id}/certificate.pdf": hearings("/certificate.pdf?reason=x", ""),
		"GET /api/v1/hearings/{id}/index.m3u8":      hearings("/index.m3u8", ""),
		"GET /api/v1/hearings/{id}/export":          hearings("/export?reason=x", ""),
		"GET /api/v1/hearings/{id}/export/contents": hearings("/export/contents", ""),
		"GET /api/v1/cases/{id}/export":             {get("own", "/api/v1/cases/"+x.cases["aihui"]+"/export?reason=x"), get("far", "/api/v1/cases/"+x.cases["beian"]+"/export?reason=x"), get("none", "/api/v1/cases/nothing/export?reason=x")},
		"GET /api/v1/cases/{id}/export/contents":    {get("own", "/api/v1/cases/"+x.cases["aihui"]+"/export/contents"), get("far", "/api/v1/cases/"+x.cases["beian"]+"/export/contents"), get("none", "/api/v1/cases/nothing/export/contents")},
		"POST /api/v1/hearings/{id}/compositions":   hearings("/compositions", `{"layout":"grid"}`),
		"GET /api/v1/hearings/{id}/compositions":    hearings("/compositions", ""),
		"PUT /api/v1/cases/{id}/hold":               with(`{"on":true,"reason":""}`, "", []request{get("own", "/api/v1/cases/"+x.cases["aihui"]+"/hold"), get("far", "/api/v1/cases/"+x.cases["beian"]+"/hold"), get("none", "/api/v1/cases/nothing/hold")}),

		"GET /api/v1/rooms/{hearing}/socket": {get("own", "/api/v1/rooms/"+own+"/socket"), get("far", "/api/v1/rooms/"+far+"/socket"), get("none", "/api/v1/rooms/nothing/socket")},
		"GET /api/v1/events":                 nothing("/api/v1/events"),
		"GET /healthz":                       nothing("/healthz"),
		"GET /readyz":                        nothing("/readyz"),
		"GET /metrics":                       nothing("/metrics"),
		"GET /openapi.json":                  nothing("/openapi.json"),
		"GET /openapi.yaml":                  nothing("/openapi.yaml"),
		"GET /openapi-3.0.json":              nothing("/openapi-3.0.json"),
		"GET /openapi-3.0.yaml":              nothing("/openapi-3.0.yaml"),
		"/api/":                              nothing("/api/v1/no-such-route"),
		"/":                                  nothing("/wall"),
	}
}
