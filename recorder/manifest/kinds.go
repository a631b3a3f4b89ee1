package manifest

// Format stands in the first entry of every manifest.
const Format = "avhub-recording/1"

// Purpose is that of the ledger.
const Purpose = "recording"

// Kinds of entries, in the order of a recording's life.
const (
	KindBegin       = "recording"   // Begin: once, right after the ledger's first header
	KindSegment     = "segment"     // Segment: a file was begun
	KindPart        = "part"        // Part: so many bytes more are in the file
	KindSegmentEnd  = "segment_end" // SegmentEnd: the file is finished
	KindGap         = "gap"         // Gap: from here on nothing is recorded
	KindGapEnd      = "gap_end"     // GapEnd
	KindTrackGap    = "track_gap"   // TrackGap: one track was missing while others went on
	KindClock       = "clock"       // Clock: the hub's clock was set
	KindRepaired    = "repaired"    // Repaired: a file was cut to its last whole part after a crash
	KindMark        = "mark"        // Mark: somebody marked this moment
	KindSeal        = "seal"        // Seal: the recording has ended
	KindExplanation = "explanation" // Explanation: the clerk's, of a gap
	KindCountersign = "countersign" // Countersign: the judge's, of an explanation
	KindStamp       = "stamp"       // Stamp: an RFC 3161 time stamp over a head
	KindArchived    = "archived"    // Archived: a file is in the archive, checked
	KindHold        = "hold"        // Hold: a legal hold was put on or taken off
	KindTombstone   = "tombstone"   // Tombstone: files were deleted by rule
)

// annexes may follow the seal.
var annexes = map[string]bool{
	KindMark: true, KindExplanation: true, KindCountersign: true, KindStamp: true,
	KindArchived: true, KindHold: true, KindTombstone: true,
}

// Annexable tells whether an entry of the kind may be added at any time, also after
// the seal.
func Annexable(kind string) bool { return annexes[kind] }

// Cause says why nothing was recorded.
type Cause string

// Causes of gaps. The first seven come about by themselves; the others are orders
// that a person gave, with a reason.
const (
	CauseSourceOffline Cause = "source_offline" // the camera was away
	CauseNetwork       Cause = "network_loss"   // the camera was there, its packets were not
	CauseNoKeyframe    Cause = "no_keyframe"    // what came could not be decoded from
	CauseHubRestart    Cause = "hub_restart"
	CauseDisk          Cause = "disk"     // full or broken
	CauseOverload      Cause = "overload" // the recorder could not keep up
	CauseCodec         Cause = "codec"    // a codec that recordings do not take

	CauseAdjournment   Cause = "adjournment"    // 休庭
	CauseClosedSession Cause = "closed_session" // 不公开举证质证
	CauseMediation     Cause = "mediation"      // 不宜录制的调解
	CauseOperator      Cause = "operator"       // stopped by hand
)

// Lawful tells whether the gap was ordered: one that was not is a fault, which the
// clerk explains and the judge signs for (法释〔2017〕5号).
func (c Cause) Lawful() bool {
	switch c {
	case CauseAdjournment, CauseClosedSession, CauseMediation, CauseOperator:
		return true
	}
	return false
}

// Valid tells whether the cause exists.
func (c Cause) Valid() bool {
	switch c {
	case CauseSourceOffline, CauseNetwork, CauseNoKeyframe, CauseHubRestart, CauseDisk, CauseOverload, CauseCodec:
		return true
	}
	return c.Lawful()
}
