package signaling

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"avhub/media"
	"avhub/media/loudspeaker"
	"avhub/media/sources"
	"avhub/rooms"
)

// metrics serves Prometheus. Figures are read when asked for: a source costs
// nothing between two scrapes.
func (s *Server) metrics() http.HandlerFunc {
	runtime := prometheus.NewRegistry()
	runtime.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return func(w http.ResponseWriter, _ *http.Request) {
		var e exposition
		s.collect(&e)
		format := expfmt.NewFormat(expfmt.TypeTextPlain)
		w.Header().Set("Content-Type", string(format))
		_, _ = w.Write(e.text())        // the client may have gone
		families, _ := runtime.Gather() // what can be told of the process is told
		encoder := expfmt.NewEncoder(w, format)
		for _, f := range families {
			_ = encoder.Encode(f)
		}
	}
}

var (
	trackLabels = []string{"source", "stream", "track", "codec"}

	descPackets     = counterOf("source_packets_total", "RTP packets received.", trackLabels...)
	descBytes       = counterOf("source_bytes_total", "RTP payload bytes received.", trackLabels...)
	descLost        = counterOf("source_packets_lost_total", "RTP packets lost on the way in.", trackLabels...)
	descMalformed   = counterOf("source_packets_malformed_total", "Packets that no unit could be made of.", trackLabels...)
	descUnits       = counterOf("source_units_total", "Access units (video) or frames (audio) received.", trackLabels...)
	descJitter      = gaugeOf("source_jitter_seconds", "Interarrival jitter (RFC 3550).", trackLabels...)
	descKeyframe    = gaugeOf("source_keyframe_interval_seconds", "Between the last two keyframes.", trackLabels...)
	descCorrections = counterOf("source_clock_corrections_total", "Times the hub's clock overruled the sender's.", trackLabels...)
	descBitRate     = gaugeOf("source_bit_rate", "Bits a second over the last seconds.", trackLabels...)
	descReconnects  = counterOf("source_reconnects_total", "Times a source came back.", "source", "stream")
	descLive        = gaugeOf("source_live", "1 if live or degraded, else 0.", "source", "stream")

	viewerLabels  = []string{"source", "stream", "viewer"}
	descSent      = counterOf("viewer_packets_sent_total", "RTP packets sent to a viewer.", viewerLabels...)
	descSentBytes = counterOf("viewer_bytes_sent_total", "RTP payload bytes sent to a viewer.", viewerLabels...)
	descNACK      = counterOf("viewer_nack_total", "Packets that a viewer asked for again.", viewerLabels...)
	descResent    = counterOf("viewer_packets_resent_total", "Packets sent again.", viewerLabels...)
	descPLI       = counterOf("viewer_pli_total", "Keyframes that a viewer asked for.", viewerLabels...)
	descRTT       = gaugeOf("viewer_rtt_seconds", "Round trip time.", viewerLabels...)
	descFailed    = counterOf("viewer_packets_failed_total", "Packets that the transport refused.", viewerLabels...)
	descIgnored   = counterOf("viewer_wishes_ignored_total", "Packets and keyframes that a viewer asked for beyond what one is given.", viewerLabels...)
	descLeftOut   = counterOf("viewer_pictures_left_out_total", "Pictures that a viewer's way had no room for.", viewerLabels...)
	descEstimate  = gaugeOf("viewer_estimated_bit_rate", "Bits a second that the viewer says its way carries; 0: it has not said.", viewerLabels...)
	descLevel     = gaugeOf("viewer_level", "0: all of the stream; 1: without pictures that no other needs; 2: the smaller stream.", viewerLabels...)
	descViewers   = gaugeOf("viewers", "Viewers connected by WebRTC.", "source")

	descAuditWritable = gaugeOf("audit_writable", "1 while the audit can be written, else 0: changes are refused then.")
	descAuditFailed   = counterOf("audit_failed_total", "Entries of the audit that could not be written.")
	descAttending     = gaugeOf("attending", "What goes on now under a permission, by action.", "action")

	descSessions    = gaugeOf("sessions", "WebRTC sessions, in and out, connected or not.")
	descRooms       = gaugeOf("rooms", "Rooms of hearings that somebody is in, or whose hearing is under way.")
	descRoomPeople  = gaugeOf("room_people", "People connected to rooms, hidden inspectors with them.")
	descRoomVoices  = gaugeOf("room_voices", "Voices that are mixed in rooms, decoded only while somebody listens.")
	descRoomMixes   = gaugeOf("room_mixes", "Different sums of voices that are made in rooms: one for each set of voices left out.")
	descRoomHearers = gaugeOf("room_mix_listeners", "Loudspeakers and streams that take these sums, however many to one.")
	descLoud        = gaugeOf("room_loudspeakers", "Devices whose loudspeakers are to say what their room says, by how they are reached.", "state")
	descTranscoders = gaugeOf("transcoders", "Conversions of sound and picture that run or linger.")

	descUDPPackets  = counterOf("udp_packets_sent_total", "Packets that left by UDP to WebRTC viewers.")
	descUDPMessages = counterOf("udp_messages_sent_total", "Messages that they were given to the kernel in: fewer, where it cuts pictures itself.")
	descUDPCalls    = counterOf("udp_calls_total", "System calls that they were given to the kernel by: fewer, where it takes many messages at once.")
	descUDPWhole    = gaugeOf("udp_segmentation", "1 while the kernel cuts pictures into packets (UDP_SEGMENT), else 0.")
	descUDPMany     = gaugeOf("udp_sendmmsg", "1 while the kernel takes many messages at once (sendmmsg), else 0.")
	descUDPUncut    = counterOf("udp_messages_uncut_total", "Messages that an interface or a path would not have cut: sent packet by packet.")
	descUDPWaits    = counterOf("udp_waits_total", "Times the socket was full and was waited for, or the kernel had no buffers.", "why")
	descUDPFailed   = counterOf("udp_packets_failed_total", "Packets that the kernel did not take.")

	descRefused = counterOf("viewer_input_refused_total", "What came for viewers by UDP or TCP and was not used.", "why")
	descConsent = counterOf("viewer_consents_total", "Checks that viewers have answered (RFC 7675), and viewers that stopped answering.", "answered")
	descICETCP  = gaugeOf("viewer_tcp_connections", "Viewers' open TCP connections (ICE-TCP).")
)

