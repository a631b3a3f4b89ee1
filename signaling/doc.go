// Package signaling is the hub's doors: the HTTP API, WHEP and WHIP, the event
// stream, health and metrics, and the pages. A handler finds out who asks,
// whether they may, calls one service once, and answers; rules live elsewhere.
//
// Every answer that is an error is a problem of RFC 9457 with a detail that a
// person can act on and a code that a page can choose its words by. Everything
// that comes in is bounded: bodies ([maxSDP], [maxJSON]), offers a second and
// address, header and idle times.
package signaling
