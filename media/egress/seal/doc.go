// Package seal turns RTP packets into SRTP packets (RFC 3711, RFC 7714) where
// they are to be sent from: the payload, which all viewers share, is read once
// and written sealed behind its header. RTCP is sealed and opened in place.
//
//	s, err := seal.New(seal.GCM, key, salt)
//	buf = append(buf, header...)
//	buf = s.Seal(buf, len(header), payload, roc)
//
//	c, err := seal.NewControl(seal.GCM, key, salt)
//	packet, err = c.Seal(packet)
//
// A [Sealer] and two [Control] keep one session's keys and allocate nothing for
// a packet. They are not safe for concurrent use. The caller sees to it that no two
// different packets are sealed under one SSRC, roll-over counter and sequence number;
// [Rollover] helps with that.
package seal
