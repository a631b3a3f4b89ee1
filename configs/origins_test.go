package configs_test

import (
	"strings"
	"testing"

	"avhub/configs"
)

func TestOriginsAreWhatBrowsersSend(t *testing.T) {
	t.Parallel()
	c := parse(t, "http:\n  origins: [https://portal.example.cn, 'https://portal.example.cn:8443']\n")
	if len(c.HTTP.Origins) != 2 {
		t.Errorf("%v", c.HTTP.Origins)
	}
	for _, odd := range []string{"*", "portal.example.cn", "https://portal.example.cn/", "https://Portal.example.cn", "https://u:p@portal.example.cn", "null", "ftp://x"} {
		_, err := configs.Parse([]byte("http:\n  origins: ['"+odd+"']\n"), nil)
		if err == nil || !strings.Contains(err.Error(), "http.origins[0]") {
			t.Errorf("%s: %v", odd, err)
		}
	}
}
