package login

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/trustelem/zxcvbn/frequency"
)

// Each of the commonest passwords that would be long enough is refused (OWASP
// ASVS 5.0, 6.2.4).
func TestCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	n := 0
	for _, password := range frequency.FrequencyLists["passwords"] {
		if len(password) >= MinPassword {
			n++
			if CheckPassword(password) != Common {
				t.Errorf("%q: %v", password, CheckPassword(password))
			}
		}
	}
	if n < 1000 {
		t.Errorf("the list has only %d passwords of that length", n)
	}
	for _, word := range strings.Fields(commonText) {
		if len([]rune(word)) >= MinPassword && CheckPassword(word) != Common {
			t.Errorf("%q: %v", word, CheckPassword(word))
		}
	}
}

// And so are they with what people add to get past a rule.
func TestCommonPasswordsWithATail(t *testing.T) {
	t.Parallel()
	passwords := frequency.FrequencyLists["passwords"]
	for n, tail := range []string{"1", "!", "123", "2024", "@123", "1234!", "666", "520", "!!", "_2023"} {
		for i := n; i < 2000; i += 50 {
			password := strings.ToUpper(passwords[i][:1]) + passwords[i][1:] + tail
			if bits, _ := guesses(password, nil); bits >= scores[MinScore-1] {
				t.Errorf("%q: 2^%.1f guesses", password, bits)
			}
		}
	}
}

func TestRandomTextIsStrong(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, alphabet := range []string{"abcdefghijklmnopqrstuvwxyz", "abcdefghijkmnpqrstuvwxyz23456789", "窗猫弹琴瓜拖铁蓝井杯雾桥庭审判人民河中级省市", "aA4@qwErtz!"} {
		letters := []rune(alphabet)
		for range 50 {
			text := make([]rune, 16)
			for i := range text {
				text[i] = letters[r.IntN(len(letters))]
			}
			if bits, common := guesses(string(text), nil); common || bits < scores[MinScore-1] {
				t.Errorf("%s: 2^%.1f guesses", string(text), bits)
			}
		}
	}
}

func TestNothingIsHarderToGuessThanCharacterByCharacter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "correct horse", "20240101", "PaSsWoRd", "wangwang", "aAaAaAaA", "qwerQWER", "İstanbulİ"} {
		sum := math.Max(0, float64(len([]rune(text))-1)*join)
		for _, r := range text {
			sum += character(r)
		}
		if bits, _ := guesses(text, nil); bits > sum+1e-9 || bits < 0 || math.IsInf(bits, 0) || math.IsNaN(bits) {
			t.Errorf("%q: 2^%v guesses, 2^%v by its characters", text, bits, sum)
		}
	}
}

func TestPartsOfATextAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, other string // which must cost more
	}{
		{"password", "passvord"},
		{"password", "Password"},
		{"Password", "pASsword"},
		{"password", "p@ssword"},
		{"password", "drowssap"},
		{"19870412", "19871412"}, // a month of 14
		{"230101198504121234", "230101198513321234"},
		{"13912345678", "93912348572"},
		{"qazwsxedcrfv", "qazwsxkdcrfv"},
		{"24680", "24780"},
		{"abcdefg", "abcdhfg"},
		{"zhangwei", "zxangwei"},
		{"我爱你", "我窗你"},
		{"xk4xk4xk4", "xk4xk4xz9"},
	} {
		a, _ := guesses(c.text, nil)
		b, _ := guesses(c.other, nil)
		if a >= b {
			t.Errorf("%q takes 2^%.1f guesses, %q 2^%.1f", c.text, a, c.other, b)
		}
	}
}

func TestOnlyTheBeginningOfALongTextIsLookedAt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", looked)
	a, _ := guesses(long, nil)
	b, common := guesses(long+NewSecret(), nil)
	if a != b || common {
		t.Errorf("2^%v and 2^%v guesses", a, b)
	}
}

func TestNamesAsTheyStandInPasswords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"王建国":        {"王建国", "wangjianguo", "jianguo", "jianguowang", "建国"},
		"李娜":         {"李娜", "lina", "nali"},
		"黑河市中级人民法院":  {"黑河", "heihe"},
		"黑龙江省高级人民法院": {"黑龙江", "heilongjiang"},
		"wangjg":     {"wangjg", "wangjg"},
		"li":         nil,
		"李":          nil,
		"O'Neill":    {"neill", "oneill"},
		"":           nil,
	} {
		if got := namesIn(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
