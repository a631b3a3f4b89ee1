package configs

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	idWords   = "use 1 to 63 small letters, digits and hyphens, such as court-1"
)

// checkSources checks each source and that no two share an id.
func checkSources(list []Source, path string, f *faults) {
	first := map[string]int{}
	for i, s := range list {
		p := index(path, i)
		s.check(p, f)
		if at, ok := first[s.ID]; ok && s.ID != "" {
			f.add(join(p, "id"), "%q is %s too: choose another", clip(s.ID), join(index(path, at), "id"))
			continue
		}
		first[s.ID] = i
	}
}

// Check says all that is wrong with a source; [FieldErrors] takes it apart.
func (s Source) Check() error {
	f := newFaults()
	checkWords(reflect.ValueOf(s), "", f)
	s.check("", f)
	return f.err()
}

func (s Source) check(path string, f *faults) {
	if !idPattern.MatchString(s.ID) {
		f.add(join(path, "id"), "%q cannot be an id: %s", clip(s.ID), idWords)
	}
	if s.Court != "" && !idPattern.MatchString(s.Court) {
		f.add(join(path, "court"), "%q cannot be a court's id: %s", clip(s.Court), idWords)
	}
	if s.SiteID != "" && !idPattern.MatchString(s.SiteID) {
		f.add(join(path, "site_id"), "%q cannot be a site's id: %s", clip(s.SiteID), idWords)
	}
	if err := checkName(s.Name); err != nil {
		f.add(join(path, "name"), "%v", err)
	}
	s.checkAddress(s.URL, join(path, "url"), f)
	s.checkAddress(s.SubURL, join(path, "sub_url"), f)
	if s.URL.Empty() && !s.SubURL.Empty() {
		f.add(join(path, "sub_url"), "there is no url beside it: write the main stream's address, or none for an encoder that publishes")
	}
}

func (s Source) checkAddress(u URL, path string, f *faults) {
	if err := u.Check(); err != nil {
		f.add(path, "%v", err)
		return
	}
	u.replace(func(_ int, secret string) string {
		if secret == hidden {
			f.add(path, "its password is ***, as it is shown: write the password again")
		}
		return secret
	})
}

// checkName bounds names and keeps out what could deceive the eye or a log.
func checkName(name string) error {
	const most = 100
	switch {
	case !utf8.ValidString(name):
		return errors.New("it is no UTF-8 text")
	case utf8.RuneCountInString(name) > most:
		return fmt.Errorf("it is longer than %d characters", most)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }):
		return errors.New("it holds control or direction characters")
	}
	return nil
}
