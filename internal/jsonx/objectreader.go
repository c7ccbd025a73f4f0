package jsonx

// ObjectReader reads objects that mostly have the same keys, such as the rows of a history. It keeps
// the keys, so that objects share them. The zero value is ready for use. It is not safe for concurrent
// use.
type ObjectReader struct {
	keys map[string]objectKey // by quoted
	last []objectKey          // of the last object, in their order
}

// objectKey is a key in its quotes, and its text.
type objectKey struct{ quoted, text string }

// maxKeys bounds the memory for keys.
const maxKeys = 10_000

// Read reads an object, with values of the types of [ParseObject]. The result does not share memory
// with text.
func (r *ObjectReader) Read(text []byte) (map[string]any, error) {
	begin := SkipSpace(text, 0)
	if begin == len(text) || text[begin] != '{' {
		return nil, ErrSyntax
	}
	object := make(map[string]any, len(r.last))
	n := 0
	end := EachMember(text, begin, func(key, keyEnd, at int) int {
		value, next := parse(text, at, 1)
		object[r.key(n, text[key:keyEnd])] = value
		n++
		return next
	})
	if end < 0 || SkipSpace(text, end) < len(text) {
		return nil, ErrSyntax
	}
	r.last = r.last[:min(n, len(r.last))]
	return object, nil
}

// key returns the text of an object's n-th key. Most objects have the keys of the one before.
func (r *ObjectReader) key(n int, quoted []byte) string {
	if n < len(r.last) && r.last[n].quoted == string(quoted) {
		return r.last[n].text
	}
	key, ok := r.keys[string(quoted)]
	if !ok {
		key = objectKey{string(quoted), unquote(quoted)}
		if r.keys == nil {
			r.keys = map[string]objectKey{}
		}
		if len(r.keys) < maxKeys {
			r.keys[key.quoted] = key
		}
	}
	if n < len(r.last) {
		r.last[n] = key
	} else if n == len(r.last) && n < maxKeys {
		r.last = append(r.last, key)
	}
	return key.text
}
