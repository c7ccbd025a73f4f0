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

// permissionError turns a refusal and its diagnosis into the public error.
func (d *Diagnoser) permissionError(q Question, r *Failure, f *Findings, v Verdict) *errors.PermissionError {
	e := d.refused(q)
	e.Viewer, e.Role = f.viewer(), f.role()
	e.File, e.Store = r.upload()
	e.Proxy = d.proxy(r.Proxy)
	e.Cause, e.Confidence, e.Candidates = v.Cause, v.Confidence, v.Candidates
	e.Evidence = append(stated(q, r, v), f.Evidence(q.Project)...)
	e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = r.StatusCode, r.Message, r.Code, r.RequestID, r.Err
	if e.EntityDefaulted {
		e.Entity, q.Entity = f.Entity, f.Entity
		e.Resource = q.resource()
	}
	e.Notes = append(e.Notes, v.Notes...)
	if r.Hint != "" {
		e.Notes = append(e.Notes, r.Hint)
	}
	e.Notes = append(e.Notes, placeholderNotes(q)...)
	e.Suggestions = f.suggestions()
	if errors.Is(e.Cause, errors.ErrArtifactMissing) {
		e.Suggestions = f.artifactSuggestions(q.Artifact)
	}
	return e
}

// stated is the refused request itself, as evidence, if its response names the cause. It
// stands first: the other answers, such as null, do not decide.
func stated(q Question, r *Failure, v Verdict) []errors.Probe {
	if r.StatusCode == 0 || r.Message == "" || v.Cause == nil {
		return nil
	}
	for _, named := range []error{errors.ErrEntityMissing, errors.ErrKeyScope, errors.ErrNoDefaultEntity} {
		if errors.Is(v.Cause, named) {
			result := Answer{Status: r.StatusCode, Detail: r.Message}.details()
			return []errors.Probe{{Name: "request", Question: q.verb(), Outcome: errors.Refused, Result: result, StatusCode: r.StatusCode}}
		}
	}
	return nil
}

// proxy is a proxy that opened no connection, with the setting that names it.
func (d *Diagnoser) proxy(failed *transport.ProxyError) *errors.Proxy {
	if failed == nil {
		return nil
	}
	p := &errors.Proxy{Address: failed.Proxy, Login: failed.Login, Target: failed.Target, Schemes: failed.Schemes, Plain: failed.Plain}
	switch set := d.proxySetting(failed.Scheme); {
	case set.Source != "" && set.Text == "":
		p.Source, p.Address, p.Invalid = set.Source, "", true // the address is invented, and may have parts of a password
	case strings.HasSuffix(failed.Proxy, "://"+set.Text):
		p.Source = set.Source
	}
	return p
}

// proxySetting is the setting of the proxy for addresses of a scheme.
func (d *Diagnoser) proxySetting(scheme string) settings.Value {
	if scheme == "http" {
		return d.config.Settings.ProxyOfHTTP
	}
	return d.config.Settings.ProxyOfHTTPS
}

// refused is a refusal of the question about which nothing else is known.
func (d *Diagnoser) refused(q Question) *errors.PermissionError {
	s := d.config.Settings
	return &errors.PermissionError{
		Op: q.verb(), Action: q.Op.Action, Resource: q.resource(), Artifact: q.Artifact,
		Entity: q.Entity, EntityDefaulted: q.Entity == "" && q.Op != OpIdentify,
		Project: q.Project, ProjectDefaulted: s.Project.Source == settings.SourceDefault && q.Project == s.Project.Text,
		RunID: q.RunID, Dir: q.Dir, RestDir: q.RestDir,
		BaseURL: s.BaseURL.Text, AppURL: s.AppURL, KeySource: s.KeySource, Time: time.Now(),
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

// Failed is the public error for a failure that was found without a request, or whose response
// is not what q asked for. The caller has set all of e but the fields of the target.
func (d *Diagnoser) Failed(q Question, e errors.RequestError) *errors.RequestError {
	e.Op, e.Entity, e.Project, e.RunID, e.Artifact = q.verb(), q.Entity, q.Project, q.RunID, q.Artifact
	e.Dir, e.RestDir, e.BaseURL = q.Dir, q.RestDir, d.config.Settings.BaseURL.Text
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
func (d *Diagnoser) requestError(ctx context.Context, q Question, r *Failure) *errors.RequestError {
	s := d.config.Settings
	e := d.Failed(q, errors.RequestError{
		StatusCode: r.StatusCode, Message: r.Message, RequestID: r.RequestID, RetryAfter: r.RetryAfter, Hint: r.Hint, Err: r.Err,
	})
	e.File, e.Store = r.upload()
	e.Proxy = d.proxy(r.Proxy)
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
		scheme, _, _ := strings.Cut(s.BaseURL.Text, "://")
		if s.AllProxy != "" && d.proxySetting(scheme).Source == "" && r.Store == nil {
			e.Hint = s.AllProxy + " is set, and only " + strings.ToUpper(scheme) + "_PROXY is used for addresses of this kind"
		}
		if dns, ok := errors.AsType[*net.DNSError](r.Err); ok && dns.IsNotFound && e.Hint == "" && (e.Proxy == nil || !e.Proxy.Invalid) {
			e.Hint = "the host name may be misspelled, or known only in another network"
		}
	case Untrusted:
		e.Cause, e.Untrusted = errors.ErrServerUnavailable, true
		if flaw := certFileFlaw(s.CertFile.Text); flaw != "" {
			e.CertSource, e.Hint = s.CertFile.Source, s.CertFile.Source+" names "+s.CertFile.Text+", "+flaw
		}
	case WrongURL:
		e.Cause, e.Suggestion = errors.ErrWrongBaseURL, betterBaseURL(s.BaseURL.Text, r)
	default:
		e.Cause = cmp.Or(causes[r.Class], errors.ErrUnexpectedAnswer)
	}
	return e
}
