// Package rooms is the court: its tree of courts and sites, its people with
// their roles, its cases and hearings, and the one policy that says who may do
// what. Nothing here reads a file, a network or a clock: times are given, facts
// about the world come in as plain data, and every rule can be tested as a
// table.
//
// A permission is an action on an object in a part of the tree of courts:
//
//	p := rooms.Principal{User: "li", Grants: []rooms.Grant{{Role: rooms.Inspector, Court: "heihe"}}}
//	o := rooms.Object{Kind: rooms.SourceObject, ID: "court-1", Courts: []string{"heihe", "aihui"}}
//	rooms.May(p, rooms.Watch, o).OK // true: the inspector's court is above the source's
//
// What the table of [May] does not grant is refused.
package rooms
