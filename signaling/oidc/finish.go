package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Request is what somebody was sent to the provider with; the hub keeps it until
// they come back.
type Request struct {
	State    string // comes back with the answer; binds it to a browser
	Nonce    string // comes back within the token; binds it to this request
	Verifier string // PKCE: shows that whoever takes the token has asked for it
	Redirect string // where the answer goes
}

// Identity is somebody as the provider knows them.
type Identity struct {
	Issuer, Subject string   // who it is: the two together, for ever
	Name            string   // preferred_username
	FullName        string   // name
	Roles           []string // values of the claim for roles
	Session         string   // sid: of the provider
}

// skew is how far the provider's clock may be from the hub's.
const skew = 5 * time.Minute

// secret is 256 random bits.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Begin is the address to send somebody to, and what to keep meanwhile. again
// has the provider ask for the password even if it knows the browser.
func (p *Provider) Begin(ctx context.Context, redirect string, again bool) (string, Request, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", Request{}, err
	}
	r := Request{State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect}
	config := d.oauth
	config.RedirectURL = redirect
	options := []oauth2.AuthCodeOption{oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return config.AuthCodeURL(r.State, options...), r, nil
}

// Finish understands the provider's answer to a request.
func (p *Provider) Finish(ctx context.Context, r Request, answer url.Values) (Identity, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if err := p.checkAnswer(d, r, answer); err != nil {
		return Identity{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), askLimit)
	defer cancel()
	config := d.oauth
	config.RedirectURL = r.Redirect
	tokens, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return Identity{}, exchangeError(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return Identity{}, &Error{Invalid, fmt.Errorf("oidc: the token is not good: %w", err)}
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Identity{}, &Error{Invalid, fmt.Errorf("oidc: the token's claims: %w", err)}
	}
	if err := p.checkToken(id, claims, r, tokens.AccessToken); err != nil {
		return Identity{}, &Error{Invalid, fmt.Errorf("oidc: the token is not good: %w", err)}
	}
	if err := p.addUserInfo(ctx, d, tokens, id.Subject, claims); err != nil {
		return Identity{}, err
	}
	return Identity{
		Issuer: id.Issuer, Subject: id.Subject, Name: text(claims, "preferred_username"), FullName: text(claims, "name"),
		Roles: values(claims, p.o.Claim), Session: text(claims, "sid"),
	}, nil
}

// checkAnswer looks at what the browser has brought.
func (p *Provider) checkAnswer(d *discovered, r Request, answer url.Values) error {
	for name, list := range answer {
		if len(list) > 1 { // RFC 6749 section 3.1
			return &Error{Invalid, fmt.Errorf("oidc: the answer says %.20q twice", name)}
		}
	}
	if r.State == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(r.State)) != 1 {
		return &Error{Invalid, errors.New("oidc: the answer belongs to another request")}
	}
	// Of a provider that says who it is, answers of another one are told apart (RFC 9207 section 2.4).
	if iss := answer.Get("iss"); iss != p.o.Issuer && (iss != "" || d.SaysIssuer) {
		return &Error{Invalid, fmt.Errorf("oidc: the answer comes from %.100q, not from %s", iss, p.o.Issuer)}
	}
	if code := answer.Get("error"); code != "" {
		return &Error{Refused, fmt.Errorf("oidc: the provider says %.60q: %.200q", code, answer.Get("error_description"))}
	}
	if answer.Get("code") == "" {
		return &Error{Invalid, errors.New("oidc: the answer has no code")}
	}
	return nil
}

// checkToken looks at what the library leaves to its user (OpenID Connect Core
// 1.0 section 3.1.3.7).
func (p *Provider) checkToken(id *oidc.IDToken, claims map[string]any, r Request, access string) error {
	now := p.o.Now()
	azp, said := claims["azp"]
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(r.Nonce)) != 1:
		return errors.New("it answers another request (nonce)")
	case id.Subject == "" || len(id.Subject) > 255:
		return errors.New("it does not say whom it is about (sub)")
	case said && azp != p.o.ClientID:
		return errors.New("it was made for another client (azp)")
	case !said && len(id.Audience) > 1:
		return errors.New("it is for several clients and does not say for which one it was made (azp)")
	case id.IssuedAt.After(now.Add(skew)), id.IssuedAt.Before(now.Add(-flowLimit - skew)):
		return fmt.Errorf("it was made at %s, and it is %s here (iat): compare the clocks", id.IssuedAt.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(access); err != nil {
			return errors.New("it goes with another access token (at_hash)")
		}
	}
	return nil
}

// flowLimit is how long a log-in at the provider may take.
const flowLimit = 10 * time.Minute

// exchangeError says an error of the token endpoint without what was sent there.
func exchangeError(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) {
		code := said.ErrorCode
		if code == "" {
			code = said.Response.Status
		}
		return &Error{Invalid, fmt.Errorf("oidc: the provider does not give the token: %.60q: %.200q", code, said.ErrorDescription)}
	}
	var address *url.Error
	if errors.As(err, &address) {
		return &Error{Unavailable, fmt.Errorf("oidc: the token endpoint: %w", address.Err)}
	}
	return &Error{Invalid, fmt.Errorf("oidc: the token: %w", err)}
}
