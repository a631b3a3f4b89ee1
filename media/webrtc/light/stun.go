package light

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"

	"github.com/pion/stun/v4"
)

const stunHeader = 20

// transaction identifies a check.
type transaction = [stun.TransactionIDSize]byte

// maxSTUN bounds a message in bytes: browsers' have about 120.
const maxSTUN = 548 // RFC 8489 section 6.1, without path MTU discovery

// Attributes that pion/stun has no code for (RFC 8445 section 16.1).
const roleConflict = 487

var errNotSTUN = errors.New("no STUN message that an ICE agent takes")

// message reads a STUN message, whose bytes are used afterwards.
func message(b []byte) (*stun.Message, error) {
	if len(b) > maxSTUN || !stun.IsMessage(b) {
		return nil, errNotSTUN
	}
	m := &stun.Message{Raw: b}
	if err := m.Decode(); err != nil || m.Type.Method != stun.MethodBinding {
		return nil, errNotSTUN
	}
	return m, nil
}

// userName is the user name of a request: ours, then theirs (RFC 8445 section
// 7.2.2).
func userName(m *stun.Message) (ours, theirs string, ok bool) {
	raw, err := m.Get(stun.AttrUsername)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(raw), ":")
}

// authentic tells whether a message was made with the password, and is whole.
func authentic(m *stun.Message, password string) bool {
	if stun.NewShortTermIntegrity(password).Check(m) != nil {
		return false
	}
	return !m.Contains(stun.AttrFingerprint) || stun.Fingerprint.Check(m) == nil
}

// success answers a check.
func success(m *stun.Message, from netip.AddrPort, password string) ([]byte, error) {
	return build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())},
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
}

// conflict refuses the check of an agent that takes the same role as we.
func conflict(m *stun.Message, password string) ([]byte, error) {
	return build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingError,
		&stun.ErrorCodeAttribute{Code: roleConflict, Reason: []byte("Role Conflict")},
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
}

// check asks the other side whether it wants to be sent to (RFC 7675 section
// 5.1): only it knows the password and sees the random transaction id.
func check(user, password string, tieBreaker uint64) (transaction, []byte, error) {
	var id transaction
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	var role [8]byte
	binary.BigEndian.PutUint64(role[:], tieBreaker)
	b, err := build(stun.NewTransactionIDSetter(id), stun.BindingRequest, stun.NewUsername(user),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 30, 255}}, // a peer-reflexive candidate's
		stun.RawAttribute{Type: stun.AttrICEControlled, Value: role[:]},
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
	return id, b, err
}

func build(setters ...stun.Setter) ([]byte, error) {
	m, err := stun.Build(setters...)
	if err != nil {
		return nil, err
	}
	return m.Raw, nil
}

// handleSTUN takes a message for one of the agents.
func (h *Host) handleSTUN(b []byte, from netip.AddrPort, tcp *tcpConn) (taken bool) {
	m, err := message(b)
	if err != nil {
		h.counters.malformed.Add(1)
		return true
	}
	switch m.Type.Class {
	case stun.ClassRequest:
		ours, theirs, ok := userName(m)
		if !ok {
			return false
		}
		h.mu.RLock()
		a := h.ufrags[ours]
		h.mu.RUnlock()
		if a == nil {
			return false
		}
		a.request(m, theirs, from, tcp)
		return true
	case stun.ClassSuccessResponse, stun.ClassErrorResponse:
		h.mu.Lock()
		r := h.checks[m.TransactionID]
		delete(h.checks, m.TransactionID)
		h.mu.Unlock()
		if r == nil {
			return false
		}
		if !r.is(from, tcp) {
			h.counters.unauthentic.Add(1)
			return true
		}
		r.agent.answered(r, m)
		return true
	default:
		return h.agentOf(from, tcp) != nil // an indication keeps the way open, and says nothing
	}
}

// useCandidate tells whether a check nominates its route.
func useCandidate(m *stun.Message) bool { return m.Contains(stun.AttrUseCandidate) }

// sameRole tells whether the other side believes to be the controlled one, as we
// are: an ICE-lite agent is always (RFC 8445 section 6.1.1).
func sameRole(m *stun.Message) bool { return m.Contains(stun.AttrICEControlled) }
