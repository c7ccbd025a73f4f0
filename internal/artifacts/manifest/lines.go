package manifest

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/wandgo/wandgo/internal/record"
)

// EncodeLines writes entries as JSON lines, for a file beside a record that would be too
// large with them.
func EncodeLines(w io.Writer, entries []record.ArtifactEntry) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range entries {
		e := &entries[i]
		line := entryJSON{
			Path: e.Path, Digest: e.Digest, Ref: e.Ref, BirthID: e.BirthID, Size: e.Size,
			LocalPath: e.LocalPath, SkipCache: e.SkipCache,
		}
		for _, it := range e.Extra {
			if line.Extra == nil {
				line.Extra = make(map[string]json.RawMessage)
			}
			line.Extra[it.Key] = json.RawMessage(it.JSON)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// ReadLines returns the entries of a file that is compressed with gzip, in the order of
// their paths.
func ReadLines(r io.Reader, limits Limits) ([]record.ArtifactEntry, error) {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	var entries []record.ArtifactEntry
	err = ParseLines(plain, limits, func(e *record.ArtifactEntry) error {
		entries = append(entries, *e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return Sorted(entries)
}

// ParseLines calls yield for each entry that [EncodeLines] or the official client wrote.
// The errors are those of [Parse].
func ParseLines(r io.Reader, limits Limits, yield func(e *record.ArtifactEntry) error) error {
	p := newParser(r, limits, yield)
	for {
		var e entryJSON
		err := p.value(&e)
		if errors.Is(err, io.EOF) && p.in.err == nil {
			return nil
		}
		if err == nil {
			err = p.take(&e)
		}
		if err != nil {
			return p.cause(err)
		}
	}
}
