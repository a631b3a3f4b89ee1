package configs

import (
	"errors"
	"fmt"
)

// FieldError is one setting that is wrong.
type FieldError struct {
	Field   string // as in sources[0].url; empty if the text as a whole is wrong
	Where   string // "line 4" or "AVHUB_HTTP_LISTEN"; empty if it came from neither
	Message string // what is wrong and what to do; quotes no secret
}

// Error is the three in one line.
func (e *FieldError) Error() string {
	switch {
	case e.Field == "" && e.Where == "":
		return e.Message
	case e.Field == "":
		return e.Where + ": " + e.Message
	case e.Where == "":
		return e.Field + ": " + e.Message
	}
	return fmt.Sprintf("%s (%s): %s", e.Field, e.Where, e.Message)
}

// FieldErrors are all wrong settings in an error of this package, in order.
func FieldErrors(err error) []*FieldError {
	if field, ok := err.(*FieldError); ok {
		return []*FieldError{field}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*FieldError
		for _, e := range joined.Unwrap() {
			all = append(all, FieldErrors(e)...)
		}
		return all
	}
	if inner := errors.Unwrap(err); inner != nil {
		return FieldErrors(inner)
	}
	return nil
}

// faults gathers what is wrong and knows where each setting was written.
type faults struct {
	where map[string]string // field → line or variable
	list  []error
}

func newFaults() *faults { return &faults{where: map[string]string{}} }

// add notes a fault of a field, at the place of the nearest field around it
// that was written down.
func (f *faults) add(field, format string, args ...any) {
	f.list = append(f.list, &FieldError{field, f.place(field), fmt.Sprintf(format, args...)})
}

func (f *faults) place(field string) string {
	for field != "" {
		if at, ok := f.where[field]; ok {
			return at
		}
		field = parent(field)
	}
	return ""
}

func (f *faults) err() error { return errors.Join(f.list...) }
