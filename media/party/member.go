package party

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"avhub/media"
	"avhub/media/egress"
	"avhub/media/webrtc"
)

// Role of an m-line that sends.
type Role string

// Roles.
const (
	RoleMicrophone  Role = "microphone"
	RoleCamera      Role = "camera"
	RoleScreen      Role = "screen"
	RoleScreenSound Role = "screen_sound"
)

// Valid tells whether the role exists.
func (r Role) Valid() bool {
	return slices.Contains([]Role{RoleMicrophone, RoleCamera, RoleScreen, RoleScreenSound}, r)
}

func (r Role) kind() Kind {
	if r == RoleScreen || r == RoleScreenSound {
		return Screen
	}
	return Camera
}

func (r Role) video() bool { return r == RoleCamera || r == RoleScreen }

// Quality of what is received.
type Quality string

// Qualities.
const (
	High Quality = "high"
	Low  Quality = "low"  // the small layer, or a camera's sub stream
	None Quality = "none" // nothing now
)

// Valid tells whether the quality exists.
func (q Quality) Valid() bool { return q == High || q == Low || q == None }

// Wish is what an m-line shall carry.
type Wish struct {
	Stream  string // empty: nothing
	Quality Quality
}

// Member is one person's place in the party. Their connections come and go.
type Member struct {
	party    *Party
	id       string
	loudness loudness

	mu     sync.Mutex // held while a negotiation or a change of wishes is under way
	peer   *webrtc.Peer
	offer  *webrtc.Offer   // the last one
	sends  map[string]Role // by mid
	outs   map[string]*webrtc.Outgoing
	wishes map[string]Wish
	subs   map[string]*subscription
	active map[string][]string // layers that were last told, by mid
}

func newMember(p *Party, id string) *Member {
	m := &Member{party: p, id: id}
	m.reset()
	return m
}

// reset forgets what belonged to a connection. m.mu is held, or nobody knows m yet.
func (m *Member) reset() {
	m.peer, m.offer = nil, nil
	m.sends, m.outs, m.wishes, m.subs, m.active = map[string]Role{}, map[string]*webrtc.Outgoing{}, map[string]Wish{}, map[string]*subscription{}, map[string][]string{}
}

// ErrNothing refuses an offer from somebody who has no connection for what it asks.
var ErrNothing = errors.New("an m-line that is named is not in the offer")

