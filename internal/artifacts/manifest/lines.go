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

// ReadLines returns the entries that [EncodeLines] or the official client wrote to a file, which is
// compressed with gzip, in the order of their paths. The errors are those of [Parse].
func ReadLines(r io.Reader) ([]record.ArtifactEntry, error) {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	var entries []record.ArtifactEntry
	p := newParser(plain, usual, func(e *record.ArtifactEntry) error {
		entries = append(entries, *e)
		return nil
	})
	for {
		var e entryJSON
		err := p.value(&e)
		if errors.Is(err, io.EOF) && p.in.err == nil {
			return Sorted(entries)
		}
		if err == nil {
			err = p.take(&e)
		}
		if err != nil {
			return nil, p.cause(err)
		}
	}
}
