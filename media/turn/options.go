package turn

import (
	"crypto/tls"
	"log/slog"
	"net/netip"
	"time"
)

// Options of a relay.
type Options struct {
	Listen    string      // host:port, UDP and the same TCP port; empty: none
	TLSListen string      // host:port, TCP within TLS; empty: none
	TLS       *tls.Config // needed with TLSListen
	// Port and TLSPort are told to browsers instead of the ports' own numbers,
	// where a firewall hands others on; 0: the own.
	Port, TLSPort int
	Realm         string // what the passwords are for; empty: avhub
	// Secret makes the passwords; empty: one of this process's own, with which
	// credentials end when the hub does, as its sessions do.
	Secret []byte
	// Peers are the only addresses and ports that are relayed to: the hub's own
	// media port. It is asked at most once a second and must be quick; nil: none.
	Peers func() []netip.AddrPort
	// Bind is where the relay's sockets are opened: the address that the media
	// port is open on. Invalid means all addresses.
	Bind netip.Addr
	// PublicIPs are told to clients as the relay's address, where others than
	// the machine's own. Nothing comes in by them: they are only shown.
	PublicIPs []netip.Addr
	Limits    Limits // zero values mean the defaults
	Log       *slog.Logger
	Now       func() time.Time // nil: the machine's clock
}

// Limits bound what clients may use. What is over a limit is dropped or refused,
// and counted ([Stats]).
type Limits struct {
	// Allocations are all clients' together, 0 means 1,000: each is a socket and
	// a goroutine with 2 KiB of buffer.
	Allocations int
	// SessionAllocations are one session's, 0 means 16: a browser opens one for
	// each address it is told (UDP, TCP, TLS) and each network it is on (Wi-Fi,
	// 4G, IPv4, IPv6), and new ones beside the old when it restarts ICE.
	SessionAllocations int
	// SessionRate is one session's bytes a second in each direction, 0 means
	// 4 MiB: a picture of 8 Mbit/s and a screen, with a keyframe at once.
	SessionRate int
	// SessionBytes are all of one session's bytes, 0 means 64 GiB: a day of
	// 6 Mbit/s.
	SessionBytes int64
	// Lifetime is how long credentials and what is opened with them last at
	// most, 0 means 24 h: a wall that is on for longer asks anew.
	Lifetime time.Duration
	// Sessions are those that have credentials, 0 means 20,000: what is kept of
	// one is its id and when it ends.
	Sessions int
	// Connections by TCP and TLS are all clients' together, 0 means 2,000;
	// AddressConnections of one address, 0 means 256: a house may share one.
	Connections, AddressConnections int
	// Strangers are connections that have no allocation, 0 means 256;
	// AddressStrangers of one address, 0 means 64.
	Strangers, AddressStrangers int
	// Introduce is how long a connection may be without an allocation, 0 means
	// 10 s; a message that has begun has as long to come whole.
	Introduce time.Duration
	// Stall is how long a connection may take nothing of what is sent, 0 means 10 s.
	Stall time.Duration
	// Requests a second from one address without an allocation, 0 means 100, and
	// four seconds of them at once: a wall of 16 tiles in six windows.
	Requests int
	// AllRequests a second from all such addresses together, 0 means 5,000:
	// where addresses are made up, they cost so much and no more.
	AllRequests int
	// ClientRequests a second of a client with an allocation, 0 means 50: it
	// asks for some addresses at once and then every few minutes.
	ClientRequests int
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		to *int
		at int
	}{
		{&l.Allocations, 1000}, {&l.SessionAllocations, 16}, {&l.SessionRate, 4 << 20}, {&l.Sessions, 20_000},
		{&l.Connections, 2000}, {&l.AddressConnections, 256}, {&l.Strangers, 256}, {&l.AddressStrangers, 64},
		{&l.Requests, 100}, {&l.AllRequests, 5000}, {&l.ClientRequests, 50},
	} {
		if *d.to == 0 {
			*d.to = d.at
		}
	}
	if l.SessionBytes == 0 {
		l.SessionBytes = 64 << 30
	}
	for _, d := range []struct {
		to *time.Duration
		at time.Duration
	}{{&l.Lifetime, 24 * time.Hour}, {&l.Introduce, 10 * time.Second}, {&l.Stall, 10 * time.Second}} {
		if *d.to == 0 {
			*d.to = d.at
		}
	}
	return l
}
