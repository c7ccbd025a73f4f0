package errors

import (
	"slices"
	"strings"
)

// maxLineCandidates is how many candidate causes fit into one line.
const maxLineCandidates = 4

// Error returns one line: verb, entity/project, who, cause, HTTP status and
// message, and the source of the key. Whatever the fields hold, it is printable, of
// bounded length and without credentials. [PermissionError.Explain] returns the
// full text.
func (e *PermissionError) Error() string {
	if e == nil {
		return ErrPermissionDenied.Error()
	}
	clause := e.clause()
	line := e.target().prefix() + clause
	if asides := e.asides(clause); len(asides) > 0 {
		line += " (" + strings.Join(asides, "; ") + ")"
	}
	return line
}

// target is not copied into its many callers: that would be 20 KB.
//
//go:noinline
func (e *PermissionError) target() *target {
	return &target{
		op: e.Op, entity: e.Entity, entityDefaulted: e.EntityDefaulted, project: e.Project, projectDefaulted: e.ProjectDefaulted,
		runID: e.RunID, artifact: e.Artifact, baseURL: e.BaseURL, appURL: e.AppURL, file: e.File, store: e.Store, proxy: e.Proxy,
		dirs: []string{e.Dir, e.RestDir},
	}
}

// cause returns the cause if it is claimed, otherwise nil.
func (e *PermissionError) cause() error {
	if e == nil || e.Cause == ErrPermissionDenied || e.Confidence != Likely && e.Confidence != Certain {
		return nil
	}
	return e.Cause
}

func (e *PermissionError) probably() string {
	if e.Confidence == Likely {
		return "probably "
	}
	return ""
}

// stage is how far the request came.
type stage int

const (
	refusedRequest stage = iota // it was refused
	keyUnusable                 // it was not sent, because there is no key or it cannot be one
	foreseen                    // it was not tried: a check tells what to expect
)

// stage follows from what the fields are documented to hold, so an error that [FromJSON] read has
// it too.
func (e *PermissionError) stage() stage {
	switch {
	case e.StatusCode != 0 || e.Message != "":
		return refusedRequest
	case e.cause() == ErrNoAPIKey, e.cause() == ErrBadAPIKey && e.Viewer == nil && len(e.Evidence) == 0:
		return keyUnusable
	case e.Err != nil || e.Op == "":
		return refusedRequest
	}
	return foreseen
}

// beforeServer reports whether the server did not refuse, so that the account does not
// matter.
func (e *PermissionError) beforeServer() bool {
	cause := e.cause()
	return cause == ErrStoreRefused || cause == ErrIntermediary && e.Proxy != nil
}

// clause is the reason as part of a sentence.
func (e *PermissionError) clause() string {
	if cause := e.cause(); cause != nil {
		return e.proseOf(cause).clause
	}
	var may []string
	for _, candidate := range e.candidates() {
		if len(may) == maxLineCandidates {
			may = append(may, "something else")
			break
		}
		may = append(may, candidate.phrase)
	}
	clause, lead := "permission denied, cause undetermined", ": may be "
	if e.undecided() {
		clause, lead = "the server does not show whether "+e.who()+" may", "; the obstacle may be "
	} else if e.Viewer != nil && e.Viewer.Username != "" {
		clause = "permission denied for " + e.who() + ", cause undetermined"
	}
	if len(may) > 0 {
		clause += lead + list(may, "or")
	}
	return clause
}

// asides are the parts of the parenthesis that ends the line. They do not repeat the
// clause.
func (e *PermissionError) asides(clause string) []string {
	var asides []string
	switch unusable := e.stage() == keyUnusable; {
	case unusable && e.cause() == ErrNoAPIKey:
		return nil
	case unusable:
		asides = append(asides, "nothing was sent")
	default:
		asides = append(asides, responseLine(e.StatusCode, e.Message))
	}
	if e.Viewer != nil && e.Viewer.Username != "" && !strings.Contains(clause, quoted(e.Viewer.Username)) {
		asides = append(asides, "asked as "+e.who())
	}
	if !e.beforeServer() {
		if e.EntityDefaulted && e.Entity != "" {
			asides = append(asides, "default entity, none was given")
		}
		asides = append(asides, e.login())
	}
	return slices.DeleteFunc(asides, func(aside string) bool { return aside == "" })
}

// who names the account behind the key in a sentence.
func (e *PermissionError) who() string {
	if e.Viewer == nil || e.Viewer.Username == "" {
		if e.federated() {
			return "the account of this identity token"
		}
		return "the account of this API key"
	}
	return e.Viewer.kind() + " " + quoted(e.Viewer.Username)
}

// kind names the kind of account in a sentence.
func (v *Viewer) kind() string {
	switch v.AccountType {
	case "SERVICE", "ORG_SERVICE":
		return "service account"
	case "ANONYMOUS":
		return "anonymous account"
	}
	return "user"
}
