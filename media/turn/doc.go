// Package turn is the hub's own TURN relay (RFC 8656), for browsers behind
// networks that let nothing but a TCP connection out: pion/turn does the
// protocol, this package says who may, how much, and to whom.
//
//	relay, err := turn.NewServer(turn.Options{Listen: ":3478", Peers: browsers.Addresses, Log: log})
//	defer relay.Close()
//	user, password, err := relay.Credentials(session, 24*time.Hour) // to the browser, with [Server.URLs]
//	relay.Revoke(session)                                           // with the session's end
//
// Invariants: there is one thing to reach through it, the hub's own media
// address and port (Options.Peers); whatever else a client names, of whatever
// range and in whatever form, is refused where it asks for leave, and again at
// the relay's socket in both directions. Credentials are one session's, end at a
// time that stands in them, and are good for nothing from the moment when the
// session is revoked: what was opened with them is closed then. Passwords are
// not kept, they are computed (HMAC-SHA-256). Everything is bounded ([Limits]):
// what is over a limit is dropped and counted, and costs others nothing. A client
// that has shown no credentials costs a lookup and at most so many messages a
// second. No goroutine outlives Close.
package turn
