package rooms

import (
	"errors"
	"fmt"
	"regexp"
)

// User is an account.
type User struct {
	ID       string  `json:"id"`   // random, never given twice
	Name     string  `json:"name"` // to log in with
	FullName string  `json:"full_name"`
	Grants   []Grant `json:"grants"`
	Disabled bool    `json:"disabled"`
}

// maxGrants is how many roles a person may have.
const maxGrants = 50

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

// CheckUserName checks a name to log in with. Small letters only: two people
// must not differ by what a reader overlooks.
func CheckUserName(field, name string) error {
	if !userName.MatchString(name) {
		return FieldError{field, errors.New("use 2 to 32 small letters, digits, dots, hyphens and underscores, beginning with a letter or digit")}
	}
	return nil
}

// Check checks a user against the tree of courts.
func (u User) Check(courts Courts) error {
	errs := []error{CheckUserName("name", u.Name), CheckName("full_name", u.FullName)}
	if len(u.Grants) > maxGrants {
		errs = append(errs, FieldError{"grants", fmt.Errorf("are more than %d", maxGrants)})
	}
	for i, g := range u.Grants {
		field := fmt.Sprintf("grants[%d]", i)
		if !g.Role.Valid() {
			errs = append(errs, FieldError{field + ".role", fmt.Errorf("%q is no role", g.Role)})
		}
		if _, ok := courts[g.Court]; !ok {
			errs = append(errs, FieldError{field + ".court", ErrUnknownCourt})
		}
		if len(g.Sites) > maxGrants {
			errs = append(errs, FieldError{field + ".sites", fmt.Errorf("are more than %d", maxGrants)})
		}
		for _, s := range g.Sites {
			errs = append(errs, CheckID(field+".sites", s))
		}
	}
	return errors.Join(errs...)
}
