package signaling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"avhub/configs"
	"avhub/media/rtsp"
	"avhub/media/sources"
	"avhub/rooms/office"
	"avhub/signaling/record"
)

// Catalog joins what is configured of the sources (name, site, court; from
// avhub.yaml and from the API) with the streams that run for them.
type Catalog struct {
	set    *sources.Set
	store  *configs.SourceStore
	events *Events

	changing sync.Mutex // held through a change: two of one source must not mix

	mu      sync.Mutex
	entries map[string]entry
	viewers func(id string) int
	keeper  *record.Keeper // nil: nothing is recorded
}

type entry struct {
	configs.Source
	origin Origin
}

// Errors of a change.
var (
	errUnknownSource = problem(404, "unknown_source", "there is no source of this id")
	errByFile        = problem(409, "managed_by_file", "this source is written in avhub.yaml: change it there and restart the hub")
)

// NewCatalog makes a catalog over a set, a store and a bus. Set's Changed
// option is to call Changed.
func NewCatalog(set *sources.Set, store *configs.SourceStore, events *Events) *Catalog {
	return &Catalog{set: set, store: store, events: events, entries: map[string]entry{}, viewers: func(string) int { return 0 }}
}

// CountViewers tells the catalog how to count a source's viewers.
func (c *Catalog) CountViewers(count func(id string) int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.viewers = count
}

// Keep tells the catalog who says how a source is being recorded.
func (c *Catalog) Keep(k *record.Keeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keeper = k
}

// Load starts all sources: those of the configuration file, then those that
// the API has stored. A stored one with an id of the file gives way, which is
// returned as an error after all others have started.
func (c *Catalog) Load(fromFile []configs.Source) error {
	stored, err := c.store.Load()
	if err != nil {
		return err
	}
	var errs []error
	for _, src := range fromFile {
		errs = append(errs, c.start(src, FromFile))
	}
	for _, src := range stored {
		if _, taken := c.entry(src.ID); taken {
			errs = append(errs, fmt.Errorf("source %s stands in avhub.yaml and in the store: the file's is used", src.ID))
			continue
		}
		errs = append(errs, c.start(src, FromAPI))
	}
	return errors.Join(errs...)
}

