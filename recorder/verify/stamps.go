package verify

import (
	"encoding/base64"
	"encoding/hex"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/stamp"
)

// stamped is a time stamp as it stands in the manifest.
type stamped struct {
	manifest.Stamp
	entry uint64
	at    ledger.Place
}

// remember keeps the hashes of heads: time stamps are over these.
func (c *checker) remember(e ledger.Entry, at ledger.Place) {
	if e.Kind == ledger.KindHead {
		c.heads[e.N] = at.Hash
	}
}

// checkStamps holds time stamps against the heads that they are over.
func (c *checker) checkStamps() {
	for _, s := range c.stamps {
		wrong := func(text string) {
			c.find(Finding{Problem: BadStamp, File: s.at.File, Line: s.at.Line, Entry: s.entry, Text: "time stamp: " + text})
		}
		if hash, ok := c.heads[s.Entry]; !ok || s.Entry >= s.entry || hash != s.Hash {
			wrong("it is over no head that stands before it")
			continue
		}
		digest, err := hex.DecodeString(s.Hash)
		if err != nil {
			wrong(err.Error())
			continue
		}
		token, err := base64.StdEncoding.Strict().DecodeString(s.Token)
		if err != nil {
			wrong(err.Error())
			continue
		}
		info, err := stamp.Check(token, digest, c.o.TSA)
		switch {
		case err != nil:
			wrong(err.Error())
		case !info.Time.Equal(s.Time):
			wrong("the token has another time than the entry")
		default:
			c.report.Stamps = append(c.report.Stamps, Stamp{Entry: s.Entry, Time: info.Time, TSA: info.TSA, Trusted: info.Trusted})
		}
	}
}
