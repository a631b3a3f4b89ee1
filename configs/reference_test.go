package configs_test

import (
	"flag"
	"os"
	"testing"

	"avhub/configs"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	const file = "../docs/configuration.md"
	want := configs.Reference()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the code says: run go generate ./configs", file)
	}
}
