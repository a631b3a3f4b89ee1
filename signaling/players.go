package signaling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"avhub/media/rtsp"
	"avhub/rooms"
	"avhub/rooms/office"
)

// subSuffix names a source's sub stream in an RTSP path; ids have no underscore.
const subSuffix = "_sub"

// SourceOf is the source that an RTSP path names, and whether it is its sub
// stream: "court-1", "court-1_sub".
func SourceOf(path string) (id string, sub bool) {
	return strings.CutSuffix(strings.Trim(path, "/"), subSuffix)
}

// AdmitPlayers lets players and encoders in by RTSP: by an API token, in the
// URL (?token=…) or as the password of a digest. A token in the URL of a
// request that crosses a network in the clear is not looked at: a digest can
// be overheard without harm, a token cannot.
func AdmitPlayers(o *office.Office, log *slog.Logger) func(context.Context, rtsp.Visit) (rtsp.Pass, error) {
	return func(ctx context.Context, v rtsp.Visit) (rtsp.Pass, error) {
		if v.Token != "" && !v.Secure && !localName(v.Address) {
			log.Info("rtsp: a token in an address was not looked at, because it came over the network in the clear: use rtsps://, or the token as the password of its user", "from", v.Address, "path", v.Path)
			v.Token = ""
		}
		caller, err := visitor(ctx, o, v)
		if err != nil {
			return nil, rtspRefusal{http.StatusServiceUnavailable, err}
		}
		pass := &rtspPass{office: o, caller: caller, action: rooms.Watch}
		if v.Publish {
			pass.action = rooms.Publish
		}
		pass.source, _ = SourceOf(v.Path)
		_, err = o.May(ctx, caller, pass.action, rooms.SourceObject, pass.source)
		return pass, rtspError(err)
	}
}

func visitor(ctx context.Context, o *office.Office, v rtsp.Visit) (office.Caller, error) {
	if v.Token != "" {
		return o.Authenticate(ctx, office.Credential{Token: v.Token}, v.Address)
	}
	if v.User != "" {
		return o.AuthenticateDigest(ctx, v.User, v.Proves, v.Address)
	}
	return office.Stranger(v.Address), nil
}

// rtspPass is leave to play or publish one source.
type rtspPass struct {
	office *office.Office
	caller office.Caller
	action rooms.Action
	source string
}

// Good asks again, in the name of who was let in.
func (p *rtspPass) Good() bool {
	return p.office.Still(context.Background(), p.caller, p.action, rooms.SourceObject, p.source)
}

// Begin has it ended as soon as it is not permitted any more.
func (p *rtspPass) Begin(end func()) (func(), error) {
	done, err := p.office.Attend(context.Background(), p.caller, p.action, rooms.SourceObject, p.source, end)
	return done, rtspError(err)
}

// rtspRefusal is an error that says its RTSP status.
type rtspRefusal struct {
	status int
	err    error
}

func (e rtspRefusal) Error() string   { return e.err.Error() }
func (e rtspRefusal) RTSPStatus() int { return e.status }

func rtspError(err error) error {
	var denied *office.Denied
	switch {
	case err == nil:
		return nil
	case errors.As(err, &denied):
		if denied.Stranger {
			return rtsp.ErrWho
		}
		return rtspRefusal{deniedProblem(denied).Status, err}
	}
	return rtspRefusal{http.StatusInternalServerError, err}
}
