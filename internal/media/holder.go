package media

import (
	"errors"
	"reflect"
)

// Reasons why a value is not logged.
var (
	// ErrZero: the value was not made by a function of package media.
	ErrZero = errors.New("it was not made by a function of package media")
	// ErrNil: an element of a list is nil.
	ErrNil = errors.New("the list has a nil element")
)

// Value is a value of a row that has files.
type Value interface {
	// Prepare does what takes long. The value is not changed, so that it can be logged
	// more than once, by several goroutines.
	Prepare(*Stage) (Prepared, error)
}

// Prepared is a value whose files are ready.
type Prepared interface {
	// AppendJSON appends the value as the history has it, and adds its files to p. It
	// does not block.
	AppendJSON(dst []byte, p *Place) ([]byte, error)
}

// Lister is a value with another form in a list.
type Lister interface {
	Prepared
	// Kind is the same for values that can be in one list.
	Kind() string
	// AppendList appends a list whose elements are of one kind; the receiver is the first.
	AppendList(dst []byte, all []Prepared, p *Place) ([]byte, error)
}

// Holder is embedded in each public type of a media value. It has no exported methods, so
// that the public types have none of it.
type Holder struct {
	value Value
	err   error
}

// Hold returns a Holder with a value or, if it could not be made, with the error that logging it
// returns.
func Hold(v Value, err error) Holder { return Holder{value: v, err: err} }

func (h *Holder) holder() *Holder { return h }

// Holding is implemented by every type that embeds a [Holder], and no other.
type Holding interface{ holder() *Holder }

// Of returns the Holder in v, nil if v is a nil pointer.
func Of(v Holding) *Holder {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
		return nil
	}
	return v.holder()
}

// Prepare prepares the value of h.
func Prepare(h *Holder, s *Stage) (Prepared, error) {
	v, err := Held(h)
	if err != nil {
		return nil, err
	}
	return v.Prepare(s)
}

// AppendList appends a list of values: as one object if they are of one kind.
func AppendList(dst []byte, all []Prepared, p *Place) ([]byte, error) {
	if first, ok := all[0].(Lister); ok && sameKind(first.Kind(), all) {
		return first.AppendList(dst, all, p)
	}
	dst = append(dst, '[')
	for i, v := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = v.AppendJSON(dst, p); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func sameKind(kind string, all []Prepared) bool {
	for _, v := range all {
		if l, ok := v.(Lister); !ok || l.Kind() != kind {
			return false
		}
	}
	return true
}

// Held returns the value of h.
func Held(h *Holder) (Value, error) {
	switch {
	case h.err != nil:
		return nil, h.err
	case h.value == nil:
		return nil, ErrZero
	}
	return h.value, nil
}

// Charter is a value that is logged as a table under a key of its own, and described in the
// config.
type Charter interface {
	Value
	// Expand returns a row with the tables of all charts in place of the charts, their
	// entries in the config, and the values in the row. found are those before.
	Expand(row map[string]any, found []*Holder) (map[string]any, []Entry, []*Holder)
}

// Expand replaces the charts in a row; see [Charter]. A row without charts is returned.
func Expand(row map[string]any, found []*Holder) (map[string]any, []Entry, []*Holder) {
	for _, h := range found {
		if c, ok := h.value.(Charter); ok {
			return c.Expand(row, found)
		}
	}
	return row, nil, found
}
