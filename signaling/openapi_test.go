package signaling_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"avhub/signaling"
)

// web/openapi.json is what the pages' types are made of.
func TestThePagesKnowTheAPIAsItIs(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../web/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var kept, made map[string]any
	if err := json.Unmarshal(file, &kept); err != nil {
		t.Fatal(err)
	}
	text, err := signaling.OpenAPI("dev")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &made); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(kept, made) {
		t.Error("the API has changed: go run ./cmd/avhub openapi > web/openapi.json, then look at what the pages make of it")
	}
	if made["openapi"] != "3.1.0" {
		t.Errorf("OpenAPI %v", made["openapi"])
	}
	paths, _ := made["paths"].(map[string]any)
	for _, path := range []string{"/api/v1/hub", "/api/v1/sources", "/api/v1/sources/{id}", "/api/v1/sources/probe", "/api/v1/sources/{id}/snapshot.jpg"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}

func TestTheHubServesItsDescription(t *testing.T) {
	t.Parallel()
	a := newHub(t).ask(t, "GET", "/openapi.json", "")
	var served struct {
		OpenAPI string
		Info    struct{ Title string }
	}
	if err := json.Unmarshal([]byte(a.body), &served); err != nil || served.OpenAPI == "" || served.Info.Title != "avhub" {
		t.Errorf("%d %v: %.200s", a.StatusCode, err, a.body)
	}
}

// A part of an address that no handler reads would make it answer for another
// object than was asked for.
func TestEveryPartOfAnAddressIsRead(t *testing.T) {
	t.Parallel()
	text, err := signaling.OpenAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			for _, part := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				if !slices.ContainsFunc(operation.Parameters, func(p struct{ Name, In string }) bool { return p.In == "path" && p.Name == part[1] }) {
					t.Errorf("%s %s does not read {%s}", method, path, part[1])
				}
			}
		}
	}
}