// collect reads all figures.
func (s *Server) collect(out *exposition) {
	out.add(descSessions, float64(len(s.o.WebRTC.Sessions())))
	out.add(descTranscoders, float64(s.o.Transcoders()))
	open, people := s.o.Hall.Rooms()
	out.add(descRooms, float64(open))
	out.add(descRoomPeople, float64(people))
	sound := s.o.Hall.Sound()
	out.add(descRoomVoices, float64(sound.Voices))
	out.add(descRoomMixes, float64(sound.Mixes))
	out.add(descRoomHearers, float64(sound.Listeners))
	for _, state := range loudspeaker.States {
		out.add(descLoud, float64(sound.Loudspeakers[state]), string(state))
	}
	writable, failed := s.o.Office.AuditState()
	out.add(descAuditWritable, map[bool]float64{true: 1}[writable])
	out.add(descAuditFailed, float64(failed))
	attending := s.o.Office.Attending()
	for _, a := range []rooms.Action{rooms.Watch, rooms.Publish, rooms.SeeHub} {
		out.add(descAttending, float64(attending[a]), string(a))
	}
	s.collectUDP(out)
	s.collectRecordings(out)
	collectStoring(out, s.o.Storing)
	collectTURN(out, s.o.ICE.TURN)
	views := s.o.Relay.Views()
	viewers := map[string]int{}
	for _, v := range views {
		viewers[v.Source]++
	}
	for _, id := range s.o.Catalog.IDs() {
		for _, q := range []sources.Quality{sources.Main, sources.Sub} {
			if line, err := s.o.Catalog.set.Line(id, q); err == nil {
				collectLine(out, id, string(q), line)
			}
		}
		out.add(descViewers, float64(viewers[id]), id)
	}
	for _, v := range views {
		st := v.Stats()
		labels := []string{v.Source, string(v.Now()), v.Session.ID()[:8]}
		out.add(descSent, float64(st.Packets), labels...)
		out.add(descSentBytes, float64(st.Bytes), labels...)
		out.add(descNACK, float64(st.NACKs), labels...)
		out.add(descResent, float64(st.Resent), labels...)
		out.add(descPLI, float64(st.PLIs), labels...)
		out.add(descFailed, float64(st.Failed), labels...)
		out.add(descIgnored, float64(st.Ignored), labels...)
		out.add(descLeftOut, float64(st.LeftOut), labels...)
		out.add(descEstimate, float64(st.Estimate), labels...)
		out.add(descLevel, float64(st.Level), labels...)
		out.add(descRTT, st.RTT.Seconds(), labels...)
	}
}

