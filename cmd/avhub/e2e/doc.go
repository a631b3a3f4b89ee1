// Package e2e tests whole hubs from outside: bin/avhub as a process of its own,
// with ffmpeg, GStreamer and WHEP clients as cameras, encoders and players.
package e2e
