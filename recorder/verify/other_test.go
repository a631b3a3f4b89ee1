package verify

import (
	"context"
	"crypto/rand"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/emmansun/gmsm/sm2"

	"avhub/recorder/recordtest"
)

// otherSays runs the verifier that was written from docs/evidence-format.md alone.
func otherSays(t *testing.T, args ...string) (whole bool, said string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"testdata/verify.mjs"}, args...)...).CombinedOutput()
	return err == nil, string(out)
}

func agree(t *testing.T, dir string) {
	t.Helper()
	here, err := Recording(context.Background(), dir, Options{})
	ours := err == nil && here.Whole
	if theirs, said := otherSays(t, dir); theirs != ours {
		t.Errorf("whole is %v here and %v there: %v %v\n%s", ours, theirs, err, here, said)
	}
}

// TestTheOtherVerifierAgrees holds it against this one on every recording, corruption
// and lie that the tests know.
func TestTheOtherVerifierAgrees(t *testing.T) {
	t.Parallel()
	key, err := sm2.GenerateKey(rand.Reader)
	must(t, err)
	all := maps.Clone(fixtures)
	all["by SM2 too"] = recordtest.Options{Small: true, Segments: 2, SM2: key}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		r := made(t, all[name])
		if whole, said := otherSays(t, r.Dir); !whole {
			t.Errorf("%s: %s", name, said)
		}
		agree(t, r.Dir)
	}
	for _, them := range []map[string]corruption{corruptions, lies} {
		for _, name := range slices.Sorted(maps.Keys(them)) {
			if name == "4 GiB of nothing" || name == "nothing but 4 GiB of zeros" {
				continue // it reads files whole; what it says of their length is in the others
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := made(t, corruptible)
				them[name].do(t, r)
				agree(t, r.Dir)
			})
		}
	}
	t.Run("a head kept elsewhere", func(t *testing.T) {
		t.Parallel()
		r, other := made(t, corruptible), made(t, corruptible)
		if whole, said := otherSays(t, r.Dir, at(r, "seal.json")); !whole {
			t.Error(said)
		}
		if whole, said := otherSays(t, r.Dir, at(other, "head.json")); whole {
			t.Error(said)
		}
	})
}

// TestSM2Recordings: each of the two signatures counts.
func TestSM2Recordings(t *testing.T) {
	t.Parallel()
	key, err := sm2.GenerateKey(rand.Reader)
	must(t, err)
	o := corruptible
	o.SM2 = key
	r := made(t, o)
	report := verified(t, r.Dir, Options{Thorough: true})
	if !report.Whole || !report.SM2 || report.SM3 == "" || report.SM3 != r.Head.HashSM3 {
		t.Fatalf("%+v", report)
	}
	for _, name := range []string{"ledger-sm2.pub", "head.json", "seal.json"} {
		raw := read(t, at(r, name))
		for i := 0; i < len(raw); i += 1 + len(raw)/60 {
			changeAt(t, at(r, name), int64(i))
			if report := verified(t, r.Dir, Options{}); report.Whole {
				t.Errorf("%s: byte %d does not count", name, i)
			}
			write(t, at(r, name), raw)
		}
	}
	must(t, os.Remove(at(r, "ledger-sm2.pub")))
	if report := verified(t, r.Dir, Options{}); report.Whole {
		t.Error("whole without the SM2 key's file")
	}
	agree(t, r.Dir)
}
