package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	pion "github.com/pion/webrtc/v4"
)

// plainSenderCommand runs this program as the reference: pion as its examples
// use it, one local track written to every peer connection.
const plainSenderCommand = "plain-sender"

func startPlainSender(r reel) (*process, string, error) {
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, "", err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	p, err := start(nil, "ready", self, plainSenderCommand, addrs[0], strconv.Itoa(r.picture), strconv.Itoa(r.keyframe))
	return p, "http://" + addrs[0] + "/", err
}

// readReel reads the arguments that startPlainSender gives.
func readReel(picture, keyframe string) (r reel, err error) {
	if r.picture, err = strconv.Atoi(picture); err == nil {
		r.keyframe, err = strconv.Atoi(keyframe)
	}
	return r, err
}

func plainSender(ctx context.Context, listen string, r reel) error {
	m := &pion.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		return err
	}
	registry := &interceptor.Registry{}
	if err := pion.RegisterDefaultInterceptors(m, registry); err != nil {
		return err
	}
	settings := pion.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	api := pion.NewAPI(pion.WithMediaEngine(m), pion.WithInterceptorRegistry(registry), pion.WithSettingEngine(settings))
	track, err := pion.NewTrackLocalStaticRTP(pion.RTPCodecCapability{MimeType: pion.MimeTypeH264, ClockRate: 90000}, "video", "bench")
	if err != nil {
		return err
	}
	s := &plain{api: api, track: track, peers: map[string]*pion.PeerConnection{}}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Print(err)
		}
	}()
	log.Print("ready")
	err = r.film(ctx, func(p *rtp.Packet) error { return track.WriteRTP(p) })
	return errors.Join(err, server.Close())
}

// plain answers offers.
type plain struct {
	api   *pion.API
	track *pion.TrackLocalStaticRTP
	mu    sync.Mutex
	peers map[string]*pion.PeerConnection
}

func (s *plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		s.mu.Lock()
		pc := s.peers[r.URL.Path]
		delete(s.peers, r.URL.Path)
		s.mu.Unlock()
		if pc != nil {
			_ = pc.Close()
		}
		return
	}
	answer, location, err := s.answer(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

func (s *plain) answer(r *http.Request) (answer, location string, err error) {
	offer, err := io.ReadAll(r.Body)
	if err != nil {
		return "", "", err
	}
	pc, err := s.api.NewPeerConnection(pion.Configuration{})
	if err != nil {
		return "", "", err
	}
	sender, err := pc.AddTrack(s.track)
	if err != nil {
		return "", "", err
	}
	go func() { // the interceptors work on what is read here; ends with the connection
		buf := make([]byte, 1500)
		for {
			if _, _, err := sender.Read(buf); err != nil {
				return
			}
		}
	}()
	if err := pc.SetRemoteDescription(pion.SessionDescription{Type: pion.SDPTypeOffer, SDP: string(offer)}); err != nil {
		return "", "", err
	}
	desc, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", "", err
	}
	gathered := pion.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(desc); err != nil {
		return "", "", err
	}
	<-gathered
	var id [8]byte
	_, _ = rand.Read(id[:])
	location = "/" + hex.EncodeToString(id[:])
	s.mu.Lock()
	s.peers[location] = pc
	s.mu.Unlock()
	return pc.LocalDescription().SDP, location, nil
}
