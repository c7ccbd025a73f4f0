package media

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/media"
)

// holder is embedded in every value. It has no exported methods.
type holder = media.Holder

// invalid is the error of a value that breaks a rule.
func invalid(field, rule string, args ...any) error {
	return &errors.InputError{Field: field, Rule: fmt.Sprintf(rule, args...)}
}

// file is what the history has of a value with one file.
type file struct {
	Type    string `json:"_type"`
	Path    string `json:"path"`
	SHA256  string `json:"sha256"`
	Size    int64  `json:"size"`
	Caption string `json:"caption,omitempty"`
}

// save adds a file to the place and describes it.
func save(p *media.Place, typ, kind, ext string, f *media.File) file {
	return file{Type: typ, Path: p.Add(kind, ext, f), SHA256: f.SHA256, Size: f.Size}
}

// appendJSON appends a value as JSON without the escapes that only HTML needs.
func appendJSON(dst []byte, v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, fmt.Errorf("encode: %w", err)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte{'\n'})...), nil
}

// extension returns the extension of a file in lower case, without the dot, if it is one of
// those allowed. The longest one counts: that of x.pts.json is pts.json.
func extension(path string, allowed ...string) (string, error) {
	name := strings.ToLower(filepath.Base(path))
	best := ""
	for _, ext := range allowed {
		if strings.HasSuffix(name, "."+ext) && len(ext) > len(best) {
			best = ext
		}
	}
	if best == "" {
		sorted := slices.Sorted(slices.Values(allowed))
		return "", invalid("file", "%s must have one of the extensions %s", filepath.Base(path), strings.Join(sorted, ", "))
	}
	return best, nil
}

// captions are the captions of a list: nil if the first element has none.
func captions[T any](all []T, caption func(T) string) []*string {
	if len(all) == 0 || caption(all[0]) == "" {
		return nil
	}
	out := make([]*string, len(all))
	for i, v := range all {
		if text := caption(v); text != "" {
			out[i] = &text
		}
	}
	return out
}

// appendTyped appends an object with its type, which comes first.
func appendTyped(dst []byte, typ string, members map[string]any) ([]byte, error) {
	text, err := appendJSON(nil, members)
	if err != nil {
		return dst, err
	}
	dst = append(dst, `{"_type":"`+typ+`",`...)
	return append(dst, text[1:]...), nil
}
