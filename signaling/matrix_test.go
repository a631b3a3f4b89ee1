package signaling_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"avhub/signaling"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every route, every role, objects of one's own court, of another and of none:
// what is answered stands in testdata/routes.txt, and a change of it is a change
// of who may do what. A route that is new must be entered in requests above.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	x := newHouse(t)
	requests, open := x.requests(), signaling.Open()
	patterns := x.doors.Patterns()
	slices.SortFunc(patterns, func(a, b string) int { return strings.Compare(pathOf(a), pathOf(b)) })
	var table strings.Builder
	fmt.Fprintf(&table, "%-48s %-6s", "route", "object")
	for _, c := range x.columns {
		fmt.Fprintf(&table, " %s", short(c))
	}
	table.WriteByte('\n')
	used := map[string]bool{}
	for _, pattern := range patterns {
		if used[pattern] {
			continue
		}
		used[pattern] = true
		if len(requests[pattern]) == 0 {
			t.Errorf("the route %q is not tried by this test: enter it in requests", pattern)
		}
		for _, r := range requests[pattern] {
			fmt.Fprintf(&table, "%-48s %-6s", pattern, r.object)
			for _, column := range x.columns {
				if column != "stranger" && slices.Contains(once, pattern) {
					table.WriteString(" ·   ")
					continue
				}
				status := x.try(t, pattern, r, column)
				fmt.Fprintf(&table, " %-4d", status)
				if column == "stranger" && !open[pattern] && status != 401 {
					t.Errorf("%s answers a stranger: %d", pattern, status)
				}
				if column == "half" && !open[pattern] && !slices.Contains(halfway, pattern) && status < 400 {
					t.Errorf("%s answers half a log-in: %d", pattern, status)
				}
			}
			table.WriteByte('\n')
		}
	}
	for pattern := range requests {
		if !used[pattern] {
			t.Errorf("there is no route %q", pattern)
		}
	}
	for _, pattern := range described(t) {
		if !used[pattern] {
			t.Errorf("the description names %q, which hangs in no router", pattern)
		}
	}
	var lines []string
	for line := range strings.Lines(table.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/routes.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(raw), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("who may do what has changed (go test ./signaling -run TestEveryRoute -update, and look at the difference):\n\t%s\nwas\n\t%s", line, want[min(i, len(want)-1)])
		}
	}
}

// once are the routes whose answer has nothing to do with who is logged in, and
// which slow guessers down.
var once = []string{"POST /api/v1/login", "POST /api/v1/join", "POST /api/v1/setup"}

// halfway are the routes for who has shown a password and not yet all.
var halfway = []string{"GET /api/v1/me", "POST /api/v1/logout", "POST /api/v1/login/code"}

func pathOf(pattern string) string {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return pattern + " "
	}
	return path + " " + method
}

func short(column string) string {
	if len(column) > 4 {
		column = column[:4]
	}
	return fmt.Sprintf("%-4s", column)
}

// described are the routes that the API's description names.
func described(t *testing.T) (patterns []string) {
	t.Helper()
	text, err := signaling.OpenAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			patterns = append(patterns, strings.ToUpper(method)+" "+path)
		}
	}
	if len(patterns) < 40 {
		t.Fatalf("it names %d routes", len(patterns))
	}
	return patterns
}

// try asks as somebody, and returns the status.
func (x *house) try(t *testing.T, pattern string, r request, column string) int {
	t.Helper()
	path := r.path
	if r.make != nil {
		path = r.make(t, x)
	}
	method, _, ok := strings.Cut(pattern, " ")
	if !ok { // every method
		method = "GET"
	}
	b := x.browsers[column]
	kept := map[string]string{}
	for name, value := range b.cookies {
		kept[name] = value
	}
	var headers []string
	if r.kind != "" {
		headers = append(headers, "Content-Type", r.kind, "If-Match", "*")
	}
	a := b.ask(t, method, path, r.body, headers...)
	if a.StatusCode >= 400 && a.StatusCode != 405 && pattern != "GET /api/v1/events" && method != "HEAD" {
		a.problem(t)
	}
	if pattern == "POST /api/v1/logout" && column != "stranger" { // and in again
		switch column {
		case "guest":
			x.guests(t, "aihui")
		default:
			x.browsers[column] = x.hub.enter(t, strings.ReplaceAll(column, "_", "-"))
		}
		return a.StatusCode
	}
	b.cookies = kept
	return a.StatusCode
}
