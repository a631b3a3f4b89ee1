// Package backup writes all that a hub must not lose into one file, while the
// hub runs, and brings it back. The file is a gzipped tar, readable without the
// hub:
//
//	avhub-backup.json         what it is: format, time, version of the schema
//	database/TABLE.N.jsonl    rows of a table: its columns, then a row a line
//	audit/…                   the ledger of the audit, as it lies on disk
//	keys/…, tls/…             the hub's own keys and authority
//	sources.yaml              sources that were added in the devices page
//	manifest.json             every file above, with its size and SHA-256
//
// What holds always:
//   - All tables are of one moment, and the ledger is of that moment or a little
//     later: what a change has left in the audit is never less than the change.
//   - A file without its manifest at the end is cut off, and not used; nothing
//     is put into place before all of it has been read and verified.
//   - Restoring replaces nothing unasked, and what it replaces stays beside it.
//   - A backup of SQLite can be restored into PostgreSQL and the other way round.
//   - Log-ins are not in it: restoring lets nobody in who has been sent away.
//
// The file holds keys, and hashes and secrets of passwords and second factors:
// it must be kept as the data folder is.
package backup
