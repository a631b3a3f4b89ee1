// Package webrtc is the browsers' way in and out: one offer, one answer, one
// peer connection with one UDP port shared by all of them and ICE-TCP on the
// same number.
//
// A [Server] answers offers. [Server.View] makes a session that an
// egress.Fanout can send to; [Server.Publish] makes one that writes into a
// media.Feed. Which stream a viewer gets is not decided here (see media/relay),
// only whether offer and stream have a codec in common ([ParseOffer]).
//
// The server is an ICE-lite agent: it has one known address, and leaves the
// checks to the browser. What comes in is bounded: the number of sessions, the
// time that one may take to connect, the size of what is parsed.
package webrtc
