package signaling

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/rooms/login"
	"avhub/rooms/office"
	"avhub/signaling/oidc"
)

// Provider is the court's identity provider at the door.
type Provider struct {
	Name string // on the button
	OIDC *oidc.Provider
}

// flowCookie binds what the provider answers to the browser that was sent there.
// It is not Strict as the others are: the way back begins at another site.
const flowCookie = "__Host-avhub-oidc"

const (
	callbackPath = "/api/v1/oidc/callback"
	loginPage    = "/login"
	accountPage  = "/account"
)

// provider are the routes of logging in through the identity provider.
func (s *Server) provider(api huma.API) {
	register(api, http.MethodGet, "/api/v1/oidc/login", "begin-oidc", "Go to the court's identity provider to log in", http.StatusSeeOther, s.beginOIDC)
	register(api, http.MethodGet, callbackPath, "finish-oidc", "Come back from there", http.StatusSeeOther, s.finishOIDC)
	register(api, http.MethodPost, "/api/v1/me/identity", "link-identity", "Go there to link one's account with the identity", http.StatusOK, s.linkIdentity)
	register(api, http.MethodPost, "/api/v1/users/{user}/identity/drop", "unlink-identity", "Take the identity off an account", http.StatusNoContent, s.unlinkIdentity)
}

var errNoProvider = problem(http.StatusNotFound, "no_provider", "the hub has no identity provider (oidc.issuer)")

// Base is the hub as the browser knows it, for the provider to send it back to.
// The provider knows which addresses are the hub's and refuses others.
type Base struct {
	url    string
	Cookie string `cookie:"__Host-avhub-oidc"`
}

// Resolve reads what the handlers' inputs cannot say.
func (b *Base) Resolve(ctx huma.Context) []error {
	scheme := "http"
	if ctx.TLS() != nil {
		scheme = "https"
	}
	b.url = scheme + "://" + ctx.Host()
	return nil
}

// at is the hub's address as the browser knows it.
func (s *Server) at(b Base) string {
	if s.o.BehindProxy {
		return "https://" + strings.TrimPrefix(strings.TrimPrefix(b.url, "http://"), "https://")
	}
	return b.url
}

type redirectOutput struct {
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Cache     string        `header:"Cache-Control"`
}

func redirect(to string, cookies ...http.Cookie) *redirectOutput {
	return &redirectOutput{to, cookies, "no-store"}
}

type beginInput struct {
	Base
	Next string `query:"next" maxLength:"400" doc:"page of the hub to go on to"`
}

func (s *Server) beginOIDC(ctx context.Context, in *beginInput) (*redirectOutput, error) {
	callerOf(ctx).Free()
	address, cookie, err := s.sendToProvider(ctx, in.Base, office.Flow{Next: in.Next}, false)
	if err != nil {
		return s.turnedBack(loginPage, err), nil
	}
	return redirect(address, cookie), nil
}

// sendToProvider keeps what the answer is checked against and says where to go.
func (s *Server) sendToProvider(ctx context.Context, b Base, f office.Flow, again bool) (string, http.Cookie, error) {
	if s.o.Provider == nil {
		return "", http.Cookie{}, errNoProvider
	}
	address, r, err := s.o.Provider.OIDC.Begin(ctx, s.at(b)+callbackPath, again)
	if err != nil {
		return "", http.Cookie{}, err
	}
	f.State, f.Nonce, f.Verifier, f.Redirect, f.Browser = r.State, r.Nonce, r.Verifier, r.Redirect, b.Cookie
	if len(f.Browser) != len(r.State) { // several windows of a browser share one
		f.Browser = login.NewSecret()
	}
	if err := s.o.Office.BeginFlow(ctx, callerOf(ctx), f); err != nil {
		return "", http.Cookie{}, err
	}
	kept := cookie(flowCookie, f.Browser, 10*time.Minute)
	kept.SameSite = http.SameSiteLaxMode
	return address, kept, nil
}

type finishInput struct {
	Base
	From
	query url.Values
}

// Resolve keeps the whole answer: what it says twice counts too.
func (f *finishInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	f.query = u.Query()
	return f.Base.Resolve(ctx)
}

