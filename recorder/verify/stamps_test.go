package verify

import (
	"context"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/recordtest"
	"avhub/recorder/stamp/tsatest"
)

// annexed adds an annex to a recording, as the recorder does.
func annexed(t testing.TB, dir, kind string, body any) {
	t.Helper()
	l, err := ledger.Open(dir, ledger.Options{Key: recordtest.TestKey(), Purpose: manifest.Purpose, Name: ledger.Manifest, Unlocked: true, NoSync: true, HeadEvery: -1})
	must(t, err)
	_, err = l.Append(context.Background(), kind, time.Now(), body)
	must(t, errors.Join(err, l.Close()))
}

// stampOf is a stamp over a head, which change may spoil.
func stampOf(t testing.TB, tsa *tsatest.Authority, head ledger.Head) manifest.Stamp {
	t.Helper()
	digest, err := hex.DecodeString(head.Hash)
	must(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	tsa.Now = func() time.Time { return now }
	answer, err := tsa.Stamp(digest, nil)
	must(t, err)
	var response struct{ Status, Token asn1.RawValue }
	_, err = asn1.Unmarshal(answer, &response)
	must(t, err)
	return manifest.Stamp{Entry: head.N, Hash: head.Hash, Time: now, Token: base64.StdEncoding.EncodeToString(response.Token.FullBytes), TSA: "https://tsa.example/"}
}

func TestTimeStamps(t *testing.T) {
	t.Parallel()
	tsa, err := tsatest.New(tsatest.Options{})
	must(t, err)
	stranger, err := tsatest.New(tsatest.Options{})
	must(t, err)
	server, err := tsatest.New(tsatest.Options{Usage: x509.ExtKeyUsageServerAuth})
	must(t, err)
	for name, x := range map[string]struct {
		by     *tsatest.Authority
		spoil  func(r *recordtest.Recording, s *manifest.Stamp)
		whole  bool
		theirs bool // what the other verifier says: it leaves tokens' signatures to OpenSSL
	}{
		"over the seal's head": {tsa, func(*recordtest.Recording, *manifest.Stamp) {}, true, true},
		"over a segment's head": {tsa, func(r *recordtest.Recording, s *manifest.Stamp) {
			h := headEntry(t, r, 1)
			*s = stampOf(t, tsa, h)
		}, true, true},
		"a stranger's":          {stranger, func(*recordtest.Recording, *manifest.Stamp) {}, false, true},
		"a web server's":        {server, func(*recordtest.Recording, *manifest.Stamp) {}, false, true},
		"over another entry":    {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Entry-- }, false, false},
		"over one to come":      {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Entry += 2 }, false, false},
		"of another time":       {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Time = s.Time.Add(-time.Hour) }, false, true},
		"over another hash":     {tsa, func(r *recordtest.Recording, s *manifest.Stamp) { s.Hash = r.Manifest.Segments[0].SHA256 }, false, false},
		"another hash's token":  {tsa, func(r *recordtest.Recording, s *manifest.Stamp) { s.Token = stampOf(t, tsa, headEntry(t, r, 1)).Token }, false, false},
		"a token that is none":  {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Token = "AAAA" }, false, false},
		"no base64":             {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Token = "?" }, false, false},
		"a hash that is no hex": {tsa, func(_ *recordtest.Recording, s *manifest.Stamp) { s.Hash = "?" }, false, false},
	} {
		r := made(t, corruptible)
		s := stampOf(t, x.by, r.Head)
		x.spoil(r, &s)
		annexed(t, r.Dir, manifest.KindStamp, s)
		report := verified(t, r.Dir, Options{TSA: tsa.Roots()})
		if report.Whole != x.whole || has(report, BadStamp, "manifest.jsonl") == x.whole {
			t.Errorf("%s: %v", name, report.Findings)
		}
		if x.whole && (len(report.Stamps) != 1 || !report.Stamps[0].Trusted || report.Stamps[0].TSA != "CN=Test time stamps") {
			t.Errorf("%s: %+v", name, report.Stamps)
		}
		if theirs, said := otherSays(t, r.Dir); theirs != x.theirs {
			t.Errorf("%s: %s", name, said)
		}
	}
	r := made(t, corruptible)
	annexed(t, r.Dir, manifest.KindStamp, stampOf(t, stranger, r.Head))
	if report := verified(t, r.Dir, Options{}); !report.Whole || len(report.Stamps) != 1 || report.Stamps[0].Trusted {
		t.Errorf("without roots: %v %+v", report.Findings, report.Stamps)
	}
}

// headEntry is a head over the nth head's own entry, as head.json is.
func headEntry(t testing.TB, r *recordtest.Recording, n int) ledger.Head {
	t.Helper()
	h := headOver(t, r, n)
	var heads []ledger.Head
	must(t, ledger.Entries(r.Dir, h.N+2, func(e ledger.Entry) error {
		if len(heads) == 0 {
			heads = append(heads, ledger.Head{ID: h.ID, N: h.N + 1, Hash: e.Prev})
		}
		return nil
	}))
	return heads[0]
}
