package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"avhub/recorder/compose"
)

// Room on the data folder's disk, in bytes.
const (
	tooLittleRoom = 500 << 20
	littleRoom    = 5 << 30
)

// programLimit bounds a foreign program that is asked something.
const programLimit = 10 * time.Second

// examineDataDir looks whether the hub can write, and how much.
func examineDataDir(dir string) findings {
	const check = "data folder"
	at, made := dir, true
	for {
		if info, err := os.Stat(at); err == nil {
			if !info.IsDir() {
				return findings{{fails, check, at + " is a file", "change data_dir, or move the file away"}}
			}
			break
		}
		up := filepath.Dir(at)
		if up == at {
			break
		}
		at, made = up, false
	}
	f, err := os.CreateTemp(at, ".avhub-doctor-*")
	if err != nil {
		return findings{{fails, check, fmt.Sprintf("%s cannot be written: %v", dir, err),
			"give it to the user that the hub runs as (chown), or change data_dir"}}
	}
	name := f.Name()
	_ = f.Close()
	_ = os.Remove(name)
	text := dir + " can be written"
	if !made {
		text = dir + " will be made"
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(at, &disk); err != nil {
		return findings{{warns, check, text + "; how much room is left cannot be told: " + err.Error(), ""}}
	}
	free := disk.Bavail * uint64(disk.Bsize)
	text = fmt.Sprintf("%s, %.1f GiB are free", text, float64(free)/(1<<30))
	switch {
	case free < tooLittleRoom:
		return findings{{fails, check, text, "make room, or put data_dir on a larger disk"}}
	case free < littleRoom:
		return findings{{warns, check, text, "make room before it runs out"}}
	}
	return findings{{fine, check, text, ""}}
}

// examineFFmpeg looks for the one outside program and what it must be able to do.
func (d *doctor) examineFFmpeg(ctx context.Context, transcode bool) findings {
	const check, get = "ffmpeg", "sudo apt-get install ffmpeg (Debian, Ubuntu), or put an ffmpeg with libopus and libx264 into the PATH"
	path, err := d.look("ffmpeg")
	if err != nil {
		return findings{{warns, check, "is not here: the sound of cameras that send AAC stays silent in browsers, and there are no snapshots", get}}
	}
	version, err := ask(ctx, path, "-hide_banner", "-version")
	if err != nil {
		return findings{{fails, check, fmt.Sprintf("%s does not run: %v", path, err), get}}
	}
	version, _, _ = strings.Cut(version, " Copyright")
	encoders, err := ask(ctx, path, "-hide_banner", "-encoders")
	if err != nil {
		return findings{{fails, check, fmt.Sprintf("%s does not tell its encoders: %v", path, err), get}}
	}
	all := findings{}
	if !strings.Contains(encoders, " libopus ") {
		all = append(all, finding{fails, check, path + " has no libopus: sound in AAC cannot be turned into Opus", get})
	}
	if !strings.Contains(encoders, " libx264 ") {
		bad := warns
		if transcode {
			bad = fails
		}
		all = append(all, finding{bad, check, path + " has no libx264: media.transcode cannot work", get})
	}
	if len(all) == 0 {
		all = findings{{fine, check, strings.TrimSpace(version) + ", " + path + ", with libopus and libx264", ""}}
	}
	if err := compose.Ready(ctx, path); err != nil {
		all = append(all, finding{warns, "composed pictures", "case files cannot have any: " + err.Error(), "do what it says; all else works without"})
	}
	return all
}

// examineClock looks whether the time can be trusted: it goes into every record.
func (d *doctor) examineClock(ctx context.Context) findings {
	const check = "clock"
	now := d.now()
	text := now.Format("2006-01-02 15:04:05 -07:00 (MST)")
	if now.Year() < 2026 || now.Year() > 2100 {
		return findings{{fails, check, text + ": the year is wrong", "set the clock: timedatectl set-ntp true, or date -s"}}
	}
	timedatectl, err := d.look("timedatectl")
	if err != nil {
		return findings{{fine, check, text, ""}, {warns, check, "whether it is synchronised cannot be told without timedatectl", "see that an NTP client runs"}}
	}
	switch synced, err := ask(ctx, timedatectl, "show", "--property=NTPSynchronized", "--value"); {
	case err != nil:
		return findings{{fine, check, text, ""}, {warns, check, "whether it is synchronised cannot be told: timedatectl has no answer", "see that an NTP client runs"}}
	case strings.TrimSpace(synced) != "yes":
		return findings{{warns, check, text + ", not synchronised", "timedatectl set-ntp true, or name the court's time server in /etc/systemd/timesyncd.conf"}}
	}
	return findings{{fine, check, text + ", synchronised", ""}}
}

func ask(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, programLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	return string(out), err
}
