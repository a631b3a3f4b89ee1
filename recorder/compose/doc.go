// Package compose makes one picture of a hearing's cameras, for whoever wants to watch
// it in one go: a grid, or one camera with the others small in it, with the case number
// and the time burnt in, and all sound together.
//
//	c, err := compose.New(compose.Options{Dir: dir, FFmpeg: path})
//	defer c.Close()
//	job, err := c.Make(compose.Order{Recordings: dirs, Layout: compose.Grid, Number: "（2026）黑11民初1号"})
//
// It is a copy that was made of the evidence and not the evidence itself: that lies
// beside it in a case file, untouched.
//
// Invariants:
//   - one ffmpeg at a time, with the lowest priority, which is ended with the hub;
//   - a time in which a camera has nothing is black and says why: no picture stands still
//     as if nothing were missing;
//   - a file appears when it is whole; what a crash leaves behind is removed;
//   - at most so many are kept, the newest.
package compose
