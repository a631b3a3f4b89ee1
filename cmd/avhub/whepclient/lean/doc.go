// Package lean is a viewer by WHEP that costs as little as a viewer can, so that
// a thousand of them fit beside the hub that they are to measure: a connected
// UDP socket, one ICE check after the other, DTLS, and then counting. What it
// counts are sequence numbers, which SRTP leaves open; it opens packets only as
// far as it must, to find the first whole keyframe and to read pictures' times.
//
// It reports, asks for lost packets and answers checks as a browser does, so
// that the hub has all the work it would have.
package lean
