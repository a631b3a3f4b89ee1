//go:build linux

package udpout

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// Whether more sockets (SO_REUSEPORT) would send faster: two goroutines send pictures
// of eight packets to 32 viewers a call, through one socket and through one each.
func BenchmarkSendersOfOneSocketAndOfTwo(b *testing.B) {
	for sockets := 1; sockets <= 2; sockets++ {
		b.Run(fmt.Sprint(sockets), func(b *testing.B) {
			const senders, viewers, packets, size = 2, 32, 8, 1200
			far := listen(b)
			var all [2]*Socket
			for i := range sockets {
				s, err := NewSocket(listen(b))
				if err != nil {
					b.Fatal(err)
				}
				all[i] = s
			}
			var wg sync.WaitGroup
			for n := range senders {
				s := all[n%sockets]
				path := s.Path(far.LocalAddr().(*net.UDPAddr).AddrPort())
				var messages []Message
				for range viewers {
					messages = append(messages, Message{Path: path, Packets: make([]byte, packets*size), Segment: size})
				}
				wg.Go(func() {
					x := s.NewSender()
					for range b.N {
						if _, err := x.Send(messages); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*senders*viewers*packets), "ns/packet")
		})
	}
}

// Whether reading many packets at once (recvmmsg), or joined ones (UDP_GRO), would
// take cameras' and publishers' packets in for less: 1,000 packets that lie in the
// socket are read.
func BenchmarkReading(b *testing.B) {
	const count, size = 1000, 1200
	read := map[string]func(c *net.UDPConn) (int, error){
		"one by one": func(c *net.UDPConn) (int, error) {
			buf := make([]byte, 2048)
			for n := range count {
				if _, _, err := c.ReadFromUDPAddrPort(buf); err != nil {
					return n, err
				}
			}
			return count, nil
		},
		"recvmmsg": func(c *net.UDPConn) (n int, err error) {
			p := ipv4.NewPacketConn(c)
			batch := make([]ipv4.Message, 32)
			for i := range batch {
				batch[i].Buffers = [][]byte{make([]byte, 2048)}
			}
			for n < count {
				k, err := p.ReadBatch(batch, 0)
				if err != nil {
					return n, err
				}
				n += k
			}
			return n, nil
		},
		"joined": func(c *net.UDPConn) (n int, err error) {
			buf := make([]byte, 65536)
			for n < count {
				k, _, err := c.ReadFromUDPAddrPort(buf)
				if err != nil {
					return n, err
				}
				n += k / size
			}
			return n, nil
		},
	}
	for _, name := range []string{"one by one", "recvmmsg", "joined"} {
		b.Run(name, func(b *testing.B) {
			near, far := listen(b), listen(b)
			raw, err := far.SyscallConn()
			if err != nil {
				b.Fatal(err)
			}
			if err := raw.Control(func(fd uintptr) {
				if name == "joined" {
					_ = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1) // the figure shows it
				}
			}); err != nil {
				b.Fatal(err)
			}
			s, err := NewSocket(near)
			if err != nil {
				b.Fatal(err)
			}
			x, path := s.NewSender(), s.Path(netip.MustParseAddrPort(far.LocalAddr().String()))
			message := []Message{{Path: path, Packets: make([]byte, 40*size), Segment: size}}
			b.ResetTimer()
			for b.Loop() {
				b.StopTimer()
				for range count / 40 {
					if _, err := x.Send(message); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				if n, err := read[name](far); err != nil || n != count {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/packet")
		})
	}
}

func listen(b *testing.B) *net.UDPConn {
	b.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	if err := c.SetReadBuffer(8 << 20); err != nil {
		b.Fatal(err)
	}
	return c
}
