package ledger

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// FuzzLine holds the quick reading against the strict one.
func FuzzLine(f *testing.F) {
	for _, line := range [][]byte{someLine(f, Entry{N: 1, Kind: "audit"}), someLine(f, Entry{N: 1 << 60, Kind: "part", PrevSM3: noHash.sm3})} {
		f.Add(line)
		f.Add(bytes.Replace(line, []byte(`"n":`), []byte(`"n":0`), 1))
		f.Add(bytes.Replace(line, []byte(`"kind":"`), []byte(`"kind":"\u0061`), 1))
		f.Add(bytes.Replace(line, []byte(`"t":"`), []byte(`"t": "`), 1))
		f.Add(line[:len(line)-1])
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if e, err := strictLine(line); err == nil {
			want, err := ParseLine(line)
			if err != nil || !reflect.DeepEqual(e, want) {
				t.Fatalf("%q\n is %+v\nwant %+v: %v", line, e, want, err)
			}
		}
		got, ok := quickLine(line)
		if !ok {
			return
		}
		// The body is looked at by its reader: put one there that is as it should be.
		whole := bytes.Clone(line[:len(line)-1-len(got.Body)])
		whole = append(whole, `{}}`...)
		want, err := ParseLine(whole)
		if err != nil {
			// A time can be written in more than one way, of which ledgers use one.
			if canonical := `"t":"` + got.Time.Format(time.RFC3339Nano) + `"`; !bytes.Contains(line, []byte(canonical)) {
				return
			}
			t.Fatalf("%q: %v", line, err)
		}
		if got.N != want.N || !got.Time.Equal(want.Time) || got.Kind != want.Kind || got.Prev != want.Prev || got.PrevSM3 != want.PrevSM3 {
			t.Errorf("%q\nquickly %+v\n   else %+v", line, got, want)
		}
	})
}

func someLine(t testing.TB, e Entry) []byte {
	t.Helper()
	e.Time, e.Prev, e.Body = time.Date(2026, 3, 2, 1, 0, 0, 5, time.UTC), noHash.sha, json.RawMessage(`{"a":"b\u003c","c":[1]}`)
	line, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := quickLine(line); !ok {
		t.Errorf("read slowly: %s", line)
	}
	return line
}

// A tail reads what the writer has written, also where a line is written as no
// ledger would: it leaves finding that to Verify, or stops there.
func TestTailStopsAtALineThatIsNone(t *testing.T) {
	dir := t.TempDir()
	l := opened(t, dir, Options{Name: Manifest})
	if _, err := l.Append(t.Context(), "part", time.Now(), map[string]int{"a": 1}, map[string]int{"a": 2}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "manifest.jsonl")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(text, []byte(`{"a":2}`), []byte(`{"a":2]`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	err = NewTail(dir).Read(func(e Entry) error {
		if e.Kind == "part" {
			bodies = append(bodies, string(e.Body))
		}
		return nil
	})
	if err == nil || len(bodies) != 1 || bodies[0] != `{"a":1}` {
		t.Errorf("%v, entries %v", err, bodies)
	}
}
