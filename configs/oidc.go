package configs

import (
	"net/url"
	"strings"
)

// OIDC is the court's identity provider (OpenID Connect).
type OIDC struct {
	Issuer       string     `yaml:"issuer" en:"address of the provider, https://…; empty: none. Register https://HUB/api/v1/oidc/callback there, https://HUB/login for after log-out, and https://HUB/api/v1/oidc/logout for back-channel logout" zh:"身份提供者地址（https://…），为空则不启用。须在其中登记回调地址 https://主机/api/v1/oidc/callback、退出后地址 https://主机/login、后台退出地址 https://主机/api/v1/oidc/logout"`
	ClientID     string     `yaml:"client_id" en:"what the provider calls the hub" zh:"本系统在身份提供者处的客户端标识"`
	ClientSecret Secret     `yaml:"client_secret" en:"what the hub proves itself with; empty: a public client" zh:"客户端密钥，公开客户端可为空"`
	Name         string     `yaml:"name" en:"what the log-in page calls it" zh:"登录页上显示的名称"`
	Scopes       []string   `yaml:"scopes" en:"what is asked of the provider beside openid" zh:"除 openid 外申请的范围"`
	Claim        string     `yaml:"claim" en:"where the provider says a person's roles or groups; dots lead deeper (realm_access.roles)" zh:"存放角色或用户组的声明，用点号表示层级（realm_access.roles）"`
	CA           string     `yaml:"ca" en:"PEM file of the authority behind the provider's certificate, if the system does not know it" zh:"身份提供者证书的颁发机构（PEM 文件），系统已信任时不需要"`
	Roles        []OIDCRole `yaml:"roles" en:"who gets which role where, at each log-in anew; without any, roles are given in the hub, to accounts that their owners have linked" zh:"角色对应关系，每次登录时更新；不写时角色由本系统管理，用户须先自行关联账户"`
}

// OIDCRole gives a role to those of whom the provider says a value.
type OIDCRole struct {
	Value string   `yaml:"value" en:"what the claim holds" zh:"声明中的取值"`
	Role  string   `yaml:"role" one:"admin judge clerk inspector duty_officer commander field_officer technician auditor" en:"role that they get" zh:"对应的角色"`
	Court string   `yaml:"court" en:"id of the court where they get it" zh:"法院标识"`
	Sites []string `yaml:"sites" en:"ids of the courtrooms or places that are theirs" zh:"所属法庭或场所的标识"`
}

func (o OIDC) check(f *faults) {
	if o.Issuer == "" {
		if o.ClientID != "" || len(o.Roles) > 0 {
			f.add("oidc.issuer", "it is empty, and other keys of oidc are set: write the provider's address")
		}
		return
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		f.add("oidc.issuer", "%q is no address of a provider: write https://host/path, as the provider calls itself", clip(Mask(o.Issuer)))
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		f.add("oidc.issuer", "%s is not protected by TLS: write https://", clip(o.Issuer))
	}
	if o.ClientID == "" {
		f.add("oidc.client_id", "it is empty: register the hub at the provider, and write what it is called there")
	}
	for i, r := range o.Roles {
		path := index("oidc.roles", i)
		if strings.TrimSpace(r.Value) == "" {
			f.add(join(path, "value"), "it is empty: write what the provider's claim %s holds for these people", o.Claim)
		}
		if !idPattern.MatchString(r.Court) {
			f.add(join(path, "court"), "%q is no id of a court: small letters, digits and -, such as heihe", clip(r.Court))
		}
	}
	if len(o.Roles) > 0 && o.Claim == "" {
		f.add("oidc.claim", "it is empty, and roles are mapped: write the claim that holds them, such as roles")
	}
}
