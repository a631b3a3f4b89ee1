package oidc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"
)

// addUserInfo asks the provider's userinfo endpoint for the roles, if the token
// does not tell them: some put them only there.
func (p *Provider) addUserInfo(ctx context.Context, d *discovered, tokens *oauth2.Token, subject string, claims map[string]any) error {
	if p.o.Claim == "" || lookUp(claims, p.o.Claim) != nil || d.UserInfo == "" {
		return nil
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return &Error{Unavailable, fmt.Errorf("oidc: userinfo: %w", err)}
	}
	// Without this, an access token of another person would do (section 5.3.2).
	if info.Subject != subject {
		return &Error{Invalid, errors.New("oidc: userinfo tells of another person")}
	}
	var more map[string]any
	if err := info.Claims(&more); err != nil {
		return &Error{Invalid, fmt.Errorf("oidc: userinfo: %w", err)}
	}
	for name, value := range more {
		if _, there := claims[name]; !there {
			claims[name] = value
		}
	}
	return nil
}

// lookUp finds a claim by its name, or by names with dots between; nil: it is
// not there. A name that has dots itself goes first.
func lookUp(claims map[string]any, path string) any {
	if v, ok := claims[path]; ok {
		return v
	}
	first, rest, deeper := strings.Cut(path, ".")
	under, ok := claims[first].(map[string]any)
	if !deeper || !ok {
		return nil
	}
	return lookUp(under, rest)
}

// maxValues bounds what is read of a claim.
const maxValues = 1000

// values are a claim's: a list of texts, or one.
func values(claims map[string]any, path string) []string {
	switch v := lookUp(claims, path).(type) {
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, x := range v[:min(len(v), maxValues)] {
			if s, ok := x.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// text is a claim that is one text; empty: it is none.
func text(claims map[string]any, name string) string {
	s, _ := claims[name].(string)
	return s
}
