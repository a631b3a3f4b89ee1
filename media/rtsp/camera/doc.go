// Package camera plays clips in a loop as RTSP cameras: for the demo, for
// trying the hub, and for tests. It follows the wall clock (position = Unix
// time modulo the clip's length), so a viewer that reads the number burnt into
// the picture knows how old the picture is.
//
// Faults that real cameras have can be switched on at run time ([Server.Set]):
// packets dropped, picture frozen or black, sound gone, clock jumping or wrong,
// the whole camera gone.
//
// A camera may have a loudspeaker ([Loudspeaker]), which takes one talker at a time by
// ONVIF's back channel, and lets a test hear what was said.
//
//	demo, _ := camera.Demo()
//	server, _ := camera.NewServer(camera.Options{Listen: "127.0.0.1:8555", Channels: demo.Channels()})
//	err := server.Start()
package camera
