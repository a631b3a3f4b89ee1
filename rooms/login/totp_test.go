package login

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// rfcSecret is "12345678901234567890", of RFC 4226 appendix D and RFC 6238
// appendix B.
var rfcSecret = base32NoPad.EncodeToString([]byte("12345678901234567890"))

func TestCodesOfRFC4226(t *testing.T) {
	t.Parallel()
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp([]byte("12345678901234567890"), uint64(counter)); got != want {
			t.Errorf("counter %d: %s, want %s", counter, got, want)
		}
	}
}

func TestCodesOfRFC6238(t *testing.T) {
	t.Parallel()
	for at, code := range map[int64]string{ // its codes have eight digits: the last six
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		step, ok := VerifyTOTP(rfcSecret, code, time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
	}
}

func TestClocksMayDifferByAStep(t *testing.T) {
	t.Parallel()
	const code = "081804" // of step 37037036, from 1111111080 to 1111111109
	for at, want := range map[int64]bool{
		1111111049: false, 1111111050: true, 1111111079: true, 1111111080: true, 1111111109: true, 1111111110: true, 1111111139: true, 1111111140: false,
	} {
		step, ok := VerifyTOTP(rfcSecret, code, time.Unix(at, 0))
		if ok != want || ok && step != 37037036 {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
	}
}

// Whoever looked over a shoulder has the code too: the store takes no step that
// is not above the last.
func TestACodeGivesTheSameStepAgain(t *testing.T) {
	t.Parallel()
	first, _ := VerifyTOTP(rfcSecret, "081804", time.Unix(1111111080, 0))
	again, ok := VerifyTOTP(rfcSecret, "081804", time.Unix(1111111120, 0))
	if !ok || again > first {
		t.Errorf("step %d became %d", first, again)
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	at := time.Unix(1111111109, 0)
	for code, want := range map[string]bool{
		"081804": true, "081 804": true, " 081804 ": true, "081-804": true, "０８１８０４": true, "０８１　８０４": true,
		"81804": false, "0081804": false, "081805": false, "": false, "abcdef": false, "08180\x00": false, "٠٨١٨٠٤": false,
	} {
		if _, ok := VerifyTOTP(rfcSecret, code, at); ok != want {
			t.Errorf("%q: %v", code, ok)
		}
	}
	if _, ok := VerifyTOTP(rfcSecret, "755224", time.Unix(3, 0)); !ok {
		t.Error("the first step of all does not count")
	}
	for _, secret := range []string{"", "JBSWY3DP", rfcSecret[:31], strings.ToLower(rfcSecret), rfcSecret + "======", rfcSecret[:16] + "\n" + rfcSecret[16:]} {
		if _, ok := VerifyTOTP(secret, "081804", at); ok || IsTOTPSecret(secret) {
			t.Errorf("%q counts as a secret", secret)
		}
	}
}

func TestNewTOTPSecrets(t *testing.T) {
	t.Parallel()
	a, b := NewTOTPSecret(), NewTOTPSecret()
	if a == b || len(a) != 32 || !IsTOTPSecret(a) {
		t.Errorf("%s, %s", a, b)
	}
}

func TestTheQRCode(t *testing.T) {
	t.Parallel()
	got := TOTPURI(rfcSecret, "黑河 avhub", "li&co")
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/黑河 avhub:li&co" || strings.Contains(got, "+") ||
		q.Get("secret") != rfcSecret || q.Get("issuer") != "黑河 avhub" || q.Get("algorithm") != "SHA1" || q.Get("digits") != "6" || q.Get("period") != "30" {
		t.Error(got)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	codes, hashes := NewRecoveryCodes()
	if len(codes) != 10 || len(hashes) != 10 {
		t.Fatalf("%d codes, %d hashes", len(codes), len(hashes))
	}
	for i, code := range codes {
		if len(code) != 29 || strings.Count(code, "-") != 5 {
			t.Errorf("%s is no six groups of four", code)
		}
		typed := []string{
			code, strings.ToUpper(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "),
			strings.ReplaceAll(code, "0", "O"), strings.ReplaceAll(code, "1", "l"), strings.ReplaceAll(code, "1", "I"),
		}
		for _, s := range typed {
			if HashRecoveryCode(s) != hashes[i] {
				t.Errorf("%s typed as %s does not fit", code, s)
			}
		}
		if slices.Index(hashes, hashes[i]) != i || strings.Contains(hashes[i], code) {
			t.Errorf("hash %s", hashes[i])
		}
	}
	if HashRecoveryCode("") == "" || slices.Contains(hashes, HashRecoveryCode("")) {
		t.Error("an empty code fits")
	}
}
