package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"avhub/configs"
	"avhub/media/rtsp"
)

type doctorCmd struct {
	Config string `short:"c" placeholder:"FILE" help:"Configuration (avhub.yaml). Without it the defaults are checked."`
	JSON   bool   `name:"json" help:"Print the findings as JSON."`
}

// Run checks what the hub needs and prints a line for each thing looked at. It
// fails if one of them keeps the hub or a camera from working.
func (d *doctorCmd) Run(ctx context.Context, o *output) error {
	findings := newDoctor().examine(ctx, d.Config, os.Environ())
	if d.JSON {
		if err := findings.writeJSON(o.out); err != nil {
			return err
		}
	} else {
		findings.write(o.out)
	}
	if !findings.good() {
		return &quietError{}
	}
	return nil
}

// level is how bad a finding is.
type level string

const (
	fine  level = "ok"   // as it should be
	warns level = "warn" // the hub runs, with something missing
	fails level = "fail" // it does not
)

var marks = map[level]string{fine: "✓", warns: "!", fails: "✗"}

// finding is one thing that was looked at.
type finding struct {
	Level level  `json:"level"`
	Check string `json:"check"` // what was looked at
	Text  string `json:"text"`  // what was found
	Do    string `json:"do,omitempty"`
}

type findings []finding

func (f findings) good() bool {
	for _, x := range f {
		if x.Level == fails {
			return false
		}
	}
	return true
}

func (f findings) write(w io.Writer) {
	for _, x := range f {
		fmt.Fprintf(w, "%s %s: %s\n", marks[x.Level], x.Check, configs.Mask(x.Text))
		if x.Do != "" {
			fmt.Fprintf(w, "    → %s\n", x.Do)
		}
	}
}

func (f findings) writeJSON(w io.Writer) error {
	for i := range f {
		f[i].Text = configs.Mask(f[i].Text)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK     bool     `json:"ok"`
		Checks findings `json:"checks"`
	}{f.good(), f})
}

// doctor examines; its fields are where it meets the world.
type doctor struct {
	now   func() time.Time
	look  func(program string) (string, error)
	probe func(ctx context.Context, url string, transport rtsp.Transport) rtsp.Report
}

func newDoctor() *doctor {
	return &doctor{now: time.Now, look: exec.LookPath, probe: rtsp.Probe}
}

func (d *doctor) examine(ctx context.Context, path string, environ []string) findings {
	cfg, all := examineConfig(path, environ)
	if cfg != nil {
		all = append(all, examinePorts(ctx, cfg)...)
		all = append(all, examineTLS(cfg)...)
		all = append(all, examineDataDir(cfg.DataDir)...)
		all = append(all, d.examineDatabase(ctx, cfg)...)
		all = append(all, examineProvider(ctx, cfg)...)
	}
	all = append(all, d.examineFFmpeg(ctx, cfg != nil && cfg.Media.Transcode)...)
	all = append(all, d.examineClock(ctx)...)
	if cfg != nil {
		all = append(all, examineArchive(ctx, cfg)...)
		all = append(all, examineStamps(ctx, cfg)...)
		all = append(all, d.examineCameras(ctx, cfg)...)
	}
	return all
}

// examineConfig reads the configuration; it is nil if it is not right.
func examineConfig(path string, environ []string) (*configs.Config, findings) {
	name := path
	if name == "" {
		name = "defaults, without a file"
	}
	cfg, err := configs.Load(path, environ)
	if err == nil {
		all := findings{{fine, "configuration", name, ""}}
		for _, key := range cfg.Unused() {
			all = append(all, finding{warns, "configuration", key + " has no effect in this version", "leave it out"})
		}
		return cfg, all
	}
	faults := configs.FieldErrors(err)
	if len(faults) == 0 {
		return nil, findings{{fails, "configuration", err.Error(), ""}}
	}
	all := findings{}
	for _, f := range faults {
		all = append(all, finding{fails, "configuration", name + ": " + f.Error(), ""})
	}
	return nil, all
}
