package compose

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// fonts are files that have Chinese characters, where distributions put them.
var fonts = []string{
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
}

// Errors of what is missing on this machine.
var (
	ErrNoFFmpeg   = errors.New("there is no ffmpeg: sudo apt-get install ffmpeg")
	ErrNoDrawText = errors.New("this ffmpeg cannot write into pictures: install one with the filter drawtext (libfreetype)")
	ErrNoX264     = errors.New("this ffmpeg has no libx264")
	ErrNoFont     = errors.New("there is no font with Chinese characters: sudo apt-get install fonts-noto-cjk")
)

const askLimit = 10 * time.Second

// Font finds a font with Chinese characters.
func Font(ctx context.Context) (string, error) {
	for _, f := range fonts {
		if st, err := os.Stat(f); err == nil && st.Mode().IsRegular() {
			return f, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, "fc-match", "-f", "%{file}\n%{lang}", ":lang=zh-cn").Output()
	file, languages, _ := strings.Cut(string(out), "\n")
	if err != nil || !strings.Contains(languages, "zh-cn") {
		return "", ErrNoFont
	}
	return file, nil
}

// Ready tells whether composed pictures can be made with an ffmpeg; the error says what
// is missing and how to get it.
func Ready(ctx context.Context, ffmpeg string) error {
	if ffmpeg == "" {
		return ErrNoFFmpeg
	}
	for _, ask := range []struct {
		list, word string
		missing    error
	}{{"-filters", " drawtext ", ErrNoDrawText}, {"-encoders", " libx264 ", ErrNoX264}} {
		within, cancel := context.WithTimeout(ctx, askLimit)
		out, err := exec.CommandContext(within, ffmpeg, "-hide_banner", ask.list).Output()
		cancel()
		if err != nil {
			return errors.Join(ErrNoFFmpeg, err)
		}
		if !strings.Contains(string(out), ask.word) {
			return ask.missing
		}
	}
	_, err := Font(ctx)
	return err
}
