package signaling

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"avhub/rooms"
	"avhub/rooms/office"
)

// people are the routes of accounts, courts and sites.
func (s *Server) people(api huma.API) {
	get(api, "/api/v1/door", "get-door", "What the log-in page needs to know", s.getDoor)
	register(api, http.MethodPost, "/api/v1/setup", "set-up", "Make the top court and the first administrator", http.StatusOK, s.setUp)
	register(api, http.MethodPost, "/api/v1/login", "log-in", "Log in with name and password", http.StatusOK, s.logIn)
	register(api, http.MethodPost, "/api/v1/login/code", "log-in-code", "The second factor of a log-in", http.StatusOK, s.secondFactor)
	register(api, http.MethodPost, "/api/v1/logout", "log-out", "End the session", http.StatusNoContent, s.logOut)

	get(api, "/api/v1/me", "get-me", "Who is logged in", s.getMe)
	register(api, http.MethodPost, "/api/v1/me/password", "change-password", "Change one's own password; all other sessions end", http.StatusOK, s.changePassword)
	register(api, http.MethodPost, "/api/v1/me/second-factor", "begin-second-factor", "A secret for an authenticator app, to be confirmed", http.StatusOK, s.beginSecondFactor)
	register(api, http.MethodPut, "/api/v1/me/second-factor", "confirm-second-factor", "Turn the second factor on", http.StatusOK, s.confirmSecondFactor)
	get(api, "/api/v1/users/{user}/sessions", "list-sessions", "Log-ins of a user that are alive", s.listSessions)
	register(api, http.MethodDelete, "/api/v1/users/{user}/sessions/{id}", "end-session", "End a log-in; its pictures and sockets go with it", http.StatusNoContent, s.endSession)
	get(api, "/api/v1/users/{user}/tokens", "list-tokens", "API tokens of a user", s.listTokens)
	register(api, http.MethodPost, "/api/v1/me/tokens", "add-token", "Make an API token; it is shown this once", http.StatusCreated, s.addToken)
	register(api, http.MethodDelete, "/api/v1/users/{user}/tokens/{id}", "end-token", "End an API token", http.StatusNoContent, s.endToken)
	register(api, http.MethodPost, "/api/v1/users/{user}/second-factor/drop", "drop-second-factor", "Turn a user's second factor off", http.StatusNoContent, s.dropSecondFactor)

	get(api, "/api/v1/users", "list-users", "Accounts that one manages", s.listUsers)
	register(api, http.MethodPost, "/api/v1/users", "add-user", "Make an account", http.StatusCreated, s.addUser)
	register(api, http.MethodPatch, "/api/v1/users/{user}", "change-user", "Change an account; what is left out stays", http.StatusOK, s.changeUser)
	register(api, http.MethodPost, "/api/v1/users/{user}/unlock", "unlock-user", "Forget the wrong passwords and codes of an account", http.StatusNoContent, s.unlockUser)

	get(api, "/api/v1/courts", "list-courts", "The tree of courts", s.listCourts)
	register(api, http.MethodPost, "/api/v1/courts", "add-court", "Add a court", http.StatusCreated, s.addCourt)
	register(api, http.MethodPut, "/api/v1/courts/{id}", "change-court", "Rename or move a court", http.StatusOK, s.changeCourt)
	register(api, http.MethodDelete, "/api/v1/courts/{id}", "remove-court", "Remove a court that nothing belongs to", http.StatusNoContent, s.removeCourt)
	get(api, "/api/v1/sites", "list-sites", "Courtrooms and other places", s.listSites)
	register(api, http.MethodPost, "/api/v1/sites", "add-site", "Add a site", http.StatusCreated, s.addSite)
	register(api, http.MethodPut, "/api/v1/sites/{id}", "change-site", "Change a site", http.StatusOK, s.changeSite)
	register(api, http.MethodDelete, "/api/v1/sites/{id}", "remove-site", "Remove a site", http.StatusNoContent, s.removeSite)
}

// OfUser names an account.
type OfUser struct {
	User string `path:"user" maxLength:"63"`
}

type itemOfUser struct {
	OfUser
	ID string `path:"id" maxLength:"63"`
}