func (c *Catalog) start(src configs.Source, origin Origin) error {
	err := c.set.Put(sources.Config{
		ID: src.ID, URL: src.URL.Reveal(), SubURL: src.SubURL.Reveal(),
		Transport: rtsp.Transport(src.Transport), OnDemand: src.Start == configs.OnDemand,
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.entries[src.ID] = entry{src, origin}
	c.mu.Unlock()
	return nil
}

func (c *Catalog) entry(id string) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	return e, ok
}

// IDs are all sources' ids, sorted.
func (c *Catalog) IDs() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]string, 0, len(c.entries))
	for id := range c.entries {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Configs are all sources' settings, by id.
func (c *Catalog) Configs() []configs.Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]configs.Source, 0, len(c.entries))
	for _, e := range c.entries {
		list = append(list, e.Source)
	}
	slices.SortFunc(list, func(a, b configs.Source) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// List is all sources, by id.
func (c *Catalog) List() []Source {
	ids := c.IDs()
	list := make([]Source, 0, len(ids))
	for _, id := range ids {
		if s, err := c.Get(id); err == nil { // it may just have been removed
			list = append(list, s)
		}
	}
	return list
}

// Get is one source with its state.
func (c *Catalog) Get(id string) (Source, error) {
	c.mu.Lock()
	e, ok := c.entries[id]
	viewers, keeper := c.viewers, c.keeper
	c.mu.Unlock()
	if !ok {
		return Source{}, errUnknownSource
	}
	s := describe(e.Source, e.origin)
	main, err := c.set.Line(id, sources.Main)
	if err != nil {
		return Source{}, errUnknownSource
	}
	s.Main = lineOf(main)
	if sub, err := c.set.Line(id, sources.Sub); err == nil {
		line := lineOf(sub)
		s.Sub = &line
	}
	s.Viewers = viewers(id)
	s.Recording = recordingOf(keeper, id)
	return s, nil
}

// Add stores and starts a new source.
func (c *Catalog) Add(src configs.Source) (Source, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	if _, taken := c.entry(src.ID); taken {
		return Source{}, problem(409, "id_taken", "there is a source "+src.ID+" already: choose another id")
	}
	return c.put(src, SourceAdded)
}

// Ensure adds a source, or gives it its addresses again; what was changed of it
// otherwise stays.
func (c *Catalog) Ensure(src configs.Source) error {
	old, ok := c.entry(src.ID)
	if !ok {
		_, err := c.Add(src)
		return err
	}
	if old.origin == FromFile || (old.URL == src.URL && old.SubURL == src.SubURL) {
		return nil
	}
	_, err := c.Change(src.ID, func(s *configs.Source) { s.URL, s.SubURL = src.URL, src.SubURL })
	return err
}

// Change stores and restarts a source with other settings. A URL that holds
// "***" keeps the stored password.
func (c *Catalog) Change(id string, change func(*configs.Source)) (Source, error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	e, ok := c.entry(id)
	switch {
	case !ok:
		return Source{}, errUnknownSource
	case e.origin == FromFile:
		return Source{}, errByFile
	}
	next := e.Source
	change(&next)
	next.ID = id
	next.URL = next.URL.WithPasswordOf(e.URL)
	next.SubURL = next.SubURL.WithPasswordOf(e.SubURL)
	return c.put(next, SourceChanged)
}

// preview is a source as it is and as a change would make it.
func (c *Catalog) preview(id string, change func(*configs.Source)) (old, next configs.Source, err error) {
	e, ok := c.entry(id)
	switch {
	case !ok:
		return old, next, errUnknownSource
	case e.origin == FromFile:
		return old, next, errByFile
	}
	next = e.Source
	change(&next)
	return e.Source, next, nil
}

// Facts are what the policy asks about a source.
func (c *Catalog) Facts(id string) (office.Facts, bool) {
	e, ok := c.entry(id)
	return *factsOf(e.Source), ok
}

func (c *Catalog) put(src configs.Source, event string) (Source, error) {
	if err := src.Check(); err != nil {
		return Source{}, fieldProblem(err)
	}
	if err := c.store.Put(src); err != nil {
		return Source{}, problem(500, "store", "the change could not be stored: "+err.Error())
	}
	if err := c.start(src, FromAPI); err != nil {
		return Source{}, problem(422, "source", err.Error())
	}
	s, err := c.Get(src.ID)
	if err == nil {
		c.events.publishSource(event, src.ID, factsOf(src), s, time.Now())
	}
	return s, err
}

// Remove stops a source and forgets it.
func (c *Catalog) Remove(id string) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	e, ok := c.entry(id)
	switch {
	case !ok:
		return errUnknownSource
	case e.origin == FromFile:
		return errByFile
	}
	if err := c.store.Delete(id); err != nil {
		return problem(500, "store", "the change could not be stored: "+err.Error())
	}
	c.mu.Lock()
	delete(c.entries, id)
	c.mu.Unlock()
	if err := c.set.Remove(id); err != nil {
		return err
	}
	c.events.publishSource(SourceRemoved, id, factsOf(e.Source), nil, time.Now())
	return nil
}

// Changed tells followers that a source's state has changed.
func (c *Catalog) Changed(id string) {
	e, ok := c.entry(id)
	if !ok {
		return
	}
	if s, err := c.Get(id); err == nil {
		c.events.publishSource(SourceChanged, id, factsOf(e.Source), s, time.Now())
	}
}

// reveal finds the URL to probe: a "***" in it stands for the stored password
// of the source that is being edited.
func (c *Catalog) reveal(id string, url configs.URL) configs.URL {
	e, ok := c.entry(id)
	if !ok {
		return url
	}
	return url.WithPasswordOf(e.URL)
}
