// Package store keeps the court: SQLite in the data folder, or PostgreSQL where
// several hubs share it. One schema, one set of queries and one suite of tests
// serve both.
//
// All reads and changes happen in transactions, which see the database as it
// was when they began, whatever others do:
//
//	err := s.Change(ctx, func(tx *store.Tx) error {
//		return tx.PutCourt(rooms.Court{ID: "heihe", Name: "黑河市中级人民法院"})
//	})
//
// When Change returns nil, the change is on disk. The function may run more than
// once (PostgreSQL breaks off one of two transactions that disagree), so it must
// do nothing but talk to the transaction.
//
// Who is who (users, grants, sessions, tokens, links) has a revision: a number
// that grows with every such change, so that every hub on the database sees
// within a second that what it has let in must be asked again.
package store
