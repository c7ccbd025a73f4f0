package diagnose

import (
	"context"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/settings"
)

// Config says which server a [Diagnoser] asks, and as whom.
type Config struct {
	// GraphQL sends the questions, with the retry policy for probes.
	GraphQL *gqlclient.Client
	// Settings hold the server's address and the API key.
	Settings *settings.Settings
	// Identity takes the place of the API key; may be nil.
	Identity *identity.Source
	// Timeout bounds the questions about one refusal.
	Timeout time.Duration
}

// Diagnoser explains the failures of requests to one server with one key. Make
// it with [New]. It is safe for concurrent use and has no goroutine of its own.
type Diagnoser struct {
	config  Config
	sharing sharing
	memory  memory
}

// New creates a Diagnoser. It makes no request.
func New(c Config) *Diagnoser { return &Diagnoser{config: c} }

// Request is a request in flight. Requests for one entity and project that are
// refused for the same reason while both are in flight share one diagnosis.
type Request struct {
	diagnoser *Diagnoser
	handle    *handle
}

// Begin registers a request before it is sent. Call [Request.End] once its
// outcome is known.
func (d *Diagnoser) Begin(entity, project string) *Request {
	return &Request{d, d.sharing.enter(target{entity, project})}
}

// End releases the request.
func (r *Request) End() { r.handle.leave() }

// Explain turns the error of the request into the public error. It asks the
// server follow-up questions if they help, and blocks for at most the
// configured timeout or until ctx ends. within is the context that bounded the
// request; it may be ctx.
func (r *Request) Explain(ctx, within context.Context, q Question, err error) error {
	return r.diagnoser.explain(ctx, within, q, err, func(ctx context.Context, refusal *Failure) *Findings {
		return r.diagnoser.find(ctx, r.handle, q, refusal)
	})
}

// Explain is [Request.Explain] for a request that was not registered.
func (d *Diagnoser) Explain(ctx, within context.Context, q Question, err error) error {
	r := d.Begin(q.Entity, q.Project)
	defer r.End()
	return r.Explain(ctx, within, q, err)
}

// ExplainRunning is [Diagnoser.Explain] for a run that was created before. Its
// rows, settings and files are mostly refused together, so the findings are used
// again for a minute. An error that needs no explanation is returned as it is.
func (d *Diagnoser) ExplainRunning(ctx context.Context, q Question, err error) error {
	if !Explainable(err) {
		return err
	}
	return d.explain(ctx, ctx, q, err, func(ctx context.Context, refusal *Failure) *Findings {
		key := memoryKey{target{q.Entity, q.Project}, q.RunID, refusal.Class.questions()}
		return d.memory.get(ctx, key, func() *Findings {
			handle := d.sharing.enter(key.target)
			defer handle.leave()
			return d.find(ctx, handle, q, refusal)
		})
	})
}

// Preliminary returns the public error that is known without a question to the server. An error
// that needs no explanation is returned as it is. ctx is the one that bounded the request.
func (d *Diagnoser) Preliminary(ctx context.Context, q Question, err error) error {
	if e, ok := incomplete(err); ok {
		return d.report(q).completed(*e)
	}
	if Explained(err) {
		return err
	}
	r := Classify(ctx, responseError(err))
	if !r.IsRefusal() {
		return d.report(q).requestError(ctx, r)
	}
	nothing := &Findings{Entity: q.Entity}
	return d.report(q).permissionError(r, nothing, Decide(r, nothing))
}

func (d *Diagnoser) explain(
	ctx, within context.Context, q Question, err error, find func(context.Context, *Failure) *Findings,
) error {
	if e, ok := incomplete(err); ok {
		return d.report(q).completed(*e)
	}
	err = responseError(err)
	if r := Classify(within, err); ctx.Err() == nil && r.Class == Cancelled {
		// The request's own deadline: what was retried until then is the reason.
		return d.report(q).requestError(within, r)
	}
	r := Classify(ctx, err)
	if !r.IsRefusal() {
		return d.report(q).requestError(ctx, r)
	}
	findings := &Findings{Entity: q.Entity}
	if r.NeedsProbes() {
		ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
		defer cancel()
		findings = find(ctx, r).about(q.RunID)
		if r.Class == ArtifactNull {
			findings = d.withArtifact(ctx, findings, q)
		}
		if findings.Artifact.State == artifactPending {
			return d.report(q).completed(errors.RequestError{Cause: errors.ErrArtifactNotReady, Err: errPending})
		}
	}
	if ended := endOf(ctx); ended != nil { // the caller gave up: both are reported
		r.Err = errors.Join(r.Err, ended)
		if r.NeedsProbes() && findings.cutShort() {
			r.Hint = "the caller's context ended meanwhile (" + context.Cause(ctx).Error() + "), which cut the follow-up questions short"
		}
	}
	return d.report(q).permissionError(r, findings, Decide(r, findings))
}

