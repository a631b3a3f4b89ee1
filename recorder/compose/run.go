package compose

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// hangLimit is how long ffmpeg may say nothing of its progress.
const hangLimit = 2 * time.Minute

// errHangs ends an ffmpeg that does nothing any more.
var errHangs = errors.New("ffmpeg has stopped making pictures")

// run makes the picture in a folder of its own, and tells how far it is, 0 to 1.
func (p *plan) run(ctx context.Context, ffmpeg, font, dir string, o Order, progress func(float64)) (string, error) {
	if err := p.prepare(font, dir, o); err != nil {
		return "", err
	}
	args := []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-progress", "pipe:1", "-filter_threads", "2"}
	input := 0
	for _, c := range p.cameras {
		for _, r := range c.runs {
			args = append(args, "-itsoffset", fmt.Sprintf("%.6f", r.start), "-f", "concat", "-safe", "0", "-i", fmt.Sprintf("run%d.ffconcat", input))
			input++
		}
	}
	args = append(args, "-filter_complex", p.graph(o.Layout, o.Watermark != ""), "-map", "[video]")
	if p.sounds() {
		args = append(args, "-map", "[sound]", "-c:a", "aac", "-b:a", "96k")
	}
	args = append(args, "-t", fmt.Sprintf("%.3f", p.length), "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-g", strconv.Itoa(2*rate), "-threads", "2",
		"-movflags", "+faststart", "-metadata", "comment=composed copy, not evidence", "composed.mp4")
	err := execute(ctx, ffmpeg, dir, args, func(seconds float64) { progress(min(1, seconds/max(p.length, 0.001))) })
	return filepath.Join(dir, "composed.mp4"), err
}

// prepare writes the files that the graph reads.
func (p *plan) prepare(font, dir string, o Order) error {
	texts := map[string]string{"number.txt": o.Number, "mark.txt": o.Watermark}
	input := 0
	for i, c := range p.cameras {
		texts[fmt.Sprintf("name%d.txt", i)] = c.name
		for k, v := range c.covers {
			texts[fmt.Sprintf("cover%d-%d.txt", i, k)] = v.why
		}
		for _, r := range c.runs {
			var b strings.Builder
			b.WriteString("ffconcat version 1.0\n")
			for _, f := range r.files {
				path, err := filepath.Abs(f.path)
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "file '%s'\nduration %.6f\n", strings.ReplaceAll(path, "'", `'\''`), f.length)
			}
			texts[fmt.Sprintf("run%d.ffconcat", input)] = b.String()
			input++
		}
	}
	for name, text := range texts {
		if !strings.HasSuffix(name, ".ffconcat") {
			text = strings.Join(strings.Fields(text), " ")
			if text == "" {
				text = " " // drawtext takes no empty file
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return os.Symlink(font, filepath.Join(dir, "font"))
}

// execute runs ffmpeg until it has ended, at the lowest priority.
func execute(ctx context.Context, ffmpeg, dir string, args []string, told func(seconds float64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, ffmpeg, args...)
	cmd.Dir, cmd.SysProcAttr, cmd.WaitDelay = dir, &syscall.SysProcAttr{Setpgid: true}, 2*time.Second
	var said strings.Builder
	cmd.Stderr = &limited{b: &said}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("ffmpeg: %w", err)
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, 19) // without it, it only is less polite
	watch := time.AfterFunc(hangLimit, func() { cancel(errHangs) })
	defer watch.Stop()
	lines, last := bufio.NewScanner(out), -1.0
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
		if us, err := strconv.ParseInt(text, 10, 64); ok && err == nil && float64(us)/1e6 > last {
			last = float64(us) / 1e6
			watch.Reset(hangLimit)
			told(max(0, last))
		}
	}
	if err := cmd.Wait(); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return fmt.Errorf("ffmpeg: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

// limited keeps the first of what ffmpeg says.
type limited struct{ b *strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if room := 2000 - l.b.Len(); room > 0 {
		l.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
