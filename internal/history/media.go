package history

import (
	"reflect"

	"github.com/wandgo/wandgo/internal/media"
)

// appendMedia appends a value of package media.
func (e *Encoder) appendMedia(dst []byte, v reflect.Value) ([]byte, error) {
	m, ok := valueAs[media.Holding](v)
	switch {
	case e.Media == nil:
		return dst, &unsupportedError{typ: v.Type().String()}
	case !ok:
		return dst, &unsupportedError{v.Type().String(), usePointer}
	}
	return e.Media(dst, e.path, []*media.Holder{media.Of(m)}, false)
}

// mediaIn returns the elements of a list all of which are values of package media, nil for
// any other list.
func (e *Encoder) mediaIn(v reflect.Value) ([]*media.Holder, error) {
	mixed := v.Type().Elem().Kind() == reflect.Interface // may hold values of any type
	if v.Len() == 0 || e.Media == nil || !e.info(v.Type()).media && !mixed {
		return nil, nil
	}
	var list []*media.Holder
	for i := range v.Len() {
		elem := v.Index(i)
		if elem.Kind() == reflect.Interface {
			elem = elem.Elem()
		}
		if !elem.IsValid() || e.info(elem.Type()).form != formMedia {
			return nil, nil // a list of single values
		}
		if isNil(elem) {
			return nil, media.ErrNil
		}
		m, ok := valueAs[media.Holding](elem)
		if !ok {
			return nil, &unsupportedError{elem.Type().String(), usePointer}
		}
		list = append(list, media.Of(m))
	}
	return list, nil
}
