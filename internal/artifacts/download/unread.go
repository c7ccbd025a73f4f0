package download

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
)

// noReader is the error for a reference whose URI has a scheme that nothing here reads.
type noReader struct{ path, scheme string }

func (e *noReader) Error() string {
	if e.scheme == "" {
		return fmt.Sprintf("%s: %s has a URI without a scheme, which nothing here reads", ErrReference, quote(e.path))
	}
	return fmt.Sprintf("%s: %s has a URI of the scheme %s, which nothing here reads", ErrReference, quote(e.path), e.scheme)
}

func (e *noReader) Unwrap() error { return ErrReference }

// UnreadError lists the references whose URIs nothing here reads. All other files were
// downloaded.
type UnreadError struct {
	Dir   string
	Names []string // at most maxListed, in order
	Count int

	others  int
	schemes []string
}

// maxSchemes is how many schemes the text of an [UnreadError] names.
const maxSchemes = 3

func (e *UnreadError) add(entry *record.ArtifactEntry, scheme string) {
	if e.Count++; len(e.Names) < maxListed {
		e.Names = append(e.Names, entry.Path)
	}
	if scheme != "" && len(e.schemes) < maxSchemes && !slices.Contains(e.schemes, scheme) {
		e.schemes = append(e.schemes, scheme)
	}
}

// err is the error for the directory, nil if all references were read.
func (e *UnreadError) err(dir string, others int) error {
	if e.Count == 0 {
		return nil
	}
	slices.Sort(e.Names)
	slices.Sort(e.schemes)
	e.Dir, e.others = dir, others
	return e
}

func (e *UnreadError) Error() string {
	what, others := "references", "there are no other files"
	if e.Count == 1 {
		what = "reference"
	}
	switch {
	case e.others == 1:
		others = "the other file is in " + plaintext.Quote(e.Dir, 400)
	case e.others > 1:
		others = fmt.Sprintf("the %d other files are in %s", e.others, plaintext.Quote(e.Dir, 400))
	}
	uris := "the URIs"
	if len(e.schemes) > 0 {
		uris += " (" + strings.Join(e.schemes, ", ") + ")"
	}
	return fmt.Sprintf("nothing here reads %s of %d %s: %s; %s", uris, e.Count, what, listed(e.Names), others)
}

// Unwrap returns [ErrReference].
func (e *UnreadError) Unwrap() error { return ErrReference }
