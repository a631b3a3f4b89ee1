package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/verify"
)

type verifyCmd struct {
	Paths    []string `arg:"" name:"path" help:"A recording's folder, a folder of several (a case file, a day, data_dir), or an audit log (data_dir/audit)."`
	Key      string   `type:"existingfile" placeholder:"FILE" help:"The hub's public key (ledger.pub) from a safe place. Without it the one in the folder is used, which shows only that it fits itself."`
	SM2Key   string   `name:"sm2-key" type:"existingfile" placeholder:"FILE" help:"The hub's SM2 public key (ledger-sm2.pub), if it signs by SM2 too."`
	Head     []string `type:"existingfile" placeholder:"FILE" help:"A signed head (head.json, or a seal.json) that was kept elsewhere: shows that nothing before it was cut off or rewritten. May be given again."`
	TSA      string   `name:"tsa-ca" type:"existingfile" placeholder:"FILE" help:"Certificates (PEM) of the authorities whose time stamps are trusted."`
	Thorough bool     `help:"Check hashes of parts beside those of whole files. Takes twice as long."`
	Jobs     int      `placeholder:"N" help:"Files that are read at once; by itself as many as there are cores."`
	JSON     bool     `name:"json" help:"Print one JSON object a recording or log, and nothing else."`
}

// verifying is one run of the command.
type verifying struct {
	*verifyCmd
	out     *output
	options verify.Options
	heads   []knownHead
	whole   bool
	failed  bool // something could not be read
}

type knownHead struct {
	file string
	ledger.Head
	met bool // the ledger that it is of was verified
}

// Run verifies with nothing but the files and the public key. It answers by the
// exit code too: 0 whole, 1 not whole, 2 could not be read.
func (c *verifyCmd) Run(ctx context.Context, o *output) error {
	v := &verifying{verifyCmd: c, out: o, whole: true}
	if err := v.prepare(); err != nil {
		return &exitError{exitWrongUse, err}
	}
	for _, path := range c.Paths {
		items, err := verify.Find(path)
		if err == nil && len(items) == 0 {
			err = fmt.Errorf("%s: neither a recording nor an audit log is there: a recording has a manifest.jsonl, an audit log a 000001.jsonl; unpack a ZIP archive first", path)
		}
		v.fail(path, err)
		for _, item := range items {
			v.fail(item.Dir, v.verify(ctx, item))
		}
		if len(items) > 1 && !c.JSON {
			fmt.Fprintf(o.out, "%s: %d recordings and logs: %s\n", path, len(items), verdict(v.whole && !v.failed))
		}
	}
	for _, h := range v.heads {
		if !h.met {
			v.whole = false
			v.fail(h.file, fmt.Errorf("%s: it is the head of none of what was verified: what it was signed over is not there", h.file))
		}
	}
	switch {
	case v.failed && v.whole:
		return &exitError{exitWrongUse, &quietError{}}
	case !v.whole:
		return &quietError{}
	}
	return nil
}

// fail tells why something could not be read.
func (v *verifying) fail(path string, err error) {
	if err == nil {
		return
	}
	v.failed = true
	if v.JSON {
		_ = json.NewEncoder(v.out.out).Encode(map[string]any{"path": path, "error": err.Error()})
		return
	}
	fmt.Fprintln(v.out.err, "avhub:", err)
}

func (v *verifying) verify(ctx context.Context, item verify.Item) error {
	began := time.Now()
	head := v.headOf(item.Dir)
	if item.Kind == verify.KindAudit {
		report, err := ledger.Verify(item.Dir, ledger.VerifyOptions{Key: v.options.Key, SM2: v.options.SM2, Head: head})
		if err != nil {
			return err
		}
		v.whole = v.whole && report.Whole()
		if v.JSON {
			return json.NewEncoder(v.out.out).Encode(struct {
				Kind  verify.Kind `json:"kind"`
				Path  string      `json:"path"`
				Whole bool        `json:"whole"`
				*ledger.Report
			}{item.Kind, item.Dir, report.Whole(), report})
		}
		v.tellAudit(item.Dir, report, time.Since(began))
		return nil
	}
	options := v.options
	options.Head, options.Excerpt = head, item.Excerpt
	report, err := verify.Recording(ctx, item.Dir, options)
	if err != nil {
		return err
	}
	v.whole = v.whole && report.Whole
	if v.JSON {
		return json.NewEncoder(v.out.out).Encode(report)
	}
	v.tellRecording(report, time.Since(began))
	return nil
}

// headOf is the newest head that was given for a ledger.
func (v *verifying) headOf(dir string) *ledger.Head {
	header, err := ledger.HeaderOf(dir)
	var newest *ledger.Head
	for i := range v.heads {
		h := &v.heads[i]
		if err == nil && h.ID == header.ID {
			h.met = true
			if newest == nil || h.N > newest.N {
				newest = &h.Head
			}
		}
	}
	return newest
}

// prepare reads the files that options name.
func (v *verifying) prepare() error {
	v.options.Thorough, v.options.Workers = v.Thorough, v.Jobs
	if v.Key != "" {
		raw, err := os.ReadFile(v.Key)
		if err != nil {
			return err
		}
		if v.options.Key, err = ledger.ParsePublicKey(raw); err != nil {
			return fmt.Errorf("%s: %w", v.Key, err)
		}
	}
	if v.SM2Key != "" {
		raw, err := os.ReadFile(v.SM2Key)
		if err != nil {
			return err
		}
		if v.options.SM2, err = ledger.ParseSM2Key(raw); err != nil {
			return fmt.Errorf("%s: %w", v.SM2Key, err)
		}
	}
	if v.TSA != "" {
		raw, err := os.ReadFile(v.TSA)
		if err != nil {
			return err
		}
		v.options.TSA = x509.NewCertPool()
		if !v.options.TSA.AppendCertsFromPEM(raw) {
			return fmt.Errorf("%s: there is no certificate in it", v.TSA)
		}
	}
	for _, file := range v.Head {
		h, err := readHead(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		v.heads = append(v.heads, knownHead{file: file, Head: h})
	}
	return nil
}

// readHead reads a head.json, or the head in a seal.json.
func readHead(file string) (ledger.Head, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return ledger.Head{}, err
	}
	var either struct {
		ledger.Head
		Within *ledger.Head `json:"head"`
	}
	if err := json.Unmarshal(raw, &either); err != nil {
		return ledger.Head{}, err
	}
	if either.Within != nil {
		either.Head = *either.Within
	}
	if either.ID == "" || either.N == 0 || either.Signature == "" {
		return ledger.Head{}, errors.New("it is no signed head: neither a head.json nor a seal.json")
	}
	return either.Head, nil
}