func (s *Server) finishOIDC(ctx context.Context, in *finishInput) (*redirectOutput, error) {
	c := callerOf(ctx)
	c.Free()
	if s.o.Provider == nil {
		return s.turnedBack(loginPage, errNoProvider), nil
	}
	f, c, err := s.o.Office.TakeFlow(ctx, c, in.query.Get("state"), in.Cookie)
	if err != nil {
		return s.turnedBack(loginPage, err), nil
	}
	page := loginPage
	if f.Link {
		page = accountPage
	}
	who, err := s.o.Provider.OIDC.Finish(ctx, oidc.Request{State: f.State, Nonce: f.Nonce, Verifier: f.Verifier, Redirect: f.Redirect}, in.query)
	if err != nil {
		s.o.Office.RefuseIdentity(ctx, in.client(ctx), "", err)
		return s.turnedBack(page, err), nil
	}
	identity := office.Identity{Issuer: who.Issuer, Subject: who.Subject, Name: who.Name, FullName: who.FullName, Roles: who.Roles, Session: who.Session}
	if f.Link {
		if err := s.o.Office.LinkIdentity(ctx, c, identity); err != nil {
			return s.turnedBack(page, err), nil
		}
		return redirect(accountPage + "?linked=yes"), nil
	}
	entered, err := s.enter(s.o.Office.LogInIdentity(ctx, identity, in.client(ctx)))
	if err != nil {
		return s.turnedBack(page, err), nil
	}
	next := ownPage(f.Next)
	if entered.Body.Stage != string(login.Full) { // the page asks for the code, then goes on
		next = loginPage + "?" + url.Values{"next": {next}}.Encode()
	}
	return redirect(next, entered.SetCookie...), nil
}

// ownPage is a page of the hub's, whatever it was asked for: an address of
// another site would have somebody who has just logged in log in there again.
func ownPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return u.String()
}

// turnedBack sends the browser to a page that says in words what went wrong.
func (s *Server) turnedBack(page string, err error) *redirectOutput {
	code := "internal"
	var own *Problem
	var theirs *oidc.Error
	switch {
	case errors.As(err, &theirs):
		code = string(theirs.Code)
		s.o.Log.Warn("identity provider", "err", err)
	case errors.As(officeProblem(err), &own):
		if code = own.Code; own.Status >= http.StatusInternalServerError {
			s.o.Log.Error("identity provider", "err", err)
		}
	}
	return redirect(page + "?" + url.Values{"failed": {code}}.Encode())
}

type linkIdentityInput struct {
	Base
	Body struct {
		Password string `json:"password,omitempty" maxLength:"256" doc:"one's own"`
	}
}

type goTo struct {
	Address string `json:"address" doc:"where the browser is to go"`
}

type goToOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      goTo
}

func (s *Server) linkIdentity(ctx context.Context, in *linkIdentityInput) (*goToOutput, error) {
	c := callerOf(ctx)
	if err := s.o.Office.MayLink(ctx, c, in.Body.Password); err != nil {
		return nil, officeProblem(err)
	}
	// Whoever has left a browser logged in there must not have somebody else's
	// account linked with theirs: the provider asks again.
	address, kept, err := s.sendToProvider(ctx, in.Base, office.Flow{Link: true}, true)
	var theirs *oidc.Error
	if errors.As(err, &theirs) {
		s.o.Log.Warn("identity provider", "err", err)
		return nil, problem(http.StatusBadGateway, string(theirs.Code), "the identity provider does not answer as it must: the hub's log says more")
	}
	if err != nil {
		return nil, officeProblem(err)
	}
	return &goToOutput{[]http.Cookie{kept}, goTo{address}}, nil
}

func (s *Server) unlinkIdentity(ctx context.Context, in *dropInput) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.UnlinkIdentity(ctx, callerOf(ctx), in.User, in.Body.Password))
}

// oidcLogOut ends what somebody has begun here when they log out at the
// provider (OpenID Connect Back-Channel Logout 1.0 section 2.5).
func (s *Server) oidcLogOut(w http.ResponseWriter, r *http.Request) {
	c := callerOf(r.Context())
	c.Free()
	w.Header().Set("Cache-Control", "no-store")
	if s.o.Provider == nil {
		errNoProvider.write(w)
		return
	}
	l, id, err := s.o.Provider.OIDC.VerifyLogOut(r.Context(), r.PostFormValue("logout_token"))
	if err == nil && s.ended.Before(id, time.Now()) {
		err = errors.New("the logout token came before")
	}
	if err != nil {
		s.o.Log.Warn("identity provider", "err", err)
		problem(http.StatusBadRequest, "invalid_request", "the logout token is not good: the hub's log says more").write(w)
		return
	}
	if err := s.o.Office.EndIdentity(r.Context(), l.Issuer, l.Subject, l.Session); err != nil {
		doorProblem(officeProblem(err)).write(w)
	}
}
