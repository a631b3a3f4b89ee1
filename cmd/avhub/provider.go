package main

import (
	"log/slog"
	"strings"

	"avhub/configs"
	"avhub/rooms"
	"avhub/rooms/office"
	"avhub/signaling"
	"avhub/signaling/oidc"
)

// openProvider prepares the court's identity provider; nil if there is none.
func openProvider(cfg *configs.Config) (*signaling.Provider, error) {
	if cfg.OIDC.Issuer == "" {
		return nil, nil
	}
	p, err := oidc.New(oidc.Options{
		Issuer: cfg.OIDC.Issuer, ClientID: cfg.OIDC.ClientID, ClientSecret: cfg.OIDC.ClientSecret.Reveal(),
		Scopes: cfg.OIDC.Scopes, Claim: cfg.OIDC.Claim, CA: cfg.OIDC.CA,
	})
	if err != nil {
		return nil, err
	}
	return &signaling.Provider{Name: cfg.OIDC.Name, OIDC: p}, nil
}

// providerRoles are the configuration's rules as the office knows them.
func providerRoles(cfg *configs.Config) []office.RoleRule {
	var rules []office.RoleRule
	for _, r := range cfg.OIDC.Roles {
		rules = append(rules, office.RoleRule{Value: r.Value, Grant: rooms.Grant{Role: rooms.Role(r.Role), Court: r.Court, Sites: r.Sites}})
	}
	return rules
}

// warnOfCourts says which rules lead nowhere: courts may be added later, so it
// is no reason not to start.
func warnOfCourts(cfg *configs.Config, courts rooms.Courts, log *slog.Logger) {
	if len(courts) == 0 {
		return // not set up yet
	}
	var gone []string
	for _, r := range cfg.OIDC.Roles {
		if _, ok := courts[r.Court]; !ok {
			gone = append(gone, r.Court)
		}
	}
	if len(gone) > 0 {
		log.Warn("oidc.roles name courts that are not there: these rules give nothing", "courts", strings.Join(gone, " "))
	}
}
