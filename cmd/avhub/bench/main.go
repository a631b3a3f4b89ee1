// Command bench measures what the hub promises, on whole processes, and prints
// one table: each figure beside its goal, and beside a reference measured in
// the same run on the same machine, so that a slow machine explains itself.
//
//	make bench                         # all of it, about ten minutes
//	go run ./cmd/avhub/bench join aac  # parts
//
// It sends to 127.0.0.1 only.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
)

// row is one line of the table.
type row struct {
	what, goal, got string
	reference       string
	met             bool
}

// parts are measured in this order.
var parts = []struct {
	name string
	run  func(context.Context) ([]row, error)
}{
	{"join", benchJoin},
	{"delay", benchDelay},
	{"aac", benchAAC},
	{"fanout", benchFanout},
	{"crowd", benchCrowd},
	{"growth", benchGrowth},
	{"rush", benchRush},
	{"rage", benchRage},
	{"sources", benchSources},
	{"rooms", benchRooms},
	{"recording", benchRecording},
	{"requests", benchRequests},
	{"logins", benchLogins},
	{"audit", benchAudit},
	{"playback", benchPlayback},
	{"verify", benchVerify},
}

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	wanted := os.Args[1:]
	if runAs(ctx, wanted) {
		return
	}
	var rows []row
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		log.Printf("measuring: %s", p.name)
		r, err := p.run(ctx)
		if err != nil {
			log.Fatalf("%s: %v", p.name, err)
		}
		rows = append(rows, r...)
	}
	if !table(rows) {
		os.Exit(1)
	}
}

// table prints the rows and tells whether all goals are met.
func table(rows []row) bool {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nWHAT\tGOAL\tMEASURED\tIN THE SAME RUN\t")
	all := true
	for _, r := range rows {
		mark := "✓"
		if !r.met {
			mark, all = "✗", false
		}
		fmt.Fprintf(w, "%s\t%s\t%s %s\t%s\t\n", r.what, r.goal, mark, r.got, r.reference)
	}
	_ = w.Flush() // to the terminal
	return all
}
