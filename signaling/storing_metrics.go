package signaling

import (
	"time"

	"avhub/recorder/archive"
	"avhub/recorder/retention"
	"avhub/recorder/stamp"
)

var (
	descArchiveQueue    = gaugeOf("archive_queue", "Files and manifests that wait for the archive.")
	descArchiveOldest   = gaugeOf("archive_oldest_seconds", "How long the oldest of them has waited.")
	descArchiveAway     = gaugeOf("archive_away", "1 while the store does not answer, or not as it should, else 0.")
	descArchiveRefused  = gaugeOf("archive_refused", "Files that could not be archived: they are gone or not what their manifests say.")
	descArchiveObjects  = counterOf("archive_objects_total", "Objects that the store has confirmed.")
	descArchiveBytes    = counterOf("archive_bytes_total", "Bytes of segments that the store has confirmed.")
	descArchiveFailures = counterOf("archive_failures_total", "Tries that failed.")

	descStampsWaiting = gaugeOf("time_stamps_waiting", "Recordings that wait for a time stamp.")
	descStampsOldest  = gaugeOf("time_stamps_oldest_seconds", "How long the oldest of them has waited.")
	descStampsMade    = counterOf("time_stamps_total", "Time stamps that were made.")
	descStampsAway    = gaugeOf("time_stamps_away", "1 while the time-stamping authority does not answer, or not as it should, else 0.")

	descDiskLow     = gaugeOf("recording_disk_low", "1 while the disk is below its low mark and nothing may go, else 0.")
	descDiskDeleted = counterOf("recording_deleted_bytes_total", "Bytes of segments that were deleted by rule.")
	descDiskBlocked = gaugeOf("recording_disk_kept_bytes", "Bytes that may not go, by what keeps them, as of the last time that room was made.", "why")
)

// Storing is what happens to recordings once they are written.
type Storing struct {
	Archive   *archive.Archive  // nil: none is configured
	Retention *retention.Keeper // nil: nothing is deleted
	Stamps    *stamp.Stamper    // nil: no authority is configured
}

// collectStoring reads how archive and disk stand.
func collectStoring(out *exposition, s Storing) {
	if s.Archive != nil {
		if st, err := s.Archive.Status(); err == nil {
			collectArchive(out, st)
		}
	}
	if s.Stamps != nil {
		collectStamps(out, s.Stamps.Status())
	}
	if s.Retention == nil {
		return
	}
	var low, deleted float64
	blocked := map[retention.Verdict]float64{}
	for _, st := range s.Retention.Status() {
		if st.Low {
			low = 1
		}
		deleted += float64(st.Deleted)
		for why, bytes := range st.Blocked {
			blocked[why] += float64(bytes)
		}
	}
	out.add(descDiskLow, low)
	out.add(descDiskDeleted, deleted)
	for _, why := range []retention.Verdict{retention.NotArchived, retention.Held, retention.NotExpired, retention.Open} {
		out.add(descDiskBlocked, blocked[why], string(why))
	}
}

func collectStamps(out *exposition, st stamp.Status) {
	out.add(descStampsWaiting, float64(st.Waiting))
	oldest := 0.0
	if !st.Oldest.IsZero() {
		oldest = time.Since(st.Oldest).Seconds()
	}
	out.add(descStampsOldest, oldest)
	out.add(descStampsMade, float64(st.Stamped))
	out.add(descStampsAway, map[bool]float64{true: 1}[st.Err != ""])
}

func collectArchive(out *exposition, st archive.Status) {
	out.add(descArchiveQueue, float64(st.Queue))
	oldest := 0.0
	if !st.Oldest.IsZero() {
		oldest = time.Since(st.Oldest).Seconds()
	}
	out.add(descArchiveOldest, oldest)
	out.add(descArchiveAway, map[bool]float64{true: 1}[st.Away])
	out.add(descArchiveRefused, float64(st.Refused))
	out.add(descArchiveObjects, float64(st.Objects))
	out.add(descArchiveBytes, float64(st.Bytes))
	out.add(descArchiveFailures, float64(st.Failures))
}
