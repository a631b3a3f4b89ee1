package signaling

import "avhub/media/turn"

var (
	descTURNSessions    = gaugeOf("turn_sessions", "Sessions that have credentials for the hub's own relay.")
	descTURNAllocations = gaugeOf("turn_allocations", "Relays that are open.")
	descTURNConnections = gaugeOf("turn_connections", "Connections to the relay by TCP and TLS.")
	descTURNOpened      = counterOf("turn_allocations_total", "Relays that were opened.")
	descTURNBytes       = counterOf("turn_bytes_total", "Bytes relayed, up to the hub and down to browsers.", "direction")
	descTURNRefused     = counterOf("turn_refused_total", "What the relay turned away: messages, credentials, peers, packets, connections.", "why")
)

// collectTURN reads the figures of the hub's own relay, if it has one.
func collectTURN(out *exposition, s *turn.Server) {
	if s == nil {
		return
	}
	st := s.Stats()
	out.add(descTURNSessions, float64(st.Sessions))
	out.add(descTURNAllocations, float64(st.Allocations))
	out.add(descTURNConnections, float64(st.Connections))
	out.add(descTURNOpened, float64(st.Opened))
	out.add(descTURNBytes, float64(st.BytesUp), "up")
	out.add(descTURNBytes, float64(st.BytesDown), "down")
	for _, r := range []struct {
		why   string
		count uint64
	}{
		{"malformed", st.Refused.Malformed}, {"limited", st.Refused.Limited}, {"credentials", st.Refused.Credentials},
		{"quota", st.Refused.Quota}, {"peer", st.Refused.Peer}, {"bandwidth", st.Refused.Bandwidth},
		{"connections", st.Refused.Connections}, {"slow", st.Refused.Slow},
	} {
		out.add(descTURNRefused, float64(r.count), r.why)
	}
}
