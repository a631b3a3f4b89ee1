package login

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$argon2id$v=19$m=65536,t=8,p=4$$")
	f.Add("$argon2i$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.cost.Memory > maxMemory || p.cost.Passes > maxPasses || p.cost.Lanes > maxLanes || p.cost.check() != nil {
			t.Errorf("%q asks for %+v", s, p.cost)
		}
		if p.String() != s {
			t.Errorf("%q became %q", s, p)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(NewToken())
	f.Add("avt_")
	f.Add("avt_" + strings.Repeat("A", 49))
	f.Fuzz(func(t *testing.T, s string) {
		if IsToken(s) && (len(s) != 53 || !strings.HasPrefix(s, tokenPrefix)) {
			t.Errorf("%q counts as a token", s)
		}
	})
}

func FuzzLink(f *testing.F) {
	k := linkKey(strings.Repeat("k", 32))
	good := must(k.Sign("aaaaaaaaaaaaaaaaaaaaaaaaae", noon))
	f.Add(good, int64(0))
	f.Add(good, noon.Unix())
	f.Add(good+"\n", int64(0))
	f.Add(strings.Repeat("A", 50), int64(0))
	f.Fuzz(func(t *testing.T, token string, at int64) {
		id, err := k.Read(token, time.Unix(at, 0))
		if err == nil && (token != good || at >= noon.Unix()) {
			t.Errorf("%q leads to %s", token, id)
		}
	})
}

func FuzzDigest(f *testing.F) {
	f.Add(rfcHeader)
	f.Add(`Digest username="a\"b", realm=c, nonce="", uri="/", response=`)
	f.Add(`Digest a="b`)
	f.Fuzz(func(t *testing.T, header string) {
		d, err := ParseDigest(header)
		if err != nil {
			return
		}
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
		again := `Digest username="` + quoted.Replace(d.Username) + `",realm="` + quoted.Replace(d.Realm) + `",nonce="` + quoted.Replace(d.Nonce) +
			`",uri="` + quoted.Replace(d.URI) + `",response="` + quoted.Replace(d.Response) + `"`
		if e, err := ParseDigest(again); len(again) <= maxDigest && (err != nil || e != d) {
			t.Errorf("%q read again: %+v, %v", again, e, err)
		}
	})
}

func FuzzPassword(f *testing.F) {
	for _, s := range []string{"correct horse", "P@ssw0rd2024", "床前明月光疑是地上霜", "İİİİİİİİİİ", "aaaa\x00\xff", "23010119850412123X", "😀1qaz2wsx😀"} {
		f.Add(s, "王建国")
	}
	f.Fuzz(func(t *testing.T, password, about string) {
		score, weak := Weigh(password, about)
		if score < 0 || score > 4 || (len(weak) == 0) != (score >= MinScore) {
			t.Errorf("%q scores %d: %q", password, score, weak)
		}
		if bits, _ := guesses(password, nil); bits < 0 || math.IsInf(bits, 0) || math.IsNaN(bits) {
			t.Errorf("%q: 2^%v guesses", password, bits)
		}
		if len(weak) == 0 && (!utf8.ValidString(password) || len(password) > MaxPassword) {
			t.Errorf("%q is taken", password)
		}
	})
}

func FuzzCodes(f *testing.F) {
	f.Add("081 804")
	f.Add("０８１８０４")
	f.Add("0k3t-xxxx")
	f.Fuzz(func(t *testing.T, code string) {
		if _, ok := VerifyTOTP(rfcSecret, code, time.Unix(1111111109, 0)); ok && len(plainCode(code)) != 6 {
			t.Errorf("%q fits", code)
		}
		if len(HashRecoveryCode(code)) != 64 {
			t.Errorf("%q has no hash", code)
		}
	})
}
