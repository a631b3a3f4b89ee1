package signaling

import (
	"context"
	"net/http"
	"time"

	"avhub/rooms"
	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/rooms/store"
)

// Me is who is logged in, and what is still asked for.
type Me struct {
	Kind         string          `json:"kind" enum:"user,token,guest"`
	ID           string          `json:"id"`
	Name         string          `json:"name" doc:"to log in with"`
	FullName     string          `json:"full_name"`
	Stage        string          `json:"stage" enum:"full,second_factor,password" doc:"what is asked for before anything else: a code, or a new password"`
	Roles        []rooms.Grant   `json:"roles"`
	May          map[string]bool `json:"may" doc:"by action: whether it is the caller's anywhere, for menus; each request is asked anew"`
	Hearing      string          `json:"hearing,omitempty" doc:"of a guest"`
	SecondFactor bool            `json:"second_factor" doc:"a code is asked for at log-in"`
	HasPassword  bool            `json:"has_password" doc:"false: logs in through the court's identity provider alone"`
	Linked       bool            `json:"linked" doc:"the court's identity provider lets them in too"`
	LogOut       string          `json:"log_out,omitempty" doc:"where to go after logging out, to be logged out at the identity provider too; add post_logout_redirect_uri"`
	Session      string          `json:"session,omitempty"`
	Expires      *time.Time      `json:"expires,omitempty" doc:"when the log-in ends, whatever is done"`
}

func (s *Server) me(c office.Caller) Me {
	m := Me{
		Kind: string(c.Who.Kind), ID: c.Who.ID, Name: c.Who.Name, FullName: c.FullName, Stage: string(c.Stage),
		Roles: c.Principal.Grants, May: map[string]bool{}, Session: c.Session.ID,
		SecondFactor: c.SecondFactor, HasPassword: c.HasPassword, Linked: c.Linked,
	}
	if s.o.Provider != nil && c.Session.Via == store.ViaOIDC {
		m.LogOut = s.o.Provider.OIDC.LogOutAddress()
	}
	if m.Roles == nil {
		m.Roles = []rooms.Grant{}
	}
	for a, ok := range s.o.Office.Abilities(c) {
		m.May[string(a)] = ok
	}
	if g := c.Principal.Guest; g != nil {
		m.Hearing = g.Hearing
	}
	if !c.Session.Expires.IsZero() {
		m.Expires = &c.Session.Expires
	}
	return m
}

type meOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Me
}

func (s *Server) getMe(ctx context.Context, _ *empty) (*meOutput, error) {
	c := callerOf(ctx)
	c.Free() // who one is, one may know
	return &meOutput{Body: s.me(c)}, nil
}

// From is where a request comes from, for logging in.
type From struct {
	Agent  string `header:"User-Agent"`
	Device string `cookie:"__Host-avhub-device"`
}

func (f From) client(ctx context.Context) office.Client {
	c := callerOf(ctx)
	return office.Client{Address: c.Who.Address, Agent: f.Agent, Device: f.Device, Session: c.Session.ID}
}

type loginInput struct {
	From
	Body struct {
		Name     string `json:"name" maxLength:"100"`
		Password string `json:"password" maxLength:"256"`
	}
}

func (s *Server) logIn(ctx context.Context, in *loginInput) (*meOutput, error) {
	return s.enter(s.o.Office.LogIn(ctx, in.Body.Name, in.Body.Password, in.client(ctx)))
}

type codeInput struct {
	From
	Body struct {
		Code string `json:"code" maxLength:"32" doc:"six digits, or a recovery code"`
	}
}

func (s *Server) secondFactor(ctx context.Context, in *codeInput) (*meOutput, error) {
	return s.enter(s.o.Office.SecondFactor(ctx, callerOf(ctx), in.Body.Code, in.client(ctx)))
}

type passwordInput struct {
	From
	Body struct {
		Old string `json:"old" maxLength:"256"`
		New string `json:"new" maxLength:"256"`
	}
}

func (s *Server) changePassword(ctx context.Context, in *passwordInput) (*meOutput, error) {
	return s.enter(s.o.Office.ChangePassword(ctx, callerOf(ctx), in.Body.Old, in.Body.New, in.client(ctx)))
}

// enter sets the cookies of a log-in.
func (s *Server) enter(in office.LoggedIn, err error) (*meOutput, error) {
	if err != nil {
		return nil, officeProblem(err)
	}
	out := &meOutput{Body: s.me(in.Caller), SetCookie: []http.Cookie{cookie(sessionCookie, in.Cookie, 0)}}
	if in.Device != "" {
		out.SetCookie = append(out.SetCookie, cookie(deviceCookie, in.Device, login.DeviceKept))
	}
	return out, nil
}

// cookie is one of ours. Secure works over plain HTTP too where the hub serves
// its own machine only: browsers take loopback for safe.
func cookie(name, value string, keep time.Duration) http.Cookie {
	return http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(keep.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

type goneOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Clear     string        `header:"Clear-Site-Data"`
}

func (s *Server) logOut(ctx context.Context, _ *empty) (*goneOutput, error) {
	if err := s.o.Office.LogOut(ctx, callerOf(ctx)); err != nil {
		return nil, officeProblem(err)
	}
	gone := cookie(sessionCookie, "", 0)
	gone.MaxAge = -1
	return &goneOutput{[]http.Cookie{gone}, `"cache", "storage"`}, nil
}

// DemoUser is shown at the demo court's door.
type DemoUser struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// Door is what the log-in page needs to know.
type Door struct {
	SetUp bool       `json:"set_up" doc:"the hub has an administrator"`
	OIDC  bool       `json:"oidc" doc:"the court's identity provider lets people in: /api/v1/oidc/login"`
	Name  string     `json:"oidc_name" doc:"its name; empty: pages have one"`
	Demo  []DemoUser `json:"demo" doc:"users of the demo court, shown on this machine only"`
	CA    bool       `json:"ca" doc:"the hub has a certificate authority of its own, see /api/v1/authority"`
}

type doorOutput struct{ Body Door }

func (s *Server) getDoor(ctx context.Context, _ *empty) (*doorOutput, error) {
	ready, err := s.o.Office.IsSetUp(ctx)
	if err != nil {
		return nil, officeProblem(err)
	}
	d := Door{SetUp: ready, Demo: []DemoUser{}, CA: s.hasAuthority()}
	if s.o.Provider != nil {
		d.OIDC, d.Name = true, s.o.Provider.Name
	}
	if s.o.ThisMachine {
		d.Demo = append(d.Demo, s.o.Demo...)
	}
	return &doorOutput{d}, nil
}

type setUpInput struct {
	From
	Body struct {
		Token     string `json:"token" maxLength:"100" doc:"from the set-up link"`
		CourtID   string `json:"court_id" maxLength:"63" example:"heihe"`
		CourtName string `json:"court_name" maxLength:"400" example:"黑河市中级人民法院"`
		Name      string `json:"name" maxLength:"100" doc:"to log in with"`
		FullName  string `json:"full_name" maxLength:"400"`
		Password  string `json:"password" maxLength:"256"`
	}
}

func (s *Server) setUp(ctx context.Context, in *setUpInput) (*meOutput, error) {
	b := in.Body
	return s.enter(s.o.Office.SetUp(ctx, b.Token, rooms.Court{ID: b.CourtID, Name: b.CourtName},
		rooms.User{Name: b.Name, FullName: b.FullName}, b.Password, in.client(ctx)))
}
