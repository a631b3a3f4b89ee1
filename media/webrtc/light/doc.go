// Package light is the transport of a browser that only receives: ICE-lite, DTLS
// and SRTP without a peer connection, through the one UDP port and the one TCP
// port that all sessions share.
//
// A [Host] owns the ports' incoming side. What is for one of its agents it
// handles itself; everything else is left to who reads from [Host.Packets]
// and accepts from [Host.Listener], which are the ports as peer connections need
// them. An [Agent] is one viewer's transport and an egress.Transport.
//
//	host := light.NewHost(options)
//	agent, err := host.NewAgent(light.Remote{…}, light.Events{…})
//	ufrag, pwd := agent.Credentials() // for the answer
//
// Invariants:
//   - nothing is sent to an address that has not answered a check of ours, which
//     carries what only it and the offer know (RFC 7675): nobody can have the hub
//     send a stream to somebody else, and sending stops within 30 s of the last
//     answer;
//   - no media before the DTLS certificate has been compared with the offer's
//     fingerprint (RFC 8827 section 6.5);
//   - what comes in is bounded: routes and TCP connections an agent may have, RTCP
//     a second, bytes of a frame; what is too much or makes no sense is counted
//     and dropped ([Stats]), without an answer;
//   - one goroutine reads the UDP port; it never waits for anybody.
package light
