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
}

// New creates a Diagnoser. It makes no request.
func New(c Config) *Diagnoser { return &Diagnoser{config: c} }

// Explain turns the error of a request into the public error. It asks the
// server follow-up questions if they help, and blocks for at most the
// configured timeout or until ctx ends. within is the context that bounded the
// request; it may be ctx. Requests for one entity and project that are refused while
// both are in flight share one diagnosis.
func (d *Diagnoser) Explain(ctx, within context.Context, q Question, err error) error {
	if q.Started.IsZero() {
		q.Started = time.Now()
	}
	return d.explain(ctx, within, q, err, sharedKey{entity: q.Entity, project: q.Project})
}

// ExplainRunning is [Diagnoser.Explain] for a run that was created before. Its
// rows, settings and files are mostly refused together, so the findings are used
// again for a minute. An error that needs no explanation is returned as it is.
func (d *Diagnoser) ExplainRunning(ctx context.Context, q Question, err error) error {
	if !Explainable(err) {
		return err
	}
	q.Started = time.Now().Add(-findingsLast)
	return d.explain(ctx, ctx, q, err, sharedKey{entity: q.Entity, project: q.Project, runID: q.RunID})
}

// Preliminary returns the public error that is known without a question to the server. An error
// that needs no explanation is returned as it is. ctx is the one that bounded the request.
func (d *Diagnoser) Preliminary(ctx context.Context, q Question, err error) error {
	if e, ok := incomplete(err); ok {
		return d.Failed(q, *e)
	}
	if Explained(err) {
		return err
	}
	r := Classify(ctx, responseError(err))
	if !r.IsRefusal() {
		return d.requestError(ctx, q, r)
	}
	nothing := &Findings{Entity: q.Entity}
	return d.permissionError(q, r, nothing, Decide(r, nothing))
}

// explain asks what the refusal calls for, unless a request with the same key has asked it
// since q was started.
func (d *Diagnoser) explain(ctx, within context.Context, q Question, err error, key sharedKey) error {
	if e, ok := incomplete(err); ok {
		return d.Failed(q, *e)
	}
	err = responseError(err)
	if r := Classify(within, err); ctx.Err() == nil && r.Class == Cancelled {
		// The request's own deadline: what was retried until then is the reason.
		return d.requestError(within, q, r)
	}
	r := Classify(ctx, err)
	if !r.IsRefusal() {
		return d.requestError(ctx, q, r)
	}
	findings := &Findings{Entity: q.Entity}
	if r.NeedsProbes() {
		ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
		defer cancel()
		key.questions = r.Class.questions()
		findings = d.sharing.find(ctx, key, q.Started, func(ctx context.Context) *Findings {
			ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
			defer cancel()
			return Ask(ctx, d.config.GraphQL.ForProbes(), r.Class, q)
		}).about(q.RunID)
		if r.Class == ArtifactNull {
			findings = d.withArtifact(ctx, findings, q)
		}
		if findings.Artifact.State == artifactPending {
			return d.Failed(q, errors.RequestError{Cause: errors.ErrArtifactNotReady, Err: errPending})
		}
	}
	if ended := endOf(ctx); ended != nil { // the caller gave up: both are reported
		r.Err = errors.Join(r.Err, ended)
		if findings.cut {
			r.Hint = "the caller's context ended meanwhile (" + context.Cause(ctx).Error() + "), which cut the follow-up questions short"
		}
	}
	return d.permissionError(q, r, findings, Decide(r, findings))
}

// errPending is what the server shows of a version that it does not return by its name.
var errPending = errors.New("the server shows a version whose upload is not complete")

// withArtifact adds what the server shows of the artifact to findings, which other requests
// may share.
func (d *Diagnoser) withArtifact(ctx context.Context, f *Findings, q Question) *Findings {
	with := *f
	with.askArtifact(ctx, d.config.GraphQL.ForProbes(), q)
	with.cut = with.cut || ctx.Err() != nil
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
			q.Op = OpCheckAccess
			return Open, nil, d.requestError(ctx, q, r)
		}
		if r.Class == Intermediary || r.Class == IdentityRefused {
			return Deny, d.permissionError(q, r, f, Decide(r, f)), nil
		}
	}
	p := Predict(q, f)
	e := d.permissionError(q, &Failure{}, f, p.Verdict)
	if message, ok := f.notUnderstood(); ok && p.Decision != Allow && p.Confidence != errors.Certain {
		q.Op = OpCheckAccess
		return Open, e, d.requestError(ctx, q, &Failure{Class: Schema, StatusCode: http.StatusOK, Message: message})
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
			return nil, d.requestError(ctx, q, r)
		}
		return nil, d.viewerRefusal(q, r)
	}
	if viewer == nil {
		return nil, d.unknownAccount(q)
	}
	return viewer, nil
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
