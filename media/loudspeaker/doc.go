// Package loudspeaker has what a room says come out of the loudspeakers of devices: of a
// courtroom's cameras, of a terminal in a detention centre.
//
//	set := loudspeaker.NewSet(loudspeaker.Options{Console: console, Open: open, Changed: tell})
//	set.Keep([]loudspeaker.Device{{ID: "court-1", Without: []string{"court-1"}}})
//	set.Status("court-1") // reached, or why not
//	set.Keep(nil)         // all are silent, and free again in a moment
//
// A device hears the mix of the room without its own voice. Devices that leave out the
// same voices share one mix (package mix).
//
// Invariants:
//   - when Keep returns, nothing more is said to a device that is not among those kept;
//   - a device is one talker's at a time: who else holds it is told;
//   - a device that goes away is tried again, more and more seldom, and at once when
//     somebody says that it is back; one that has no loudspeaker is not asked all the time.
package loudspeaker
