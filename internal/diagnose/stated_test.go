package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

const (
	seatMessage    = "user does not have models write access for this org"
	keyMessage     = "the provided API key cannot access this resource"
	defaultMessage = "entityName required for upsertBucket (user has no default)"
)

// TestDecide_MessageNamesTheCause_IsBelieved: the status of these messages is not
// known in public.
func TestDecide_MessageNamesTheCause_IsBelieved(t *testing.T) {
	t.Parallel()
	for message, cause := range map[string]error{
		seatMessage: errors.ErrSeatRequired, keyMessage: errors.ErrKeyScope, defaultMessage: errors.ErrNoDefaultEntity,
	} {
		for _, status := range []int{200, 400, 401, 403, 404} {
			for _, kind := range []graphql.BodyKind{graphql.KindGraphQL, graphql.KindJSONError} {
				r := Classify(t.Context(), failure(status, kind, message, graphql.FieldError{Message: message}))
				assert.Equal(t, Stated, r.Class, "%d %s", status, message)
				assert.True(t, r.IsRefusal())
				v := Decide(r, findings(entityIs(""), viewer("acme"), entity(null, Unknown)))
				assert.Equal(t, cause, v.Cause)
				assert.Equal(t, errors.Certain, v.Confidence)
				assert.Empty(t, v.Notes, "nothing is said about what exists")
			}
		}
	}
}

func TestClassify_MessageFromAProxy_NamesNoCause(t *testing.T) {
	t.Parallel()
	r := Classify(t.Context(), failure(403, graphql.KindHTML, keyMessage))
	assert.Equal(t, Intermediary, r.Class)
}

func TestDecide_EntityRequired_DependsOnTheAccount(t *testing.T) {
	t.Parallel()
	defaultIs := func(name string) fact { return func(f *Findings) { f.Who.Viewer.DefaultEntity = name } }
	for name, tt := range map[string]struct {
		facts      []fact
		cause      error
		confidence errors.Confidence
	}{
		"has teams":                  {[]fact{viewer("acme")}, errors.ErrNoDefaultEntity, errors.Certain},
		"has no team":                {[]fact{viewer()}, errors.ErrNoTeam, errors.Likely},
		"has a personal entity":      {[]fact{viewer(), personal(No, Yes)}, errors.ErrNoDefaultEntity, errors.Certain},
		"has a default all the same": {[]fact{viewer("acme"), defaultIs("models")}, errors.ErrNoDefaultEntity, errors.Likely},
		"is not known":               {[]fact{noViewer(broken)}, errors.ErrNoDefaultEntity, errors.Likely},
	} {
		f := findings(append([]fact{entityIs("")}, tt.facts...)...)
		v := Decide(Classify(t.Context(), refusal(400, defaultMessage)), f)
		assert.Equal(t, tt.cause, v.Cause, name)
		assert.Equal(t, tt.confidence, v.Confidence, name)
	}
}

// TestPredict_QuestionAnsweredWithACause_DeniesForIt: a key of another organization
// is refused when it reads, too.
func TestPredict_QuestionAnsweredWithACause_DeniesForIt(t *testing.T) {
	t.Parallel()
	says := func(message string) Answer { return Answer{Outcome: errors.Refused, Status: 403, Detail: message} }
	for message, cause := range map[string]error{seatMessage: errors.ErrSeatRequired, keyMessage: errors.ErrKeyScope} {
		for _, f := range []*Findings{
			findings(viewer("acme"), entity(says(message), Unknown)),
			findings(viewer("acme"), entity(answered, No), project(says(message), Unknown)),
		} {
			p := Predict(create, f)
			assert.Equal(t, Deny, p.Decision)
			assert.Equal(t, cause, p.Cause)
			assert.Equal(t, errors.Likely, p.Confidence)
			v := Decide(Classify(t.Context(), refusal(403, "permission denied")), f)
			assert.Equal(t, cause, v.Cause)
		}
	}
}

func TestPredict_NoEntityAndNoDefault_DeniesWithErrNoDefaultEntity(t *testing.T) {
	t.Parallel()
	p := Predict(Question{Op: OpCheckAccess, Project: "vision"}, findings(entityIs(""), viewer("acme")))
	assert.Equal(t, Deny, p.Decision)
	assert.Equal(t, errors.ErrNoDefaultEntity, p.Cause)
}

// A server that says that there is no such entity proves it, unlike one that shows none.
func TestPredict_EntityNotShown_IsCertainOnlyIfTheServerSaysSo(t *testing.T) {
	t.Parallel()
	says := Answer{Outcome: errors.Refused, Status: 404, Detail: "entity acmee not found"}
	for name, tt := range map[string]struct {
		f          *Findings
		cause      error
		confidence errors.Confidence
	}{
		"null":                                {findings(entityIs("acmee"), viewer("acme"), entity(null, Unknown), project(null, Unknown)), errors.ErrEntityMissing, errors.Likely},
		"said to be missing":                  {findings(entityIs("acmee"), viewer("acme"), entity(says, Unknown), project(null, Unknown)), errors.ErrEntityMissing, errors.Certain},
		"null, for an account without a list": {findings(entityIs("acmee"), viewer("acme"), teamsCut, entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined},
		"null, for a service account":         {findings(entityIs("acmee"), viewer("acme"), account("SERVICE"), entity(null, Unknown), project(null, Unknown)), nil, errors.Undetermined},
	} {
		p := Predict(create, tt.f)
		assert.Equal(t, Deny, p.Decision, name)
		assert.Equal(t, tt.cause, p.Cause, name)
		assert.Equal(t, tt.confidence, p.Confidence, name)
	}
}
