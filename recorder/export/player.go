package export

import (
	"embed"
	"encoding/json"
	"strings"
)

//go:embed player.html
var page string

// scripts are those of the page, in the order in which they need each other.
var scripts = []string{"play.js", "sha256.js", "sm.js", "verify.js"}

//go:embed play.js sha256.js sm.js verify.js
var scriptFiles embed.FS

// player is the page that plays and verifies what is in a case file. It is one file, with
// its scripts in it, so that it opens from a disc with no network.
func player(c Case, l *layout) ([]byte, error) {
	index, err := json.Marshal(map[string]any{"number": c.Number, "title": c.Title, "recordings": l.recordings, "excerpt": l.excerpt})
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, name := range scripts {
		script, err := scriptFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text.Write(script)
	}
	file := strings.ReplaceAll(string(index), "</", `<\/`) // no name ends the script
	return []byte(strings.NewReplacer("/*CASE*/null", file, "/*SCRIPTS*/", text.String()).Replace(page)), nil
}
