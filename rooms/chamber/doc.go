// Package chamber is what goes on in the room of a hearing 法庭: who waits at its door,
// who is in, who may speak, what is noted. Like all of package rooms it reads no clock
// and no network: it is given facts and commands, and says what has happened.
//
//	room := chamber.New(hearing.ID)
//	clerk := chamber.Actor{Person: "p2", Name: "李静", Part: rooms.PartClerk}
//	event, err := room.Apply(hearing.Facts(), clerk, chamber.Command{Kind: chamber.Admit, Person: "p7"}, now)
//
// The hearing itself (opened, adjourned, closed) is [rooms.Hearing]'s; the room is told
// by [Chamber.Follow]. What each person may know of the room is [Chamber.For].
//
// Invariants:
//   - a command changes the room and is one event, or changes nothing and is a [Refusal]
//     that says why;
//   - nobody but the panel is in before somebody who may has admitted them, and whoever
//     is held back (a witness) only while the hearing is in session;
//   - whoever the court has muted is not heard until the court lets them;
//   - who has been admitted stays so over a reload, a lost network and a restart of the
//     hub, until the court says otherwise or the hearing is over.
package chamber
