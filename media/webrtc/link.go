package webrtc

import (
	"fmt"
	"time"

	pion "github.com/pion/webrtc/v4"
)

// link is what a session runs over: a peer connection, or the light transport.
type link interface {
	// answer answers the session's offer, and later the same one with other ICE
	// credentials, which restarts ICE.
	answer(offer string) (string, error)
	// candidate takes one of the browser's candidates. One that cannot be used
	// (mDNS name, unknown protocol) is nothing that the browser could mend.
	candidate(value string)
	// close ends it and waits for its end.
	close()
}

// peerLink is a peer connection.
type peerLink struct{ pc *pion.PeerConnection }

func (l peerLink) answer(offer string) (string, error) {
	if err := l.pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	gathered := pion.GatheringCompletePromise(l.pc)
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("webrtc: answer: %w", err)
	}
	select {
	case <-gathered:
	case <-time.After(2 * time.Second): // the candidates are the mux's own: nothing is asked of the network
		return "", fmt.Errorf("webrtc: no candidates: check webrtc.listen")
	}
	return l.pc.LocalDescription().SDP, nil
}

func (l peerLink) candidate(value string) {
	mid := "0"
	_ = l.pc.AddICECandidate(pion.ICECandidateInit{Candidate: "candidate:" + value, SDPMid: &mid}) // see link
}

func (l peerLink) close() { _ = l.pc.GracefulClose() } // whatever state it is in; there is nobody to tell
