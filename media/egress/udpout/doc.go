// Package udpout sends many packets to many addresses through one UDP socket,
// at the least cost that kernel and path allow.
//
// A [Batch] gathers packets where they are written, one path after the other.
// A [Sender] takes [Message]s: each is one or more packets for one [Path], equal
// in size but the last, which leave in one piece and are cut by the kernel (UDP
// generic segmentation offload). Up to [MaxMessages] messages leave by one system call
// (sendmmsg). What does not work is found out while sending and replaced, packet
// by packet if need be: segmentation for the one path that does not take it (an
// interface without checksum offload, a path with a small MTU), sendmmsg for the
// whole socket. Nothing is lost by falling back.
//
// Invariants:
//   - a full socket buffer (EAGAIN) is waited for, a full queue (ENOBUFS) a few
//     times; what then still cannot be sent is counted and left out, and the
//     messages behind it are sent;
//   - closing the socket ends all waiting; a closed descriptor is never written;
//   - sending in steady state allocates nothing;
//   - several senders of one socket do not wait for each other.
package udpout
