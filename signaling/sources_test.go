package signaling_test

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"avhub/configs"
	"avhub/media/rtsp/camera"
	"avhub/signaling"
)

// fields are the JSON members of a request.
type fields map[string]any

type sourceList struct {
	Items []signaling.Source `json:"items"`
}

func TestSourcesAreAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	c := cameras(t, "court-1", "court-2")
	h := newHub(t, push)

	var s signaling.Source
	h.api(t, "POST", "/sources", fields{
		"id": "court-1", "name": "第一法庭", "site": "courtroom", "court": "heihe",
		"url": c.URL("court-1"), "sub_url": c.URL("court-1" + camera.SubSuffix), "transport": "tcp",
	}, http.StatusCreated, &s)
	shown := "rtsp://" + user + ":***@" + c.Addr().String() + "/court-1"
	if s.ID != "court-1" || s.Name != "第一法庭" || s.Court != "heihe" || s.URL != shown || s.SubURL != shown+camera.SubSuffix ||
		s.Transport != "tcp" || s.Start != "always" || s.Record != "never" || s.Origin != signaling.FromAPI || s.Kind != "pull" || s.Sub == nil {
		t.Errorf("added %+v", s)
	}
	h.awaitState(t, "court-1", "live")
	await(t, "its picture and sound", func() bool {
		h.api(t, "GET", "/sources/court-1", nil, http.StatusOK, &s)
		v, a := s.Main.Video, s.Main.Audio
		return v != nil && v.Codec == "H264" && v.Width == 1280 && v.FrameRate > 20 && v.KeyframeIntervalMS > 0 &&
			a != nil && a.Codec != "" && s.Main.BitRate > 0 && s.Main.Packets > 0 && s.Main.Transport == "tcp"
	})

	var list sourceList
	h.api(t, "GET", "/sources", nil, http.StatusOK, &list)
	if len(list.Items) != 2 || list.Items[0].ID != "court-1" || list.Items[1].ID != "field-1" || list.Items[1].Kind != "push" {
		t.Errorf("list %+v", list)
	}

	// A form sends back the address as it was shown: the password stays.
	s = signaling.Source{}
	h.api(t, "PATCH", "/sources/court-1", fields{"name": "一号", "url": strings.Replace(shown, "court-1", "court-2", 1), "sub_url": ""}, http.StatusOK, &s)
	if s.Name != "一号" || s.Court != "heihe" || s.Sub != nil {
		t.Errorf("changed %+v", s)
	}
	h.awaitState(t, "court-1", "live")

	h.api(t, "DELETE", "/sources/court-1", nil, http.StatusNoContent, nil)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		if p := h.api(t, method, "/sources/court-1", fields{}, http.StatusNotFound, nil).problem(t); p.Code != "unknown_source" {
			t.Errorf("%s of a removed source: %+v", method, p)
		}
	}
}

func TestMistakesAreNamedByTheirField(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for name, c := range map[string]struct {
		in       fields
		location string
	}{
		"no id":                     {fields{"name": "x"}, "body"},
		"an id with a slash":        {fields{"id": "court/1"}, "body.id"},
		"an id with capitals":       {fields{"id": "Court-1"}, "body.id"},
		"an id that is too long":    {fields{"id": strings.Repeat("a", 64)}, "body.id"},
		"an id that is a number":    {fields{"id": 7}, "body.id"},
		"an unknown site":           {fields{"id": "a", "site": "pub"}, "body.site"},
		"an unknown transport":      {fields{"id": "a", "transport": "pigeon"}, "body.transport"},
		"an unknown start":          {fields{"id": "a", "start": "never"}, "body.start"},
		"a long name":               {fields{"id": "a", "name": strings.Repeat("名", 201)}, "body.name"},
		"an address of the web":     {fields{"id": "a", "url": "http://10.0.0.5/x"}, "body.url"},
		"an address without a host": {fields{"id": "a", "url": "rtsp:///x"}, "body.url"},
		"an address with a space":   {fields{"id": "a", "url": "rtsp://10.0.0.5/a b"}, "body.url"},
		"a wrong second address":    {fields{"id": "a", "url": "rtsp://10.0.0.5/x", "sub_url": "file:///etc/passwd"}, "body.sub_url"},
		"an unknown field":          {fields{"id": "a", "colour": "red"}, "body.colour"},
	} {
		t.Run(name, func(t *testing.T) {
			p := h.api(t, "POST", "/sources", c.in, http.StatusUnprocessableEntity, nil).problem(t)
			if p.Code != "invalid" || !slices.ContainsFunc(p.Errors, func(e signaling.FieldError) bool { return e.Location == c.location && e.Message != "" }) {
				t.Errorf("%+v does not name %s", p, c.location)
			}
		})
	}
	var list sourceList
	if h.api(t, "GET", "/sources", nil, http.StatusOK, &list); len(list.Items) != 1 {
		t.Errorf("something was added: %+v", list)
	}
}