// list is a list in an answer.
type list[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

func listOf[T any](items []T, err error) (*list[T], error) {
	if err != nil {
		return nil, officeProblem(err)
	}
	l := &list[T]{}
	l.Body.Items = items
	return l, nil
}

// one is a single thing in an answer.
type one[T any] struct{ Body T }

func oneOf[T any](item T, err error) (*one[T], error) {
	if err != nil {
		return nil, officeProblem(err)
	}
	return &one[T]{item}, nil
}

type secret struct {
	Secret string `json:"secret"`
	URI    string `json:"uri" doc:"otpauth://, for a QR code"`
}

func (s *Server) beginSecondFactor(ctx context.Context, _ *empty) (*one[secret], error) {
	key, uri, err := s.o.Office.NewSecondFactor(ctx, callerOf(ctx))
	return oneOf(secret{key, uri}, err)
}

type confirmInput struct {
	Body struct {
		Secret   string `json:"secret" maxLength:"64"`
		Code     string `json:"code" maxLength:"16"`
		Password string `json:"password" maxLength:"256"`
	}
}

type recoveryCodes struct {
	Codes []string `json:"codes" doc:"each lets in once where the phone is lost; shown this once"`
}

func (s *Server) confirmSecondFactor(ctx context.Context, in *confirmInput) (*one[recoveryCodes], error) {
	codes, err := s.o.Office.ConfirmSecondFactor(ctx, callerOf(ctx), in.Body.Secret, in.Body.Code, in.Body.Password)
	return oneOf(recoveryCodes{codes}, err)
}

type dropInput struct {
	OfUser
	Body struct {
		Password string `json:"password,omitempty" maxLength:"256" doc:"one's own, for one's own account"`
	}
}

func (s *Server) dropSecondFactor(ctx context.Context, in *dropInput) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.DropSecondFactor(ctx, callerOf(ctx), in.User, in.Body.Password))
}

func (s *Server) listSessions(ctx context.Context, in *OfUser) (*list[office.SessionInfo], error) {
	return listOf(s.o.Office.Sessions(ctx, callerOf(ctx), in.User))
}

func (s *Server) endSession(ctx context.Context, in *itemOfUser) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.EndSession(ctx, callerOf(ctx), in.User, in.ID))
}

func (s *Server) listTokens(ctx context.Context, in *OfUser) (*list[office.TokenInfo], error) {
	return listOf(s.o.Office.Tokens(ctx, callerOf(ctx), in.User))
}

type tokenInput struct {
	Body struct {
		Name   string        `json:"name" maxLength:"400"`
		Scopes []rooms.Scope `json:"scopes" maxItems:"50" doc:"actions, each alone or for one object: watch, publish:court-1"`
		Court  string        `json:"court,omitempty" maxLength:"63" doc:"only there and under it; empty: no limit"`
		Days   int           `json:"days" minimum:"1" maximum:"366" default:"30"`
	}
}

type newToken struct {
	office.TokenInfo
	Token string `json:"token" doc:"shown this once; the hub keeps its hash"`
}

func (s *Server) addToken(ctx context.Context, in *tokenInput) (*one[newToken], error) {
	text, info, err := s.o.Office.AddToken(ctx, callerOf(ctx), office.TokenInput{
		Name: in.Body.Name, Scopes: in.Body.Scopes, Court: in.Body.Court, TTL: time.Duration(in.Body.Days) * 24 * time.Hour,
	})
	return oneOf(newToken{info, text}, err)
}

func (s *Server) endToken(ctx context.Context, in *itemOfUser) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.EndToken(ctx, callerOf(ctx), in.User, in.ID))
}

func (s *Server) listUsers(ctx context.Context, _ *empty) (*list[office.Account], error) {
	return listOf(s.o.Office.Users(ctx, callerOf(ctx)))
}

// UserSettings of an account; what else a body holds is refused.
type UserSettings struct {
	FullName *string        `json:"full_name,omitempty" maxLength:"400"`
	Roles    *[]rooms.Grant `json:"roles,omitempty" maxItems:"50"`
	Disabled *bool          `json:"disabled,omitempty"`
	Password *string        `json:"password,omitempty" maxLength:"256" doc:"the user must change it at the next log-in"`
}