// Offer takes an offer and answers it. sends says what the m-lines that send are, wishes
// what those that receive shall carry. The first offer opens the connection.
func (m *Member) Offer(text string, sends map[string]Role, wishes map[string]Wish, maySend bool) (answer string, err error) {
	offer, err := webrtc.ParsePeerOffer(text)
	if err != nil {
		return "", err
	}
	if offer.Sends && !maySend {
		return "", fmt.Errorf("%w: it sends, and this participant only watches", webrtc.ErrOffer)
	}
	for mid := range sends {
		if !offer.Has(mid) {
			return "", fmt.Errorf("%w: %w: mid %.20q", webrtc.ErrOffer, ErrNothing, mid)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.peer != nil && (m.peer.Context().Err() != nil || !offer.Same(m.offer)) {
		m.hang() // the page was loaded anew
	}
	m.sends, m.wishes = sends, wishes
	if m.peer == nil {
		answer, err = m.connect(offer)
	} else {
		answer, err = m.peer.Negotiate(offer)
	}
	if err != nil {
		return "", err
	}
	m.offer = offer
	if err := m.openFeeds(answer); err != nil {
		return "", err
	}
	m.attachAll()
	return answer, nil
}

// connect opens the connection. m.mu is held.
func (m *Member) connect(offer *webrtc.Offer) (string, error) {
	peer, err := m.party.o.WebRTC.Join(offer, webrtc.PeerOptions{
		Received: m.receive,
		Bound: func(p *webrtc.Peer, mid string, out *webrtc.Outgoing) {
			m.mu.Lock()
			defer m.mu.Unlock()
			if m.peer == p {
				m.outs[mid] = out
				m.attach(mid)
			}
		},
		Feedback: m.feedback,
	})
	if err != nil {
		return "", err
	}
	m.peer = peer
	context.AfterFunc(peer.Context(), func() {
		m.mu.Lock()
		if m.peer == peer {
			m.hang()
		}
		m.mu.Unlock()
		m.party.o.Changed()
	})
	return peer.Answer(), nil
}

// Hang ends the connection, if there is one. Nothing is sent to it after that.
func (m *Member) Hang() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hang()
}

// hang is called with m.mu held.
func (m *Member) hang() {
	for _, s := range m.subs {
		s.end()
	}
	if m.peer != nil {
		m.peer.Close()
		for _, x := range m.party.Publications() {
			if x.Person == m.id {
				x.rest()
			}
		}
	}
	m.reset()
}

// openFeeds makes publications ready for what was agreed on. m.mu is held.
func (m *Member) openFeeds(answer string) error {
	agreed, err := webrtc.AgreedOn(answer)
	if err != nil {
		return err
	}
	tracks := map[Kind][]media.Track{}
	layered := map[Kind]bool{}
	for _, role := range []Role{RoleCamera, RoleMicrophone, RoleScreen, RoleScreenSound} {
		for mid, r := range m.sends {
			if a, ok := agreed[mid]; r == role && ok && a.Receives && a.Track.Kind.Video() == role.video() {
				tracks[role.kind()] = append(tracks[role.kind()], a.Track)
				layered[role.kind()] = layered[role.kind()] || a.Layers > 1
			}
		}
	}
	for kind, list := range tracks {
		x, err := m.party.publication(m.id, kind)
		if err != nil {
			return err
		}
		if err := x.open(whole, list); err != nil {
			return err
		}
		if layered[kind] {
			if err := x.open(small, list[:1]); err != nil {
				return err
			}
		}
	}
	for _, x := range m.party.Publications() {
		if x.Person == m.id && len(tracks[x.Kind]) == 0 {
			x.rest()
		}
	}
	m.party.o.Changed()
	return nil
}

// receive copies what somebody sends into their publication.
func (m *Member) receive(in *webrtc.Incoming) {
	peer := in.Peer()
	m.mu.Lock() // held until the offer that it came with has been taken
	role, ok := m.sends[in.Mid]
	own := m.peer == peer
	m.mu.Unlock()
	if !own || !ok || role.video() != in.Track.Kind.Video() {
		return
	}
	x, err := m.party.publication(m.id, role.kind())
	if err != nil {
		peer.End(err)
		return
	}
	layer := whole
	if in.RID == "h" || in.RID == "q" {
		layer = small
	}
	if role.video() {
		x.pictures.askBy(layer, in.WantKeyframe)
		for _, l := range slices.Compact([]string{whole, layer}) { // the small layer may stand in for the whole one
			m.party.o.Relay.FedBy(peer.Context(), x.stream(l), func() { x.pictures.wantKeyframe(l) })
		}
	}
	if role == RoleMicrophone && !in.Levels() {
		m.party.measure(m, x)
	}
	var lost bool
	err = in.Read(func(p media.Packet, level uint8) bool {
		if role == RoleMicrophone && in.Levels() {
			m.loudness.hear(level, p.Arrived)
		}
		if p.Lost > 0 && role.video() {
			lost = true
		}
		if lost {
			in.WantKeyframe()
			lost = false
		}
		if err := x.packet(layer, role.video(), p); err != nil {
			peer.End(err)
			return false
		}
		return true
	})
	if err != nil && peer.Context().Err() == nil {
		m.party.o.Log.Debug("party: a track has ended", "member", m.id, "mid", in.Mid, "err", err)
	}
}

// Layers are the layers of each camera's m-line that somebody receives or records: others
// need not be sent. changed tells whether they are others than at the last call.
func (m *Member) Layers() (active map[string][]string, changed bool) {
	m.mu.Lock()
	sends := map[string]Role{}
	for mid, role := range m.sends {
		if role.video() && m.peer != nil {
			sends[mid] = role
		}
	}
	m.mu.Unlock()
	active = map[string][]string{}
	for mid, role := range sends {
		id := m.id
		if role == RoleScreen {
			id += "-screen"
		}
		x := m.party.Publication(id)
		if x == nil {
			continue
		}
		layers := []string{}
		high, low := m.party.wanted(x, whole), m.party.wanted(x, small)
		if high {
			layers = append(layers, "f")
		}
		if low || high {
			layers = append(layers, "h")
		}
		active[mid] = layers
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for mid, layers := range active {
		if last, ok := m.active[mid]; !ok || !slices.Equal(last, layers) {
			changed = true
		}
	}
	m.active = active
	return active, changed
}

// feedback passes a browser's reports on to what is sent on the m-line. What it says of
// its whole way is shared out among its pictures.
func (m *Member) feedback(peer *webrtc.Peer, mid string, said egress.Feedback) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.peer != peer {
		return
	}
	s := m.subs[mid]
	for r, ok := said.Next(); ok; r, ok = said.Next() {
		switch {
		case r.Kind == egress.RemarkEstimate:
			m.share(r.BitsASecond)
		case s != nil:
			s.hear(r)
		}
	}
}

// share gives each picture its part of a way's estimate, by what it needs. m.mu is held.
func (m *Member) share(estimate float64) {
	sum := 0.0
	for _, s := range m.subs {
		if s.video {
			sum += s.rate()
		}
	}
	if sum <= 0 {
		return
	}
	for _, s := range m.subs {
		if s.video {
			s.hear(egress.Remark{Kind: egress.RemarkEstimate, BitsASecond: estimate * s.rate() / sum})
		}
	}
}
