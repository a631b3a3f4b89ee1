package main

import (
	"fmt"
	"strings"
	"time"

	"avhub/recorder/ledger"
	"avhub/recorder/manifest"
	"avhub/recorder/verify"
)

// mostTold is how many findings are told of one recording or log: --json tells all.
const mostTold = 50

func verdict(whole bool) string {
	if whole {
		return "whole"
	}
	return "NOT WHOLE"
}

// tellAudit prints an audit log's report in sentences.
func (v *verifying) tellAudit(path string, r *ledger.Report, took time.Duration) {
	w := v.out.out
	fmt.Fprintf(w, "%s: %s: %d entries in %d files, %d good signatures, signed up to entry %d; %s\n",
		path, verdict(r.Whole()), r.Entries, r.Files, r.Heads, r.Signed, took.Round(time.Millisecond))
	for i, f := range r.Findings {
		if i == mostTold {
			fmt.Fprintf(w, "  and %d more\n", len(r.Findings)-i)
			break
		}
		v.finding(verify.Finding{Problem: f.Problem, File: f.File, Line: f.Line, Text: f.Text})
	}
	v.tellSigned(r.Entries, r.Signed, r.Void, r.KeyGiven)
}

func (v *verifying) finding(f verify.Finding) { fmt.Fprintf(v.out.out, "  %s\n", f.String()) }

// tellSigned says what the signatures do not show.
func (v *verifying) tellSigned(entries, signed uint64, void int64, keyGiven bool) {
	w := v.out.out
	if tail := entries - min(entries, signed); tail > 1 {
		fmt.Fprintf(w, "  the last %d entries are not signed yet: their order and text are chained, their end is not proven\n", tail)
	}
	if void > 0 {
		fmt.Fprintf(w, "  %d bytes do not count: a write had failed, and what it left was never acknowledged\n", void)
	}
	if !keyGiven {
		fmt.Fprintln(w, "  verified with the key in the folder: give --key from a safe place to prove whose it is")
	}
}

// tellRecording prints a recording's report.
func (v *verifying) tellRecording(r *verify.Report, took time.Duration) {
	w := v.out.out
	state := "sealed"
	if !r.Sealed {
		state = "not sealed: it is being recorded, or the hub was stopped"
	}
	as := ""
	if r.Excerpt != nil {
		as = " as an excerpt"
	}
	fmt.Fprintf(w, "%s: %s%s: recording %s of %s, %s\n", r.Path, verdict(r.Whole), as, r.ID, strings.TrimSpace(r.Source+" "+r.Name), state)
	if !r.Zero.IsZero() {
		fmt.Fprintf(w, "  %s to %s (UTC %s to %s)\n", local(r.Zero), local(r.EndUTC), r.Zero.UTC().Format(time.DateTime), r.EndUTC.UTC().Format(time.DateTime))
	}
	fmt.Fprintf(w, "  %d segments of %d parts, %d bytes, of which %d were compared, in %s\n", r.Segments, r.Parts, r.Bytes, r.Read, took.Round(time.Millisecond))
	fmt.Fprintf(w, "  media %s + gaps %s = %s; %s, %s of the hub\n", length(r.Media), length(r.Gapped), length(r.End), count(len(r.Gaps), "gap"), count(r.Restarts, "restart"))
	for _, t := range r.Tracks {
		fmt.Fprintf(w, "  track %d (%s): %d frames came in = %d kept + %d in gaps\n", t.ID, t.Kind, t.In, t.Kept, t.Gapped)
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(w, "  gap %d: %s\n", g.Gap, describeGap(g))
	}
	v.tellExcerpt(r)
	if len(r.Deleted) > 0 {
		fmt.Fprintf(w, "  %d segments were deleted here by rule, as the manifest says: %s\n", len(r.Deleted), strings.Join(r.Deleted, " "))
	}
	v.tellProof(r)
	for i, f := range r.Findings {
		if i == mostTold {
			fmt.Fprintf(w, "  and %d more\n", len(r.Findings)-i)
			break
		}
		v.finding(f)
	}
	v.tellSigned(r.Entries, r.Signed, r.Void, r.KeyGiven)
}

// tellExcerpt says what is not there because nobody asked for it.
func (v *verifying) tellExcerpt(r *verify.Report) {
	x := r.Excerpt
	if x == nil {
		return
	}
	asked := "nothing of it was asked for"
	if x.Until > x.From {
		asked = "asked for was " + (&verify.Span{From: x.From, Until: x.Until}).String()
	}
	fmt.Fprintf(v.out.out, "  an excerpt: %s; %d of %d segments are left out and were not compared\n", asked, len(x.LeftOut), r.Segments)
}

// tellProof prints values, signatures and time stamps.
func (v *verifying) tellProof(r *verify.Report) {
	w := v.out.out
	by := "Ed25519"
	if r.SM2 {
		by += " and SM2"
	}
	fmt.Fprintf(w, "  its manifest: %d entries, %d good signatures by %s, signed up to entry %d\n", r.Entries, r.Heads, by, r.Signed)
	if r.Value != "" {
		fmt.Fprintf(w, "  integrity check value 完整性校验值 (SHA-256): %s\n", r.Value)
	}
	if r.SM3 != "" {
		fmt.Fprintf(w, "  integrity check value 完整性校验值 (SM3): %s\n", r.SM3)
	}
	for _, s := range r.Stamps {
		trust := "its certificate was not compared with any that is trusted: give --tsa-ca"
		if s.Trusted {
			trust = "trusted"
		}
		fmt.Fprintf(w, "  time stamp over entry %d: %s by %s (%s)\n", s.Entry, s.Time.UTC().Format(time.RFC3339), s.TSA, trust)
	}
}

func describeGap(g verify.Gap) string {
	text := fmt.Sprintf("%s, %s, %s", g.Span.String(), length(g.Span.Until-g.Span.From), g.Cause)
	if g.Open {
		text += ", it lasts"
	}
	if g.Detail != "" {
		text += " (" + g.Detail + ")"
	}
	if g.By != "" {
		text += ", by " + g.By
	}
	if g.Explanation != "" {
		text += fmt.Sprintf("; explained by %s: %s", g.ExplainedBy, g.Explanation)
	}
	if g.SignedBy != "" {
		text += "; signed by " + g.SignedBy
	}
	return text
}

func count(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return fmt.Sprintf("%d %s", n, of)
}

func local(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 -0700") }

func length(m manifest.Micros) string { return m.Duration().Round(time.Millisecond).String() }
