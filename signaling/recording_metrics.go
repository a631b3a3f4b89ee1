package signaling

import (
	"time"

	"avhub/recorder"
	"avhub/signaling/record"
)

var (
	recordingLabels = []string{"source", "for"}
	descRecActive   = gaugeOf("recording_active", "1 while a recording keeps frames, 0 in a gap.", recordingLabels...)
	descRecBytes    = counterOf("recording_bytes_total", "Bytes written to segments of the running recording.", recordingLabels...)
	descRecKept     = counterOf("recording_frames_kept_total", "Frames that are in files.", recordingLabels...)
	descRecGapped   = counterOf("recording_frames_gapped_total", "Frames that came in and are in gaps.", recordingLabels...)
	descRecGaps     = counterOf("recording_gaps_total", "Gaps of the running recording.", recordingLabels...)
	descRecLag      = gaugeOf("recording_waiting_bytes", "Bytes that wait for the disk, in memory and in the spill file.", recordingLabels...)
	descRecBehind   = gaugeOf("recording_behind_seconds", "Age of the oldest frame that is in no part yet.", recordingLabels...)
	descRecFailed   = gaugeOf("recording_failed", "1 while a source that must be recorded cannot be.", "source")

	descDiskFree  = gaugeOf("recording_disk_free_bytes", "Free bytes on the recordings' disk.")
	descDiskTotal = gaugeOf("recording_disk_bytes", "Size of the recordings' disk.")
	descDiskRate  = gaugeOf("recording_disk_write_rate", "Bytes a second that recordings write.")
	descDiskFull  = gaugeOf("recording_disk_full_seconds", "Seconds until the disk is full at that rate; absent if not within a year.")
	descDiskError = gaugeOf("recording_disk_failed", "1 while the disk takes nothing, else 0.")
)

// collectRecordings reads the recorder's figures.
func (s *Server) collectRecordings(out *exposition) {
	if s.o.Recorder == nil {
		return
	}
	for _, r := range s.o.Recorder.Sessions() {
		collectRecording(out, r.Status())
	}
	for source := range s.o.Keeper().Failed() {
		out.add(descRecFailed, 1, source)
	}
	d := s.o.Recorder.Disk()
	out.add(descDiskFree, float64(d.Free))
	out.add(descDiskTotal, float64(d.Total))
	out.add(descDiskRate, d.Rate)
	if !d.Full.IsZero() {
		out.add(descDiskFull, time.Until(d.Full).Seconds())
	}
	out.add(descDiskError, map[bool]float64{true: 1}[d.Err != nil])
}

func collectRecording(out *exposition, st recorder.Status) {
	labels := []string{st.Source, st.Labels[record.LabelFor]}
	out.add(descRecActive, map[bool]float64{true: 1}[st.Recording()], labels...)
	out.add(descRecBytes, float64(st.Bytes), labels...)
	out.add(descRecKept, float64(st.Kept), labels...)
	out.add(descRecGapped, float64(st.Gapped), labels...)
	out.add(descRecGaps, float64(st.Gaps), labels...)
	out.add(descRecLag, float64(int64(st.Lag)+st.Spilled), labels...)
	out.add(descRecBehind, st.Behind.Seconds(), labels...)
}
