package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// micros is a time as both databases keep it: microseconds of UTC since 1970, 0
// for none.
type micros struct{ time.Time }

func at(t time.Time) micros { return micros{t} }

// Value puts it into a column.
func (m micros) Value() (driver.Value, error) {
	if m.IsZero() {
		return int64(0), nil
	}
	return m.UnixMicro(), nil
}

// Scan reads it from a column.
func (m *micros) Scan(v any) error {
	n, ok := v.(int64)
	switch {
	case !ok:
		return fmt.Errorf("a time is kept as a whole number, not as %T", v)
	case n == 0:
		m.Time = time.Time{}
	default:
		m.Time = time.UnixMicro(n).UTC()
	}
	return nil
}

// doc is a value kept as JSON text.
type doc[T any] struct{ v T }

// Value puts it into a column.
func (d doc[T]) Value() (driver.Value, error) {
	raw, err := json.Marshal(d.v)
	return string(raw), err
}

// Scan reads it from a column.
func (d *doc[T]) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), &d.v)
	case []byte:
		return json.Unmarshal(v, &d.v)
	}
	return fmt.Errorf("JSON is kept as text, not as %T", v)
}
