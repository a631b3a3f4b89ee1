package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"

	"avhub/configs"
	"avhub/signaling/certs"
)

// certOptions are what the configuration says of the hub's certificate.
func certOptions(cfg *configs.Config, log *slog.Logger) certs.Options {
	o := certs.Options{
		Mode: certs.Mode(cfg.HTTP.TLS.Mode), CertFile: cfg.HTTP.TLS.Cert, KeyFile: cfg.HTTP.TLS.Key,
		Names: slices.Clone(cfg.HTTP.Names), Log: log,
	}
	if o.Mode == certs.SelfSigned {
		o.Dir = filepath.Join(cfg.DataDir, tlsFolder)
		o.Names = append(o.Names, cfg.WebRTC.PublicIPs...) // browsers before a NAT open the pages by them too
	}
	return o
}

// tlsFolder is that of the hub's own authority in the data folder.
const tlsFolder = "tls"

// openCerts makes or reads the certificate; nil where the hub speaks no TLS.
func openCerts(cfg *configs.Config, log *slog.Logger) (*certs.Keeper, error) {
	if cfg.HTTP.TLS.Mode == configs.TLSOff {
		return nil, nil
	}
	return certs.Open(certOptions(cfg, log))
}

// plainTLS is the certificate as RTSP and TURN speak it: without HTTP's protocol names.
func plainTLS(keeper *certs.Keeper) *tls.Config {
	if keeper == nil {
		return nil
	}
	c := keeper.TLS()
	c.NextProtos = nil
	return c
}

// proxies are the networks whose word about addresses is believed; configs has
// checked them.
func proxies(cfg *configs.Config) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range cfg.HTTP.Proxies {
		if p, err := netip.ParsePrefix(text); err == nil {
			list = append(list, p.Masked())
		} else if a, err := netip.ParseAddr(text); err == nil {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return list
}

// pagesURL is an address at which people find the pages: a name from the
// configuration, or else what the hub listens on.
func pagesURL(cfg *configs.Config, listen net.Addr) string {
	host, port, err := net.SplitHostPort(listen.String())
	if err != nil {
		host = listen.String()
	}
	scheme, named := "http", len(cfg.HTTP.Names) > 0
	switch {
	case cfg.HTTP.BehindProxy && named:
		return "https://" + bracketed(cfg.HTTP.Names[0])
	case cfg.HTTP.TLS.Mode != configs.TLSOff:
		scheme = "https"
		if named {
			host = cfg.HTTP.Names[0]
		}
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = reachable()
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func bracketed(host string) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		return "[" + host + "]"
	}
	return host
}

// reachable is an address of this machine that others can use, if it has one.
func reachable() string {
	_, addrs, _ := certs.Machine() // what is known of it will do
	for _, a := range addrs {
		if a.Is4() && !a.IsLoopback() && !a.IsLinkLocalUnicast() {
			return a.String()
		}
	}
	return "127.0.0.1"
}
