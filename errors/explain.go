package errors

import (
	"slices"
	"strings"
)

// Explain returns the full text for a person. It joins the texts of all errors in
// err's tree that have an Explain method, such as [PermissionError],
// [RequestError] and [InputError]. If there is none, it returns err's own text,
// with the remedy if there is a [Sentinel]. It returns "" for nil. The text has
// several lines, no colour, and no line break at its end.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	if texts := explanations(err, nil); len(texts) > 0 {
		return strings.Join(texts, "\n\n")
	}
	if s, ok := AsType[*Sentinel](err); ok && s != nil {
		return err.Error() + "\n" + s.Fix()
	}
	return err.Error()
}

// explanations walks err's tree and collects the full texts, each once.
func explanations(err error, texts []string) []string {
	switch e := err.(type) { //nolint:errorlint // This is the walk over the tree.
	case nil:
		return texts
	case interface{ Explain() string }:
		if text := e.Explain(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		return texts
	case interface{ Unwrap() error }:
		return explanations(e.Unwrap(), texts)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			texts = explanations(inner, texts)
		}
	}
	return texts
}