// Failed is the error of a request that the server answered, if its answer is not what q
// asked for. e has the cause.
func (d *Diagnoser) Failed(q Question, e errors.RequestError) error {
	return d.report(q).completed(e)
}

// errPending is what the server shows of a version that it does not return by its name.
var errPending = errors.New("the server shows a version whose upload is not complete")

// find asks the questions that a refusal calls for, once for all requests in
// flight that are refused for the same reason.
func (d *Diagnoser) find(ctx context.Context, h *handle, q Question, r *Failure) *Findings {
	return h.find(ctx, r, func(ctx context.Context) *Findings {
		ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
		defer cancel()
		return Ask(ctx, d.config.GraphQL.ForProbes(), r.Class, q)
	})
}

// withArtifact adds what the server shows of the artifact to findings, which other requests
// may share.
func (d *Diagnoser) withArtifact(ctx context.Context, f *Findings, q Question) *Findings {
	with := *f
	with.askArtifact(ctx, d.config.GraphQL.ForProbes(), q)
	return &with
}

// Check predicts whether q would be allowed, without doing it. The error
// returned with the decision holds the evidence; unless the decision is Allow,
// it is the error to expect. Otherwise the last result is an
// *errors.RequestError: the server sent no usable response. A server of another maker may
// understand no question about the target; then the decision is Open, and both are returned.
func (d *Diagnoser) Check(ctx context.Context, q Question) (Decision, *errors.PermissionError, error) {
	if err := d.CheckKey(q); err != nil {
		p, _ := errors.AsType[*errors.PermissionError](err)
		return Deny, p, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	f := Ask(ctx, d.config.GraphQL.ForProbes(), Forbidden, q)
	if q.Op.readsArtifact() && q.Artifact != "" && f.Project.answered() {
		f = d.withArtifact(ctx, f, q)
	}
	if err := f.Failed(); err != nil {
		r := Classify(ctx, err)
		if !r.IsRefusal() {
			check := d.report(q)
			check.Op = OpCheckAccess
			return Open, nil, check.requestError(ctx, r)
		}
		if r.Class == Intermediary || r.Class == IdentityRefused {
			return Deny, d.report(q).permissionError(r, f, Decide(r, f)), nil
		}
	}
	p := Predict(q, f)
	e := d.report(q).permissionError(&Failure{}, f, p.Verdict)
	if message, ok := f.notUnderstood(); ok && p.Decision != Allow && p.Confidence != errors.Certain {
		check := d.report(q)
		check.Op = OpCheckAccess
		return Open, e, check.requestError(ctx, &Failure{Class: Schema, StatusCode: http.StatusOK, Message: message})
	}
	return p.Decision, e, nil
}

// Viewer asks whose key it is. The error is an *errors.PermissionError if there
// is no usable key, or if the server does not recognise it or does not say whose
// it is. It is an *errors.RequestError for other failures.
func (d *Diagnoser) Viewer(ctx context.Context) (*errors.Viewer, error) {
	q := Question{Op: OpIdentify}
	if err := d.CheckKey(q); err != nil {
		return nil, err
	}
	viewer, err := AskViewer(ctx, d.config.GraphQL.ForProbes())
	if err != nil {
		r := Classify(ctx, err)
		if !r.IsRefusal() {
			return nil, d.report(q).requestError(ctx, r)
		}
		return nil, d.report(q).viewerRefusal(r)
	}
	if viewer == nil {
		return nil, d.report(q).unknownAccount()
	}
	return viewer, nil
}

func (d *Diagnoser) report(q Question) report {
	s := d.config.Settings
	unset := ""
	if s.Project.Source == settings.SourceDefault {
		unset = s.Project.Text
	}
	return report{
		Question: q, baseURL: s.BaseURL.Text, appURL: s.AppURL, keySource: s.KeySource, now: time.Now(),
		proxies:  map[string]settings.Value{"http": s.ProxyOfHTTP, "https": s.ProxyOfHTTPS},
		certFile: s.CertFile, allProxy: s.AllProxy, defaultProject: unset,
	}
}

// endOf is why a context ended, or nil if it did not. It matches the context's
// own error as well as the cause, and names each once.
func endOf(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return errors.Join(err, cause)
}
