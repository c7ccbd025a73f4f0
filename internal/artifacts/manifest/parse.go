package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
)

var (
	// ErrManifest means that a text is not a manifest.
	ErrManifest = errors.New("not an artifact manifest")
	// ErrTooLarge means that a manifest is beyond the limits: 4 GiB, 10,000,000 entries, or 1 MiB
	// for one of them.
	ErrTooLarge = errors.New("artifact manifest is too large")
)

// Sorted sorts entries by path, and refuses a path that occurs twice.
func Sorted(entries []record.ArtifactEntry) ([]record.ArtifactEntry, error) {
	byPath := func(a, b record.ArtifactEntry) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(entries, byPath) {
		slices.SortFunc(entries, byPath)
	}
	for i := range entries {
		if i > 0 && entries[i].Path == entries[i-1].Path {
			return nil, fmt.Errorf("%w: path %.80q occurs twice", ErrManifest, entries[i].Path)
		}
	}
	return entries, nil
}

// Parse calls yield for each entry in the order of the text, without holding more than one
// of them, and returns the manifest without its entries. It checks each path with
// [CheckPath]. Members that are not known are skipped. Yield may keep what e points to, but
// not e. The errors are:
//
//   - those of r and of yield;
//   - [ErrManifest], wrapped, for a text that is not a manifest, and [ErrPath];
//   - [ErrTooLarge], wrapped.
func Parse(r io.Reader, yield func(e *record.ArtifactEntry) error) (*record.ArtifactManifest, error) {
	return parse(r, usual, yield)
}

func parse(r io.Reader, l limits, yield func(e *record.ArtifactEntry) error) (*record.ArtifactManifest, error) {
	p := newParser(r, l, yield)
	m := &record.ArtifactManifest{}
	err := p.object(func(key string) error {
		switch key {
		case "version":
			return p.value(&m.Version)
		case "storagePolicy":
			return p.value(&m.StoragePolicy)
		case "storagePolicyConfig":
			var config map[string]json.RawMessage
			err := p.value(&config)
			m.Config = items(config)
			return err
		case "contents":
			p.contents = true
			return p.object(p.entry)
		}
		return p.value(new(json.RawMessage))
	})
	switch {
	case err != nil:
		return nil, p.cause(err)
	case !p.contents:
		return nil, fmt.Errorf("%w: it has no contents", ErrManifest)
	case m.Version > 1:
		return nil, fmt.Errorf("%w: version %d is not known", ErrManifest, m.Version)
	}
	switch _, err := p.dec.Token(); {
	case err == nil:
		return nil, fmt.Errorf("%w: text follows it", ErrManifest)
	case !errors.Is(err, io.EOF):
		return nil, p.cause(err)
	}
	return m, nil
}

type parser struct {
	dec      *json.Decoder
	in       *bounded
	limits   limits
	yield    func(*record.ArtifactEntry) error
	entries  int
	contents bool
	yielded  error // by yield
}

func newParser(r io.Reader, l limits, yield func(*record.ArtifactEntry) error) *parser {
	in := &bounded{r: r, left: l.bytes, step: l.entryBytes, soon: l.entryBytes}
	return &parser{dec: json.NewDecoder(in), in: in, limits: l, yield: yield}
}

// object calls member for each key of an object; null is an empty object.
func (p *parser) object(member func(key string) error) error {
	t, err := p.dec.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%w: expected an object, found %.40v", ErrManifest, t)
	}
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string) // the decoder accepts nothing else
		if err := member(key); err != nil {
			return err
		}
	}
	_, err = p.dec.Token()
	return err
}

// value decodes the next value, which may have the size of an entry.
func (p *parser) value(v any) error {
	err := p.dec.Decode(v)
	p.in.allow(p.dec.InputOffset())
	return err
}

// entryJSON is an entry of a manifest, and a line of a file with entries.
type entryJSON struct {
	Path      string                     `json:"path,omitempty"` // of a line only
	Digest    string                     `json:"digest"`
	Ref       string                     `json:"ref,omitempty"`
	BirthID   string                     `json:"birthArtifactID,omitempty"`
	Size      int64                      `json:"size"`
	Extra     map[string]json.RawMessage `json:"extra,omitempty"`
	LocalPath string                     `json:"local_path,omitempty"`
	SkipCache bool                       `json:"skip_cache,omitempty"`
}

// entry reads the value behind a path. What the manifest of another machine says about
// local paths is of no use.
func (p *parser) entry(path string) error {
	var e entryJSON
	if err := p.value(&e); err != nil {
		return err
	}
	e.Path, e.LocalPath = path, ""
	return p.take(&e)
}

func (p *parser) take(e *entryJSON) error {
	if p.entries++; p.entries > p.limits.entries {
		return fmt.Errorf("%w: it has more than %d entries", ErrTooLarge, p.limits.entries)
	}
	if err := CheckPath(e.Path); err != nil {
		return err
	}
	if e.Size < 0 || e.Size > maxSize {
		return fmt.Errorf("%w: %.80q has a size of %d", ErrManifest, e.Path, e.Size)
	}
	p.yielded = p.yield(&record.ArtifactEntry{
		Path: e.Path, Digest: e.Digest, Ref: e.Ref, BirthID: e.BirthID, Size: e.Size,
		LocalPath: e.LocalPath, SkipCache: e.SkipCache, Extra: items(e.Extra),
	})
	return p.yielded
}

func items(object map[string]json.RawMessage) []record.ArtifactItem {
	if len(object) == 0 {
		return nil
	}
	list := make([]record.ArtifactItem, 0, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		list = append(list, record.ArtifactItem{Key: key, JSON: string(bytes.TrimSpace(object[key]))})
	}
	return list
}

// cause tells apart whether the reader failed or the text is wrong.
func (p *parser) cause(err error) error {
	switch {
	case p.yielded != nil:
		return err
	case p.in.err != nil:
		return p.in.err
	case errors.Is(err, ErrManifest), errors.Is(err, ErrTooLarge), errors.Is(err, ErrPath):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early", ErrManifest)
	}
	return fmt.Errorf("%w: %w", ErrManifest, err)
}
