// Package hall keeps the rooms of hearings that people are in: it joins the court's rules
// (rooms/chamber), which say who is where and who may be heard, with media/party, which
// sends and receives. Its wire is docs/room-protocol.md.
//
// A [Hall] has a [Room] for each hearing that somebody is connected to, or that is being
// recorded; a room has a seat for each person. Orders go through the office, which asks
// the policy and keeps the room; then the room's one goroutine reads what is kept, does to
// the media what it says, and tells everybody.
//
// Invariants:
//   - nobody is told of, or sent, what they may not know: the view and the list of streams
//     are made for each seat;
//   - what is not allowed any more is not sent any more before anybody is told;
//   - a seat that does not read is closed, and holds up nobody.
package hall
