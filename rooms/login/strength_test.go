package login

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPasswordsThatAreTaken(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"correct horse battery staple", "correcthorsebatterystaple", "tiger lovely piano",
		"猫咪钢琴窗台西瓜拖拉机", "mao-gangqin-xigua", "xiaoyanzi feihuilai",
		"x7Kq!2mPz9", "bafkwqzrtx", "………………………………………… not three dots", strings.Repeat("密码不重复", 3) + "但是还有别的",
		NewSecret(),               // a password manager's
		NewSecret() + NewSecret(), // 86 characters
		strings.Repeat("😀", 1) + "кошка играет на рояле", // whatever the script
		"          a b c d e f g h  q z k",               // spaces count
	} {
		if err := CheckPassword(password, "wangjianguo", "王建国", "黑河市中级人民法院", "heihe"); err != nil {
			t.Errorf("%q: %v", password, err)
		}
		if score, _ := Weigh(password); score < MinScore {
			t.Errorf("%q scores %d", password, score)
		}
	}
}

func TestPasswordsThatAreNot(t *testing.T) {
	t.Parallel()
	about := []string{"wjg", "王建国", "John Appleseed", "黑河市中级人民法院", "heihe", "李娜"}
	for password, want := range map[string][]Weak{
		"":          {TooShort, Guessable},
		"x7Kq!2mPz": {TooShort},
		"窗台上的猫会弹钢琴": {TooShort}, // nine characters in 27 bytes
		NewSecret() + strings.Repeat(NewSecret(), 5): {TooLong},
		"\xff\xfe correct horse":                     {NotText},

		"password123": {Common}, "Password123": {Common}, "1234567890": {Common}, "qwertyuiop": {Common}, "Qwertyuiop": {Common},
		"woaini1314520": {Common}, "1q2w3e4r5t6y": {Common}, "3ytr3wq qwertyuiop": {Guessable}, "P@ssw0rd123": {Guessable},
		"zhonghuarenmingongheguo": {Common}, "一二三四五六七八九十": {Common},

		"aaaaaaaaaaaa": {Guessable}, "abcdefghijkl": {Guessable}, "lkjihgfedcba": {Guessable}, "13579246801": {Guessable},
		"!QAZ2wsx#EDC": {Guessable}, "QWERTY!@#$%^": {Guessable}, "abc1abc1abc1": {Guessable}, "zxcvbnm,./": {Guessable},
		"P@ssw0rd2024": {Guessable}, "drowssap123!": {Guessable}, "Admin123456!": {Guessable}, "iloveyou1234": {Guessable},
		"zhongguo2024": {Guessable}, "Haerbin@1234": {Guessable}, "liuyang1990!": {Guessable}, "lifang19870412": {Guessable},
		"13912345678": {Guessable}, "23010119850412123X": {Guessable}, "19870412198": {Guessable}, "我爱你我爱你我爱你我爱你": {Guessable},
		"床前明月光疑是地上霜": {Guessable}, "20240101010101": {Guessable},

		"wangjianguo and his piano": {Personal}, "Wang Jian-Guo likes tea": {Personal}, "jianguowang likes tea": {Personal},
		"j1anguo likes tea": {Personal}, "猫咪王建国钢琴窗台西瓜": {Personal}, "猫咪建国钢琴窗台西瓜吧": {Personal},
		"appleseed and gravel": {Personal, Guessable}, "john4ppleseed gravel": {Personal, Guessable}, "tea in heihe by night": {Personal}, "猫咪在黑河窗台吃西瓜": {Personal},
		"Li Na drinks her tea": {Personal}, "wangjianguo": {Personal, Guessable}, "heihe12345": {Personal, Guessable},

		"avhub by night again": {HouseWord}, "@vhub by night again": {HouseWord}, "c0urt of my castle": {HouseWord}, "猫咪在法院窗台吃西瓜": {HouseWord},
		"fayuan@2024": {HouseWord, Guessable}, "heihe fayuan": {Personal, HouseWord, Guessable},
	} {
		score, weak := Weigh(password, about...)
		if !slices.Equal(weak, want) {
			t.Errorf("%q: %q, want %q", password, weak, want)
		}
		if score >= MinScore {
			t.Errorf("%q is refused and scores %d", password, score)
		}
		if err := CheckPassword(password, about...); !errors.Is(err, want[0]) {
			t.Errorf("%q: %v", password, err)
		}
	}
}

// There are no rules about kinds of characters (OWASP ASVS 5.0, 6.2.5).
func TestAnyKindOfCharacterIsEnough(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"bafkwqzrtxmv", "BAFKWQZRTXMV", "840275931682", "?<]~%(&)*+{}", "窗猫弹琴瓜拖铁蓝井杯雾桥"} {
		if err := CheckPassword(password); err != nil {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestShortNamesStandInManyWords(t *testing.T) {
	t.Parallel()
	if err := CheckPassword("lively onion limits", "li", "李"); err != nil {
		t.Error(err)
	}
	if err := CheckPassword("correct horse battery staple", "", " ", "-"); err != nil {
		t.Error(err)
	}
}

func TestReasonsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, w := range []Weak{TooShort, TooLong, NotText, Personal, HouseWord, Common, Guessable} {
		if msg := w.Error(); !strings.HasPrefix(msg, string(w)+": ") || len(msg) < 30 {
			t.Errorf("%s: %q", string(w), msg)
		}
	}
}
