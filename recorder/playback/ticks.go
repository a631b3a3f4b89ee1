package playback

import "avhub/recorder/manifest"

// ticks is a time in ticks, to the nearest one.
func ticks(m manifest.Micros, timescale int) int64 {
	scale := int64(timescale)
	whole, rest := int64(m)/1e6, int64(m)%1e6
	if rest < 0 {
		whole, rest = whole-1, rest+1e6
	}
	return whole*scale + (rest*scale+5e5)/1e6
}

// ticksUp is a time in ticks, rounded up.
func ticksUp(m manifest.Micros, timescale int) int64 {
	scale := int64(timescale)
	whole, rest := int64(m)/1e6, int64(m)%1e6
	if rest < 0 {
		whole, rest = whole-1, rest+1e6
	}
	return whole*scale + (rest*scale+1e6-1)/1e6
}

// micros is the time of ticks, rounded down; microsUp rounded up.
func micros(ticks int64, timescale int) manifest.Micros {
	scale := int64(timescale)
	whole, rest := ticks/scale, ticks%scale
	if rest < 0 {
		whole, rest = whole-1, rest+scale
	}
	return manifest.Micros(whole*1e6 + rest*1e6/scale)
}

func microsUp(ticks int64, timescale int) manifest.Micros { return -micros(-ticks, timescale) }
