package main

import (
	"avhub/configs"
	"avhub/signaling/certs"
)

// examineTLS looks at the certificate that the hub would serve.
func examineTLS(cfg *configs.Config) findings {
	const check = "http.tls"
	if cfg.HTTP.TLS.Mode == configs.TLSOff {
		if cfg.HTTP.BehindProxy {
			return examineProxy(cfg)
		}
		return findings{{fine, check, "off: the hub serves this machine only", ""}}
	}
	all := findings{}
	for _, f := range certs.Check(certOptions(cfg, nil)) {
		all = append(all, finding{level(f.Level), check, f.Text, f.Do}) // the words are the same
	}
	return all
}

// examineProxy looks at what stands between a proxy and the hub.
func examineProxy(cfg *configs.Config) findings {
	const check = "http.behind_proxy"
	if configs.Local(cfg.Bind().HTTP) {
		return findings{{fine, check, "a proxy on this machine ends TLS", ""}}
	}
	all := findings{{warns, check, cfg.HTTP.Listen + " takes plain HTTP from other machines", "let a firewall keep all but the proxy from it"}}
	if len(cfg.HTTP.Proxies) == 0 {
		all = append(all, finding{warns, check, "no proxy is named: all log-ins seem to come from its address, and are slowed down together", "write the proxy's address into http.proxies"})
	}
	return all
}