// collectUDP reads how packets leave and what comes in from viewers.
func (s *Server) collectUDP(out *exposition) {
	peers, light, refused := s.o.WebRTC.Sent(), s.o.WebRTC.SentLight(), s.o.WebRTC.Refused()
	yes := map[bool]float64{true: 1}
	out.add(descUDPPackets, float64(peers.Packets+light.Packets))
	out.add(descUDPMessages, float64(peers.Messages+light.Messages))
	out.add(descUDPCalls, float64(peers.Messages+light.Calls))
	out.add(descUDPWhole, yes[light.Whole])
	out.add(descUDPMany, yes[light.Many])
	out.add(descUDPUncut, float64(peers.Refused+light.Unsegmented))
	out.add(descUDPWaits, float64(light.Waits), "socket_full")
	out.add(descUDPWaits, float64(light.Full), "no_buffers")
	out.add(descUDPFailed, float64(light.Failed))
	for _, r := range []struct {
		why   string
		count uint64
	}{
		{"malformed", refused.Malformed}, {"unauthentic", refused.Unauthentic}, {"unknown", refused.Unknown},
		{"limited", refused.Limited}, {"media", refused.Media},
	} {
		out.add(descRefused, float64(r.count), r.why)
	}
	out.add(descConsent, float64(refused.Consents), "yes")
	out.add(descConsent, float64(refused.ConsentsLost), "no")
	out.add(descICETCP, float64(refused.TCP))
}

func collectLine(out *exposition, id, quality string, line *sources.Line) {
	live := 0.0
	if st := line.Status().State; st == media.Live || st == media.Degraded {
		live = 1
	}
	out.add(descLive, live, id, quality)
	out.add(descReconnects, float64(line.Reconnects()), id, quality)
	seen := map[string]int{}
	for _, t := range line.Stats() {
		if t.Derived {
			continue
		}
		kind := "audio"
		if t.Kind.Video() {
			kind = "video"
		}
		name := kind
		if seen[kind]++; seen[kind] > 1 {
			name += strconv.Itoa(seen[kind]) // audio2: some cameras have two microphones
		}
		labels := []string{id, quality, name, t.Kind.String()}
		out.add(descPackets, float64(t.Packets), labels...)
		out.add(descBytes, float64(t.Bytes), labels...)
		out.add(descLost, float64(t.Lost), labels...)
		out.add(descMalformed, float64(t.Malformed), labels...)
		out.add(descUnits, float64(t.Units), labels...)
		out.add(descCorrections, float64(t.Corrections), labels...)
		out.add(descJitter, t.Jitter.Seconds(), labels...)
		out.add(descBitRate, t.BitRate, labels...)
		if t.Kind.Video() {
			out.add(descKeyframe, t.KeyframeInterval.Seconds(), labels...)
		}
	}
}
