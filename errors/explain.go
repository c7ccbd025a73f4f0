package errors

import (
	"slices"
	"strings"
)

// Explain returns the full text for a person. It joins the texts of all errors in
// err's tree that have an Explain method, such as [PermissionError],
// [RequestError] and [InputError]. If several have the same cause, such as the
// rows and the files of one run, the cause is explained once. If there is none, it
// returns err's own text, with the remedy if there is a [Sentinel]. It returns ""
// for nil. The text has several lines, no color, and no line break at its end.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	var e explanation
	if e.add(err); len(e.texts) > 0 {
		return strings.Join(e.texts, "\n\n")
	}
	if cause, ok := AsType[interface {
		error
		Remedy() string
	}](err); ok {
		return err.Error() + "\n" + cause.Remedy()
	}
	if s, ok := AsType[*Sentinel](err); ok && s != nil {
		return err.Error() + "\n" + s.Fix()
	}
	return err.Error()
}

// explanation collects the texts of the errors in a tree.
type explanation struct {
	texts  []string
	seen   []string // the full texts
	causes []string // those explained
	inputs []*InputError
	input  int // the index of their text
}

func (x *explanation) add(err error) {
	switch e := err.(type) { //nolint:errorlint // this is the walk over the tree
	case nil:
	case *InputError:
		x.addInput(e)
	case interface{ Explain() string }:
		text, cause := e.Explain(), causeKey(err)
		if slices.Contains(x.seen, text) {
			return
		}
		x.seen = append(x.seen, text)
		if cause != "" && slices.Contains(x.causes, cause) {
			text, _, _ = strings.Cut(text, "\n\n") // only what failed
		}
		x.texts, x.causes = append(x.texts, text), append(x.causes, cause)
	case interface{ Unwrap() error }:
		x.add(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			x.add(inner)
		}
	}
}

// addInput adds an error to the text about invalid input. There is one, such as for all mistakes of
// a file, at the place of the first.
func (x *explanation) addInput(e *InputError) {
	if e == nil {
		x.texts = append(x.texts, e.Explain())
		return
	}
	if slices.ContainsFunc(x.inputs, func(o *InputError) bool { return *o == *e }) {
		return
	}
	if x.inputs = append(x.inputs, e); len(x.inputs) == 1 {
		x.input, x.texts = len(x.texts), append(x.texts, "")
	}
	x.texts[x.input] = explainInputs(x.inputs)
}

// causeKey is equal for errors with the same cause, "" if the cause is unknown.
func causeKey(err error) string {
	e, ok := err.(interface {
		cause() error
		target() *target
	})
	if !ok || e.cause() == nil {
		return ""
	}
	t := e.target()
	if !Is(err, ErrArtifactMissing) && !Is(err, ErrArtifactNotReady) && !Is(err, ErrDigestMismatch) && !Is(err, ErrTypeClash) {
		t.artifact = "" // the cause is not the artifact's
	}
	return strings.Join([]string{Code(err), t.entity, t.project, t.artifact, t.baseURL, t.store}, "\x00")
}
