package backup

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"avhub/recorder/ledger"
	"avhub/rooms/store"
)

// Format is the version of the file's format.
const Format = "avhub-backup-1"

// Names of the files that are not copies.
const (
	headName     = "avhub-backup.json"
	manifestName = "manifest.json"
)

// Head is what a backup says of itself.
type Head struct {
	Format   string    `json:"format"`
	Made     time.Time `json:"made"`
	Program  string    `json:"program"`  // version of avhub
	Schema   int64     `json:"schema"`   // of the database
	Database string    `json:"database"` // sqlite, postgres
	Ledger   string    `json:"ledger"`   // id of the audit's; empty: none yet
}

// Manifest lists what is in a backup.
type Manifest struct {
	Files []File           `json:"files"`
	Rows  map[string]int64 `json:"rows"` // by table
	Audit Audit            `json:"audit"`
}

// File is one of a backup's.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Audit is the state of the ledger as it was found.
type Audit struct {
	Entries  uint64 `json:"entries"`
	Whole    bool   `json:"whole"` // it verified
	Problems int    `json:"problems,omitempty"`
}

// Folders and files of a data folder that are copied as they are.
const (
	auditFolder = "audit"
	keysFolder  = "keys"
	tlsFolder   = "tls"
	sourcesFile = "sources.yaml"
)

// keptFolders hold small files that are copied beside database and audit, and
// that are replaced and never changed in place: whatever keys there are.
var keptFolders = []string{keysFolder, tlsFolder}

// keptName is what such a file is called; one that is being written is not.
var keptName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,60}\.(pem|crt|pub|secret)$`)

// isKept tells whether a file is copied as it is.
func isKept(name string) bool {
	dir, base := path.Split(name)
	return name == sourcesFile || slices.Contains(keptFolders, strings.TrimSuffix(dir, "/")) && dir != "" && keptName.MatchString(base)
}

// Limits of what is read of a backup: more is none of ours.
const (
	maxFiles  = 100_000
	maxSmall  = 4 << 20   // of kept files and what is said about the backup
	maxChunk  = 64 << 20  // of rows
	maxLedger = 256 << 20 // of a file of the ledger, which begins another after 64 MiB
	maxRow    = 8 << 20
)

var rowsName = regexp.MustCompile(`^database/([a-z_]+)\.([0-9]{6})\.jsonl$`)

// limitOf is how large a file may be; 0: a backup has none of this name.
func limitOf(name string) int64 {
	dir, base := path.Split(name)
	switch {
	case rowsName.MatchString(name):
		for _, t := range store.Tables {
			if strings.HasPrefix(base, t+".") {
				return maxChunk
			}
		}
	case dir == auditFolder+"/" && ledger.IsPart(base):
		return maxLedger
	case name == manifestName:
		return 64 << 20
	case name == headName:
		return maxSmall
	}
	if isKept(name) {
		return maxSmall
	}
	return 0
}