func (u UserSettings) input() office.UserInput {
	return office.UserInput{FullName: u.FullName, Grants: u.Roles, Disabled: u.Disabled, Password: u.Password}
}

type addUserInput struct {
	Body struct {
		Name string `json:"name" maxLength:"100" doc:"to log in with"`
		UserSettings
	}
}

func (s *Server) addUser(ctx context.Context, in *addUserInput) (*one[office.Account], error) {
	u := in.Body.input()
	u.Name = &in.Body.Name
	return oneOf(s.o.Office.AddUser(ctx, callerOf(ctx), u))
}

type changeUserInput struct {
	OfUser
	Body struct {
		Name *string `json:"name,omitempty" maxLength:"100"`
		UserSettings
	}
}

func (s *Server) changeUser(ctx context.Context, in *changeUserInput) (*one[office.Account], error) {
	u := in.Body.input()
	u.Name = in.Body.Name
	return oneOf(s.o.Office.ChangeUser(ctx, callerOf(ctx), in.User, u))
}

func (s *Server) unlockUser(ctx context.Context, in *OfUser) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.Unlock(ctx, callerOf(ctx), in.User))
}

func (s *Server) listCourts(ctx context.Context, _ *empty) (*list[office.CourtInfo], error) {
	return listOf(s.o.Office.Courts(ctx, callerOf(ctx)))
}

// CourtSettings are what can be set of a court.
type CourtSettings struct {
	Name   string `json:"name" maxLength:"400"`
	Parent string `json:"parent" maxLength:"63" doc:"id of the court above; empty for the top one"`
}

type addCourtInput struct {
	Body struct {
		ID string `json:"id" maxLength:"63" pattern:"^[a-z0-9][a-z0-9-]{0,62}$"`
		CourtSettings
	}
}

func (s *Server) addCourt(ctx context.Context, in *addCourtInput) (*one[rooms.Court], error) {
	c := rooms.Court{ID: in.Body.ID, Name: in.Body.Name, Parent: in.Body.Parent}
	return oneOf(c, s.o.Office.PutCourt(ctx, callerOf(ctx), c, true))
}

type changeCourtInput struct {
	ByID
	Body CourtSettings
}

func (s *Server) changeCourt(ctx context.Context, in *changeCourtInput) (*one[rooms.Court], error) {
	c := rooms.Court{ID: in.ID, Name: in.Body.Name, Parent: in.Body.Parent}
	return oneOf(c, s.o.Office.PutCourt(ctx, callerOf(ctx), c, false))
}

func (s *Server) removeCourt(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.RemoveCourt(ctx, callerOf(ctx), in.ID))
}

func (s *Server) listSites(ctx context.Context, _ *empty) (*list[rooms.Site], error) {
	return listOf(s.o.Office.Sites(ctx, callerOf(ctx)))
}

// SiteSettings are what can be set of a site.
type SiteSettings struct {
	Court string         `json:"court" maxLength:"63"`
	Kind  rooms.SiteKind `json:"kind" enum:"courtroom,detention_centre,prison_court,command_centre,service_hall,meeting_room,security,field"`
	Name  string         `json:"name" maxLength:"400"`
}

type addSiteInput struct {
	Body struct {
		ID string `json:"id" maxLength:"63" pattern:"^[a-z0-9][a-z0-9-]{0,62}$"`
		SiteSettings
	}
}

func (s *Server) addSite(ctx context.Context, in *addSiteInput) (*one[rooms.Site], error) {
	x := rooms.Site{ID: in.Body.ID, Court: in.Body.Court, Kind: in.Body.Kind, Name: in.Body.Name}
	return oneOf(x, s.o.Office.PutSite(ctx, callerOf(ctx), x, true))
}

type changeSiteInput struct {
	ByID
	Body SiteSettings
}

func (s *Server) changeSite(ctx context.Context, in *changeSiteInput) (*one[rooms.Site], error) {
	x := rooms.Site{ID: in.ID, Court: in.Body.Court, Kind: in.Body.Kind, Name: in.Body.Name}
	return oneOf(x, s.o.Office.PutSite(ctx, callerOf(ctx), x, false))
}

func (s *Server) removeSite(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, officeProblem(s.o.Office.RemoveSite(ctx, callerOf(ctx), in.ID))
}
