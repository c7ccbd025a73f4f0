package diagnose

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// report holds what the public errors say beside the diagnosis.
type report struct {
	Question
	baseURL, appURL, keySource string
	proxies                    map[string]settings.Value // by the scheme of addresses
	certFile                   settings.Value
	allProxy                   string
	defaultProject             string // "" if the settings name a project
	now                        time.Time
}

// permissionError turns a refusal and its diagnosis into the public error.
func (c report) permissionError(r *Failure, f *Findings, v Verdict) *errors.PermissionError {
	e := c.refused()
	e.Viewer, e.Role = f.viewer(), f.role()
	e.File, e.Store = r.upload()
	e.Proxy = c.proxy(r.Proxy)
	e.Cause, e.Confidence, e.Candidates = v.Cause, v.Confidence, v.Candidates
	e.Evidence = append(c.stated(r, v), f.Evidence(c.Project)...)
	e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = r.StatusCode, r.Message, r.Code, r.RequestID, r.Err
	if e.EntityDefaulted {
		e.Entity, c.Entity = f.Entity, f.Entity
		e.Resource = c.resource()
	}
	e.Notes = append(e.Notes, v.Notes...)
	if r.Hint != "" {
		e.Notes = append(e.Notes, r.Hint)
	}
	e.Notes = append(e.Notes, placeholderNotes(c.Question)...)
	e.Suggestions = f.suggestions()
	if errors.Is(e.Cause, errors.ErrArtifactMissing) {
		e.Suggestions = f.artifactSuggestions(c.Artifact)
	}
	return e
}

// stated is the refused request itself, as evidence, if its response names the cause. It
// stands first: the other answers, such as null, do not decide.
func (c report) stated(r *Failure, v Verdict) []errors.Probe {
	if r.StatusCode == 0 || r.Message == "" || v.Cause == nil {
		return nil
	}
	for _, named := range []error{errors.ErrEntityMissing, errors.ErrKeyScope, errors.ErrNoDefaultEntity} {
		if errors.Is(v.Cause, named) {
			a := Answer{Outcome: errors.Refused, Status: r.StatusCode, Detail: r.Message}
			result := strings.TrimPrefix(a.text(), "not disclosed ")
			result = strings.TrimSuffix(strings.TrimPrefix(result, "("), ")")
			return []errors.Probe{{Name: "request", Question: c.verb(), Outcome: errors.Refused, Result: result, StatusCode: r.StatusCode}}
		}
	}
	return nil
}

// proxy is a proxy that opened no connection, with the setting that names it.
func (c report) proxy(failed *transport.ProxyError) *errors.Proxy {
	if failed == nil {
		return nil
	}
	p := &errors.Proxy{Address: failed.Proxy, Login: failed.Login, Target: failed.Target, Schemes: failed.Schemes, Plain: failed.Plain}
	switch set := c.proxies[failed.Scheme]; {
	case set.Source != "" && set.Text == "":
		p.Source, p.Address, p.Invalid = set.Source, "", true // the address is invented, and may have parts of a password
	case strings.HasSuffix(failed.Proxy, "://"+set.Text):
		p.Source = set.Source
	}
	return p
}

// refused is a refusal of the question about which nothing else is known.
func (c report) refused() *errors.PermissionError {
	return &errors.PermissionError{
		Op: c.verb(), Action: c.Op.Action(), Resource: c.resource(), Artifact: c.Artifact,
		Entity: c.Entity, EntityDefaulted: c.Entity == "" && c.Op != OpIdentify, Project: c.Project, ProjectDefaulted: c.defaultProject != "" && c.Project == c.defaultProject, RunID: c.RunID, Dir: c.Dir, RestDir: c.RestDir,
		BaseURL: c.baseURL, AppURL: c.appURL, KeySource: c.keySource, Time: c.now,
	}
}

// viewer is the account, with what the server said of its personal entity in
// response to another question. It is a copy because requests share findings.
func (f *Findings) viewer() *errors.Viewer {
	if f.Who.Viewer == nil {
		return nil
	}
	v := *f.Who.Viewer
	switch {
	case f.Account.Disabled == Yes, f.Account.HasEntity == No:
		v.PersonalEntity = errors.PersonalEntityAbsent
	case f.Account.HasEntity == Yes:
		v.PersonalEntity = errors.PersonalEntityPresent
	}
	return &v
}

