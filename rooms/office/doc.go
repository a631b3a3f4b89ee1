// Package office is everything that can be done with the court's data: logging
// in, accounts, courts, cases, hearings, links, tokens, the audit. Each method
// asks the policy, makes its change and writes the audit's entry in one
// transaction, and answers. HTTP, RTSP and the command line come through here
// alike, so that none of them has rules of its own.
//
//	caller, err := office.Authenticate(ctx, office.Credential{Cookie: c}, "10.0.0.7")
//	err = office.May(ctx, caller, rooms.Watch, rooms.SourceObject, "court-1")
//	done, err := office.Attend(ctx, caller, rooms.Watch, rooms.SourceObject, "court-1", viewer.Close)
//
// What goes on for longer (a picture, a socket) is attended: it ends within two
// seconds when its permission does, whichever way: the session ended, the user
// was disabled, the role taken, the link revoked, the token's time over.
//
// Where the audit cannot be written, changes are refused ([ErrAudit]); what is
// being watched goes on, loudly.
package office
