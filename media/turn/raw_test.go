package turn_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// raw is a client that may say whatever it wants.
type raw struct {
	conn  *pion.STUNConn
	user  string
	key   stun.MessageIntegrity
	realm stun.Realm
	nonce stun.Nonce
}

// Families and transports, as they stand in attributes.
const (
	familyIPv4 = 1
	familyIPv6 = 2
	protoTCP   = 6
	protoUDP   = 17
)

// rawClient comes in by TCP, and asks for its first nonce.
func (x *site) rawClient(t *testing.T, user, password string) *raw {
	t.Helper()
	r := &raw{conn: x.dial(t, "tcp").(*pion.STUNConn), user: user}
	answer := r.say(t, stun.NewType(stun.MethodAllocate, stun.ClassRequest), transport(protoUDP))
	if codeOf(answer) != stun.CodeUnauthorized || r.realm.GetFrom(answer) != nil || r.nonce.GetFrom(answer) != nil {
		t.Fatalf("the first answer is %s", answer)
	}
	r.key = stun.NewLongTermIntegrity(user, r.realm.String(), password)
	return r
}

// say sends a request and waits for the answer.
func (r *raw) say(t *testing.T, kind stun.MessageType, attributes ...stun.Setter) *stun.Message {
	t.Helper()
	all := append([]stun.Setter{stun.TransactionID, kind}, attributes...)
	if r.key != nil {
		all = append(all, stun.NewUsername(r.user), r.realm, r.nonce, r.key)
	}
	m, err := stun.Build(all...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.conn.WriteTo(m.Raw, nil); err != nil {
		t.Fatal(err)
	}
	_ = r.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 2000)
	n, _, err := r.conn.ReadFrom(buf)
	if err != nil {
		t.Fatalf("no answer to %s: %v", kind, err)
	}
	answer := &stun.Message{Raw: buf[:n]}
	if err := answer.Decode(); err != nil || answer.TransactionID != m.TransactionID {
		t.Fatalf("answer %x: %v", buf[:n], err)
	}
	return answer
}

// request sends a request of a method and returns the error code of the answer, 0 for none.
func (r *raw) request(t *testing.T, m stun.Method, attributes ...stun.Setter) stun.ErrorCode {
	t.Helper()
	return codeOf(r.say(t, stun.NewType(m, stun.ClassRequest), attributes...))
}

// indicate sends what is not answered.
func (r *raw) indicate(t *testing.T, attributes ...stun.Setter) {
	t.Helper()
	m, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication)}, attributes...)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.conn.WriteTo(m.Raw, nil); err != nil {
		t.Fatal(err)
	}
}

func codeOf(m *stun.Message) stun.ErrorCode {
	var e stun.ErrorCodeAttribute
	if e.GetFrom(m) != nil {
		return 0
	}
	return e.Code
}

// attribute is one that is written byte by byte.
type attribute struct {
	kind  stun.AttrType
	value []byte
}

func (a attribute) AddTo(m *stun.Message) error { m.Add(a.kind, a.value); return nil }

func transport(proto byte) attribute {
	return attribute{stun.AttrRequestedTransport, []byte{proto, 0, 0, 0}}
}

func family(f byte) attribute {
	return attribute{stun.AttrRequestedAddressFamily, []byte{f, 0, 0, 0}}
}

func channel(n uint16) attribute {
	return attribute{stun.AttrChannelNumber, []byte{byte(n >> 8), byte(n), 0, 0}}
}

// peer is an XOR-PEER-ADDRESS in the family that the address is written in.
type peer netip.AddrPort

func (p peer) AddTo(m *stun.Message) error {
	at := netip.AddrPort(p)
	const cookie = 0x2112
	mask := append([]byte{0x21, 0x12, 0xa4, 0x42}, m.TransactionID[:]...)
	port := at.Port() ^ cookie
	value := []byte{0, familyIPv4, byte(port >> 8), byte(port)}
	if at.Addr().BitLen() == 128 {
		value[1] = familyIPv6
	}
	for i, b := range at.Addr().AsSlice() {
		value = append(value, b^mask[i])
	}
	m.Add(stun.AttrXORPeerAddress, value)
	return nil
}

func peerOf(a net.Addr) peer { return peer(a.(*net.UDPAddr).AddrPort()) }

// udpAddr is where the relay listens by UDP.
func (x *site) udpAddr() net.Addr { return net.UDPAddrFromAddrPort(x.Addr().(*net.TCPAddr).AddrPort()) }