func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"broken":         {"application/json", `{"id":`, 400},
		"empty":          {"application/json", ``, 400},
		"a list":         {"application/json", `[]`, 422},
		"a form":         {"application/x-www-form-urlencoded", `id=a`, 415},
		"plain text":     {"text/plain", `{"id":"a"}`, 415},
		"64 kB and more": {"application/json", `{"id":"a","name":"` + strings.Repeat("x", 65<<10) + `"}`, 413},
		"deep":           {"application/json", strings.Repeat("[", 20_000), 400},
	} {
		a := h.ask(t, "POST", "/api/v1/sources", c.body, "Content-Type", c.kind)
		if a.StatusCode != c.status {
			t.Errorf("%s: %d, want %d: %s", name, a.StatusCode, c.status, a.body)
			continue
		}
		a.problem(t)
	}
}

func TestASourceOfTheFileIsChangedThere(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	for _, method := range []string{"PATCH", "DELETE"} {
		p := h.api(t, method, "/sources/field-1", fields{"name": "other"}, http.StatusConflict, nil).problem(t)
		if p.Code != "managed_by_file" || !strings.Contains(p.Detail, "avhub.yaml") {
			t.Errorf("%s: %+v", method, p)
		}
	}
	var s signaling.Source
	if h.api(t, "GET", "/sources/field-1", nil, http.StatusOK, &s); s.Name != "field-1" || s.Origin != signaling.FromFile {
		t.Errorf("it is %+v", s)
	}
}

func TestAnIDIsGivenOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t, push)
	if p := h.api(t, "POST", "/sources", fields{"id": "field-1"}, http.StatusConflict, nil).problem(t); p.Code != "id_taken" {
		t.Errorf("%+v", p)
	}
	var mu sync.Mutex
	statuses := map[int]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a := h.ask(t, "POST", "/api/v1/sources", `{"id":"hall"}`, "Content-Type", "application/json")
			mu.Lock()
			defer mu.Unlock()
			statuses[a.StatusCode]++
		})
	}
	wg.Wait()
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 19 {
		t.Errorf("20 at once were answered %v", statuses)
	}
}

// A source of the file and one of the store with its id: the file's is used.
func TestLoadPrefersTheFile(t *testing.T) {
	t.Parallel()
	store := configs.NewSourceStore(t.TempDir())
	kept, twin := source("hall", ""), source("field-1", "rtsp://127.0.0.1:1/x")
	for _, s := range []configs.Source{kept, twin} {
		if err := store.Put(s); err != nil {
			t.Fatal(err)
		}
	}
	catalog, _ := newCatalog(t, store, signaling.NewEvents(time.Now()), slog.New(slog.DiscardHandler))
	if err := catalog.Load([]configs.Source{push}); err == nil || !strings.Contains(err.Error(), "field-1") {
		t.Errorf("nobody is told of the twin: %v", err)
	}
	for id, origin := range map[string]signaling.Origin{"field-1": signaling.FromFile, "hall": signaling.FromAPI} {
		if s, err := catalog.Get(id); err != nil || s.Origin != origin || s.Kind != "push" {
			t.Errorf("%s: %+v, %v", id, s, err)
		}
	}
}
