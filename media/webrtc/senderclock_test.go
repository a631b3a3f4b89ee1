package webrtc

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// ntp writes a time as RFC 5905 section 6 does, which forgets the era.
func ntp(t time.Time) uint64 {
	since := t.Sub(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC))
	return uint64(since/time.Second)<<32 | uint64(since%time.Second)<<32/uint64(time.Second)
}

func TestSenderClock(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 250_000_000, time.UTC)
	for name, c := range map[string]struct {
		rate       int
		base, at   uint32
		want       time.Duration // after the report
		reportedAt time.Time
	}{
		"the reported instant":            {90000, 1000, 1000, 0, noon},
		"later":                           {90000, 1000, 1000 + 90000, time.Second, noon},
		"earlier":                         {90000, 90000, 0, -time.Second, noon},
		"sound":                           {48000, 0, 960, 20 * time.Millisecond, noon},
		"past the wrap of the timestamps": {90000, 1<<32 - 45000, 45000, time.Second, noon},
		"before the wrap":                 {90000, 45000, 1<<32 - 45000, -time.Second, noon},
		"after 2036, when NTP starts anew": {90000, 0, 90000, time.Second,
			time.Date(2037, 5, 4, 9, 30, 0, 500_000_000, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &senderClock{rate: c.rate}
			clock.report(&rtcp.SenderReport{NTPTime: ntp(c.reportedAt), RTPTime: c.base})
			want := c.reportedAt.Add(c.want)
			if got := clock.at(c.at); got.Sub(want).Abs() > time.Microsecond {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestSenderClockIsUnknownBeforeAReport(t *testing.T) {
	clock := &senderClock{rate: 90000}
	clock.report(&rtcp.SenderReport{RTPTime: 5}) // a sender without a clock leaves the time at 0
	if got := clock.at(5); !got.IsZero() {
		t.Errorf("got %s before any report", got)
	}
}

func TestSenderClockFollowsTheNewestReport(t *testing.T) {
	clock := &senderClock{rate: 90000}
	start := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	clock.report(&rtcp.SenderReport{NTPTime: ntp(start), RTPTime: 0})
	clock.report(&rtcp.SenderReport{NTPTime: ntp(start.Add(time.Hour)), RTPTime: 90000})
	if got, want := clock.at(90000), start.Add(time.Hour); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
