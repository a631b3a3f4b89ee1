package export

import (
	"fmt"
	"time"

	"avhub/recorder/manifest"
)

// causeWords are why nothing was recorded, in Chinese and English.
func causeWords(cause string) [2]string {
	chinese, english := manifest.Cause(cause).Words()
	return [2]string{chinese, english}
}

// china is the zone in which statements write times, and say so.
var china = time.FixedZone("UTC+8", 8*60*60)

func clock(t time.Time) string { return t.In(china).Format("2006-01-02 15:04:05.000") }

// lasting writes a length: 1:02:03.4.
func lasting(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond)
	return fmt.Sprintf("%d:%02d:%04.1f", int(d.Hours()), int(d.Minutes())%60, d.Seconds()-60*float64(int(d.Minutes())))
}
