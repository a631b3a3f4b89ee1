package rooms

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func goodCase() Case {
	n, _ := ParseCaseNumber("（2021）黑11民初23号")
	return Case{
		ID: "c1", Court: "heihe", Number: n, Title: "买卖合同纠纷", ExternalID: "230011-2021-23", CreatedAt: time.Date(2021, 3, 1, 1, 0, 0, 0, time.UTC), CreatedBy: "u3",
		Parties: []Party{{"张三", StandingPlaintiff}, {"黑河某某有限公司", StandingDefendant}, {"李四", StandingThirdParty}},
	}
}

func TestCasesAreChecked(t *testing.T) {
	t.Parallel()
	if err := goodCase().Check(); err != nil {
		t.Error(err)
	}
	unnumbered := goodCase()
	unnumbered.Number, unnumbered.Parties, unnumbered.ExternalID = CaseNumber{}, nil, ""
	if err := unnumbered.Check(); err != nil {
		t.Errorf("without what may be left out: %v", err)
	}
	for field, spoil := range map[string]func(*Case){
		"id":                  func(c *Case) { c.ID = "" },
		"court":               func(c *Case) { c.Court = "Heihe!" },
		"number":              func(c *Case) { c.Number.Court = "黑1" },
		"title":               func(c *Case) { c.Title = strings.Repeat("案", 201) },
		"external_id":         func(c *Case) { c.ExternalID = "a\x00b" },
		"parties":             func(c *Case) { c.Parties = make([]Party, 201) },
		"parties[0].name":     func(c *Case) { c.Parties = []Party{{"张\n三", StandingPlaintiff}} },
		"parties[0].standing": func(c *Case) { c.Parties = []Party{{"张三", "boss"}} },
		"parties[1]":          func(c *Case) { c.Parties = []Party{{"张三", StandingPlaintiff}, {"张三", StandingPlaintiff}} },
		"created_at":          func(c *Case) { c.CreatedAt = time.Time{} },
		"created_by":          func(c *Case) { c.CreatedBy = " " },
	} {
		c := goodCase()
		spoil(&c)
		if got := fieldsOf(c.Check()); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: errors name %q", field, got)
		}
	}
	for _, title := range []string{"", " 买卖", "买\u202e卖", "买\t卖", "\xff"} {
		c := goodCase()
		c.Title = title
		if got := fieldsOf(c.Check()); !slices.Equal(got, []string{"title"}) {
			t.Errorf("title %q: %v", title, got)
		}
	}
}

// fieldsOf are the fields that an error names.
func fieldsOf(err error) []string {
	return each(FieldErrors(err), func(f FieldError) string { return f.Field })
}

func TestACaseIsFoundByNumberCauseAndParty(t *testing.T) {
	t.Parallel()
	key := goodCase().SearchKey()
	for query, want := range map[string]bool{"民初23": true, "买卖合同": true, "张 三": true, "某某有限公司": true, "王五": false, "纠纷张三": false} {
		if strings.Contains(key, SearchKey(query)) != want {
			t.Errorf("%q in %q: %v", query, key, !want)
		}
	}
}

func TestACaseSurvivesJSON(t *testing.T) {
	t.Parallel()
	c := goodCase()
	raw, err := json.Marshal(c)
	var again Case
	if err := errors.Join(err, json.Unmarshal(raw, &again)); err != nil || again.Number != c.Number || again.CreatedAt != c.CreatedAt || !slices.Equal(again.Parties, c.Parties) {
		t.Errorf("%s\n%+v, %v", raw, again, err)
	}
	if !strings.Contains(string(raw), `"number":"（2021）黑11民初23号"`) {
		t.Errorf("%s", raw)
	}
}

func TestStandingsAreKnownByName(t *testing.T) {
	t.Parallel()
	seen := map[string]Standing{}
	for _, s := range Standings {
		if !s.Valid() || s.English() == "" || !s.Part().Valid() {
			t.Errorf("%s: valid %v, %q, %q", s, s.Valid(), s.English(), s.Part())
		}
		for _, name := range []string{string(s), s.Chinese(), s.English()} {
			if got, ok := ParseStanding(name); !ok || got != s {
				t.Errorf("%q is read as %q, not %q", name, got, s)
			}
		}
		if other, twice := seen[s.Chinese()]; twice {
			t.Errorf("%s and %s have one name", s, other)
		}
		seen[s.Chinese()] = s
	}
	if _, ok := ParseStanding("原"); ok || Standing("boss").Valid() || Standing("boss").Chinese() != "" {
		t.Error("a standing that does not exist is known")
	}
}
