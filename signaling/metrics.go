package signaling

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"avhub/media"
	"avhub/media/sources"
)

// metrics serves Prometheus. Figures are read when asked for: a source costs
// nothing between two scrapes.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(&collector{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling:      promhttp.ContinueOnError, // one figure that is wrong must not hide all others
		DisableCompression: true,                     // it would take longer than all the rest
	})
}

type collector struct{ *Server }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("avhub_"+name, help, labels, nil)
}

var (
	trackLabels = []string{"source", "stream", "track", "codec"}

	descPackets     = desc("source_packets_total", "RTP packets received.", trackLabels...)
	descBytes       = desc("source_bytes_total", "RTP payload bytes received.", trackLabels...)
	descLost        = desc("source_packets_lost_total", "RTP packets lost on the way in.", trackLabels...)
	descMalformed   = desc("source_packets_malformed_total", "Packets that no unit could be made of.", trackLabels...)
	descUnits       = desc("source_units_total", "Access units (video) or frames (audio) received.", trackLabels...)
	descJitter      = desc("source_jitter_seconds", "Interarrival jitter (RFC 3550).", trackLabels...)
	descKeyframe    = desc("source_keyframe_interval_seconds", "Between the last two keyframes.", trackLabels...)
	descCorrections = desc("source_clock_corrections_total", "Times the hub's clock overruled the sender's.", trackLabels...)
	descBitRate     = desc("source_bit_rate", "Bits a second over the last seconds.", trackLabels...)
	descReconnects  = desc("source_reconnects_total", "Times a source came back.", "source", "stream")
	descLive        = desc("source_live", "1 if live or degraded, else 0.", "source", "stream")

	viewerLabels  = []string{"source", "stream", "viewer"}
	descSent      = desc("viewer_packets_sent_total", "RTP packets sent to a viewer.", viewerLabels...)
	descSentBytes = desc("viewer_bytes_sent_total", "RTP payload bytes sent to a viewer.", viewerLabels...)
	descNACK      = desc("viewer_nack_total", "Packets that a viewer asked for again.", viewerLabels...)
	descResent    = desc("viewer_packets_resent_total", "Packets sent again.", viewerLabels...)
	descPLI       = desc("viewer_pli_total", "Keyframes that a viewer asked for.", viewerLabels...)
	descRTT       = desc("viewer_rtt_seconds", "Round trip time.", viewerLabels...)
	descFailed    = desc("viewer_packets_failed_total", "Packets that the transport refused.", viewerLabels...)
	descViewers   = desc("viewers", "Viewers connected by WebRTC.", "source")

	descSessions    = desc("sessions", "WebRTC sessions, in and out, connected or not.")
	descTranscoders = desc("transcoders", "Conversions of sound and picture that run or linger.")

	descUDPPackets  = desc("udp_packets_sent_total", "Packets that left by UDP to WebRTC viewers.")
	descUDPMessages = desc("udp_messages_sent_total", "Messages that they were given to the kernel in: fewer, where it cuts pictures itself.")
	descUDPWhole    = desc("udp_segmentation", "1 while the kernel cuts pictures into packets (UDP_SEGMENT), else 0.")
)

// Describe leaves the collector unchecked: its series follow the sources.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads all figures.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	gauge(out, descSessions, float64(len(c.o.WebRTC.Sessions())), nil)
	gauge(out, descTranscoders, float64(c.o.Transcoders()), nil)
	sent := c.o.WebRTC.Sent()
	counter(out, descUDPPackets, sent.Packets, nil)
	counter(out, descUDPMessages, sent.Messages, nil)
	gauge(out, descUDPWhole, map[bool]float64{true: 1}[sent.Whole], nil)
	for _, id := range c.o.Catalog.IDs() {
		for _, q := range []sources.Quality{sources.Main, sources.Sub} {
			if line, err := c.o.Catalog.set.Line(id, q); err == nil {
				collectLine(out, id, string(q), line)
			}
		}
		out <- prometheus.MustNewConstMetric(descViewers, prometheus.GaugeValue, float64(c.o.Relay.Viewers(id)), id)
	}
	for _, v := range c.o.Relay.Views() {
		st := v.Stats()
		labels := []string{v.Source, string(v.Served), v.Session.ID()[:8]}
		counter(out, descSent, st.Packets, labels)
		counter(out, descSentBytes, st.Bytes, labels)
		counter(out, descNACK, st.NACKs, labels)
		counter(out, descResent, st.Resent, labels)
		counter(out, descPLI, st.PLIs, labels)
		counter(out, descFailed, st.Failed, labels)
		gauge(out, descRTT, st.RTT.Seconds(), labels)
	}
}

func collectLine(out chan<- prometheus.Metric, id, quality string, line *sources.Line) {
	live := 0.0
	if st := line.Status().State; st == media.Live || st == media.Degraded {
		live = 1
	}
	gauge(out, descLive, live, []string{id, quality})
	counter(out, descReconnects, uint64(line.Reconnects()), []string{id, quality})
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
		counter(out, descPackets, t.Packets, labels)
		counter(out, descBytes, t.Bytes, labels)
		counter(out, descLost, t.Lost, labels)
		counter(out, descMalformed, t.Malformed, labels)
		counter(out, descUnits, t.Units, labels)
		counter(out, descCorrections, uint64(t.Corrections), labels)
		gauge(out, descJitter, t.Jitter.Seconds(), labels)
		gauge(out, descBitRate, t.BitRate, labels)
		if t.Kind.Video() {
			gauge(out, descKeyframe, t.KeyframeInterval.Seconds(), labels)
		}
	}
}

func counter(out chan<- prometheus.Metric, d *prometheus.Desc, v uint64, labels []string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
}

func gauge(out chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels []string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}