// placeholderNotes names the valid names that look like placeholders.
func placeholderNotes(q Question) []string {
	var notes []string
	if looks, ok := errors.LooksLikePlaceholder(q.Entity); ok {
		notes = append(notes, "the entity "+quote(q.Entity)+" looks like "+looks)
	}
	if looks, ok := errors.LooksLikePlaceholder(q.Project); ok {
		notes = append(notes, "the project "+quote(q.Project)+" looks like "+looks)
	}
	return notes
}

// timedOut says how long a request waited, and for what.
func timedOut(r *Failure) string {
	text, last := "no usable response before the time limit", ""
	failed, ok := errors.AsType[*transport.Error](r.Err)
	if ok && failed.Elapsed >= time.Second {
		text = "no usable response within " + failed.Elapsed.Round(time.Second).String()
	}
	switch {
	case r.StatusCode != 0:
		last = fmt.Sprintf("; the last response was HTTP %d", r.StatusCode)
	case ok && failed.LastErr != nil:
		last = "; the last attempt failed: " + silence(failed.LastErr)
	}
	return text + last
}

// completed returns the public error for a failure that was found without a request, or whose
// response does not name its cause. The caller has set all but the fields of the target.
func (c report) completed(e errors.RequestError) error {
	e.Op, e.Entity, e.Project, e.RunID, e.Artifact = c.verb(), c.Entity, c.Project, c.RunID, c.Artifact
	e.Dir, e.RestDir, e.BaseURL = c.Dir, c.RestDir, c.baseURL
	return &e
}

// causes are the causes of failures that need no more than their class.
var causes = map[Class]error{
	ServerError:      errors.ErrServerUnavailable,
	Schema:           errors.ErrSchemaMismatch,
	Input:            errors.ErrInvalidInput,
	RunDeleted:       errors.ErrRunDeleted,
	ArtifactNotReady: errors.ErrArtifactNotReady,
	ArtifactType:     errors.ErrTypeClash,
	MetricLimit:      errors.ErrMetricLimit,
	RateLimited:      errors.ErrRateLimited,
}

// requestError turns a failure that is not a refusal into the public error. ctx
// is the one that bounded the request.
func (c report) requestError(ctx context.Context, r *Failure) error {
	e := &errors.RequestError{
		Op: c.verb(), Entity: c.Entity, Project: c.Project, RunID: c.RunID, Artifact: c.Artifact, Dir: c.Dir, RestDir: c.RestDir, BaseURL: c.baseURL,
		StatusCode: r.StatusCode, Message: r.Message, RequestID: r.RequestID, RetryAfter: r.RetryAfter, Hint: r.Hint, Err: r.Err,
	}
	e.File, e.Store = r.upload()
	e.Proxy = c.proxy(r.Proxy)
	switch r.Class {
	case Cancelled:
		// The context's end takes precedence over the error that it caused.
		if cause := context.Cause(ctx); !errors.Is(r.Err, cause) {
			e.Err = errors.Join(cause, r.Err)
		}
		switch {
		case r.StatusCode == 429:
			e.Cause = errors.ErrRateLimited
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			e.Cause = errors.ErrServerUnavailable
			e.Hint = timedOut(r)
		}
	case Unreachable:
		e.Cause = errors.ErrServerUnavailable
		scheme, _, _ := strings.Cut(c.baseURL, "://")
		if c.allProxy != "" && c.proxies[scheme].Source == "" && r.Store == nil {
			e.Hint = c.allProxy + " is set, and only " + strings.ToUpper(scheme) + "_PROXY is used for addresses of this kind"
		}
		if dns, ok := errors.AsType[*net.DNSError](r.Err); ok && dns.IsNotFound && e.Hint == "" && (e.Proxy == nil || !e.Proxy.Invalid) {
			e.Hint = "the host name may be misspelled, or known only in another network"
		}
	case Untrusted:
		e.Cause, e.Untrusted = errors.ErrServerUnavailable, true
		if flaw := certFileFlaw(c.certFile.Text); flaw != "" {
			e.CertSource, e.Hint = c.certFile.Source, c.certFile.Source+" names "+c.certFile.Text+", "+flaw
		}
	case WrongURL:
		e.Cause, e.Suggestion = errors.ErrWrongBaseURL, betterBaseURL(c.baseURL, r)
	default:
		e.Cause = cmp.Or(causes[r.Class], errors.ErrUnexpectedAnswer)
	}
	return e
}
