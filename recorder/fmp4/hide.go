package fmp4

import (
	"encoding/binary"
	"slices"
)

// Hide makes what a part says of tracks a free box, in place, so that players pass over
// their samples. The part's bytes are as for Rebase. Where no track is left, all of it
// that refers to media becomes free: players want a track in each part.
func Hide(part []byte, ids []int) error {
	if len(ids) == 0 {
		return nil
	}
	return each(part, func(name string, moof []byte) error {
		if name != "moof" {
			return nil
		}
		left := 0
		err := each(moof, func(name string, traf []byte) error {
			if name != "traf" {
				return nil
			}
			hidden := false
			err := each(traf, func(name string, body []byte) error {
				hidden = hidden || name == "tfhd" && len(body) >= 8 && slices.Contains(ids, int(binary.BigEndian.Uint32(body[4:])))
				return nil
			})
			if hidden {
				rename(part, traf)
			} else {
				left++
			}
			return err
		})
		if left == 0 {
			rename(part, moof)
		}
		return err
	})
}

// rename makes the box with that body, which lies within all, a free box.
func rename(all, body []byte) {
	at := cap(all) - cap(body) // both end where the bytes that they were cut from do
	copy(all[at-4:at], "free")
}
