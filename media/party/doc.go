// Package party is the people of a room as media: each has one connection, by which they
// send themselves and are sent what they look at.
//
// What somebody sends is a [Publication]: a stream like a camera's, with its small layer as
// the sub stream, so that recorder, wall and transcriber take a participant as they take a
// camera. It outlives the connection: who comes back after a lost network goes on in the
// same stream.
//
// Who may receive what is not decided here. A [Party] asks ([Options.Allow]) each time
// something is to be attached, and is told when an answer has changed ([Party.Recheck]):
// then what is not allowed any more stops before Recheck returns.
//
// Invariants:
//   - sound of somebody who is not to be heard does not get into their stream;
//   - a layer that nobody receives and nobody records is not asked for;
//   - a fault in what one participant sends ends that one's connection.
package party
