// Package transcode makes sound, and where allowed the picture, into a codec
// that the viewer has, through ffmpeg: one supervised process for a stream and
// target, started by the first viewer who needs it and stopped a while after
// the last.
//
//	track, release, err := transcoder.Opus(ctx, stream)
//
// Samples that the hub has itself, such as the mix of a room, become Opus by
// [Transcoder.EncodeOpus].
//
// The process is fed by a reader of the stream that may be dropped: a slow or
// dead ffmpeg never holds the stream up. One that dies or gives nothing for
// three seconds is started again; what it makes goes on under the same
// numbers, on the stream's own timeline.
package transcode
