package main

import (
	"log/slog"
	"net"
	"net/netip"

	"avhub/configs"
	"avhub/media/turn"
	"avhub/media/webrtc"
	"avhub/signaling"
	"avhub/signaling/certs"
)

// openTURN opens the hub's own relay, which leads to the browsers' port and
// nowhere else; nil where there is none.
func openTURN(cfg *configs.Config, keeper *certs.Keeper, browsers *webrtc.Server, log *slog.Logger) (*turn.Server, error) {
	t, at := cfg.WebRTC.TURN, cfg.Bind()
	if !t.On() {
		return nil, nil
	}
	o := turn.Options{
		Listen: at.TURN, TLSListen: at.TURNS, TLS: plainTLS(keeper), Port: t.Port, TLSPort: t.TLSPort, Realm: t.Realm, Peers: browsers.Addresses,
		Bind: browsers.Addr().(*net.UDPAddr).AddrPort().Addr().Unmap(),
		Limits: turn.Limits{
			Allocations: t.Allocations, SessionAllocations: t.SessionAllocations,
			SessionRate: int(t.SessionRate), SessionBytes: int64(t.SessionTotal), Lifetime: t.Lifetime,
		},
		Log: log,
	}
	for _, text := range cfg.WebRTC.PublicIPs {
		if a, err := netip.ParseAddr(text); err == nil { // configs has checked them
			o.PublicIPs = append(o.PublicIPs, a)
		}
	}
	return turn.NewServer(o)
}

// iceOf is which STUN and TURN servers browsers are told of.
func iceOf(cfg *configs.Config, own *turn.Server, log *slog.Logger) signaling.ICE {
	ice := signaling.ICE{TURN: own, Host: cfg.WebRTC.TURN.Host, Lifetime: cfg.WebRTC.TURN.Lifetime, Log: log}
	for _, s := range cfg.WebRTC.ICEServers {
		ice.Servers = append(ice.Servers, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential.Reveal()})
	}
	return ice
}
