package diagnose

import (
	"context"
	"encoding/json"
	"testing"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func artifactIs(a Answer, state string) fact {
	return func(f *Findings) {
		f.ArtifactName, f.Artifact.Answer, f.Artifact.State = "ds:v3", a, state
	}
}

func registry(f *Findings) { f.Registry = true }

// artifactRows are the tables about artifacts.
func artifactRows() []decision {
	missing, forbidden := Failure{Class: ArtifactNull}, Failure{Class: Forbidden}
	return []decision{
		{"artifact null, viewer null", missing, findings(noViewer(null)), errors.ErrBadAPIKey, errors.Certain, nil},
		{"artifact null, project shown", missing, findings(viewer("acme"), project(answered, No), artifactIs(null, "")), errors.ErrArtifactMissing, errors.Certain, nil},
		{"artifact null, shown without a version", missing, findings(viewer("acme"), project(answered, No), artifactIs(null, ""), unversioned), errors.ErrArtifactMissing, errors.Certain, nil},
		{"artifact null, shown to an outsider", missing, findings(viewer("a"), project(answered, Yes), artifactIs(null, "")), errors.ErrArtifactMissing, errors.Certain, nil},
		{"artifact null, project null", missing, findings(viewer("acme"), entity(answered, No), project(null, Unknown), artifactIs(null, "")), errors.ErrProjectMissing, errors.Likely, nil},
		{"artifact null, project null for an outsider", missing, findings(viewer("a"), entity(answered, Yes), project(null, Unknown), artifactIs(null, "")), errors.ErrNotTeamMember, errors.Likely, nil},
		{"artifact null, and shown now", missing, findings(viewer("acme"), project(answered, No), artifactIs(answered, "PENDING")), nil, errors.Undetermined, []error{errors.ErrArtifactMissing}},
		{"artifact null, nothing answered", missing, findings(noViewer(broken)), errors.ErrArtifactMissing, errors.Likely, nil},
		{"registry, viewer null", forbidden, findings(registry, noViewer(null)), errors.ErrBadAPIKey, errors.Likely, nil},
		{"registry null", forbidden, findings(registry, viewer("a"), project(null, Unknown)), errors.ErrProjectMissing, errors.Likely, nil},
		{"registry read-only", forbidden, findings(registry, viewer("a"), kind("organization"), project(answered, Yes)), errors.ErrProjectRestricted, errors.Likely, nil},
		{"registry read-only, role known", forbidden, findings(registry, viewer("a"), project(answered, Yes), projectRole("viewer")), errors.ErrProjectRestricted, errors.Certain, nil},
		{"registry writable", forbidden, findings(registry, viewer("a"), project(answered, No), seat("full")), nil, errors.Undetermined, []error{errors.ErrProtectedAlias}},
		{"registry unanswered", forbidden, findings(registry, viewer("a"), project(broken, Unknown)), nil, errors.Undetermined, []error{errors.ErrProtectedAlias, errors.ErrProjectRestricted, errors.ErrProjectMissing}},
	}
}

// unversioned is an artifact that the server shows without any version.
func unversioned(f *Findings) { f.Artifact.Unversioned = true }

func TestClassify_AboutAnArtifact_HasClass(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err   error
		class Class
	}{
		"null":                {ErrNoArtifact, ArtifactNull},
		"404 not found":       {refusal(404, "artifact membership 'ds:zzz' not found in 'acme/vision'"), ArtifactNull},
		"404 not contained":   {refusal(404, `Project acme/vision does not contain artifact: "ds:zzz"`), ArtifactNull},
		"404 of the run":      {refusal(404, "failed to find run vision/r1"), NotFound},
		"not committed":       {refusal(400, "cannot use artifact QXJ0aWZhY3Q6MQ== as it has not committed"), ArtifactNotReady},
		"another type":        {refusal(400, "artifact collection ds already exists with type dataset"), ArtifactType},
		"protected alias":     {refusal(403, "alias production is protected"), Stated},
		"protected alias, 2":  {refusal(400, "cannot remove protected alias: production"), Stated},
		"a protected branch":  {refusal(403, "permission denied: protected"), Forbidden},
		"commit in a clash":   {refusal(409, "Error 1062: Duplicate entry '1-2' for key 'unique_artifact_collection_membership_version'"), ServerError},
		"quota of the server": {refusal(402, "storage quota exceeded"), PaymentRequired},
	} {
		r := Classify(t.Context(), tt.err)
		assert.Equal(t, tt.class, r.Class, name)
	}
	v := Decide(Classify(t.Context(), refusal(403, "alias production is protected")), findings(viewer("a")))
	assert.Equal(t, errors.ErrProtectedAlias, v.Cause)
	assert.Equal(t, errors.Certain, v.Confidence)
}

func TestPredict_Artifact_EachFinding(t *testing.T) {
	t.Parallel()
	read, link := Question{Op: OpUseArtifact, Entity: "acme", Project: "vision", Artifact: "ds:v3"}, Question{Op: OpLinkArtifact, Project: "wandb-registry-model"}
	shown := project(answered, No)
	for name, tt := range map[string]struct {
		q        Question
		f        *Findings
		decision Decision
		cause    error
	}{
		"complete":           {read, findings(viewer("acme"), shown, artifactIs(answered, "COMMITTED")), Allow, nil},
		"pending":            {read, findings(viewer("acme"), shown, artifactIs(answered, "PENDING")), Open, nil},
		"missing":            {read, findings(viewer("acme"), shown, artifactIs(null, "")), Deny, errors.ErrArtifactMissing},
		"not answered":       {read, findings(viewer("acme"), shown, artifactIs(broken, "")), Allow, nil},
		"no project":         {read, findings(viewer("acme"), entity(answered, No), project(null, Unknown)), Deny, errors.ErrProjectMissing},
		"log":                {Question{Op: OpLogArtifact, Entity: "acme", Project: "vision"}, findings(viewer("acme"), entity(answered, No), shown), Allow, nil},
		"log, read-only":     {Question{Op: OpLogArtifact, Entity: "acme", Project: "vision"}, findings(viewer("a"), entity(answered, Yes), project(null, Unknown)), Deny, errors.ErrNotTeamMember},
		"registry":           {link, findings(registry, viewer("a"), kind("organization"), shown), Allow, nil},
		"registry null":      {link, findings(registry, viewer("a"), project(null, Unknown)), Deny, errors.ErrProjectMissing},
		"registry read-only": {link, findings(registry, viewer("a"), project(answered, Yes)), Deny, errors.ErrProjectRestricted},
		"registry unknown":   {link, findings(registry, viewer("a"), project(broken, Unknown)), Open, nil},
	} {
		p := Predict(tt.q, tt.f)
		assert.Equal(t, tt.decision, p.Decision, name)
		assert.Equal(t, tt.cause, p.Cause, name)
	}
}

// scripted answers each operation with the data of its name.
type scripted map[string]string

func (s scripted) MakeRequest(_ context.Context, req *gql.Request, resp *gql.Response) error {
	data, ok := s[req.OpName]
	if !ok {
		return errors.New("no answer")
	}
	return json.Unmarshal([]byte(data), resp.Data)
}

func TestAskArtifact_EachAnswer_IsRead(t *testing.T) {
	t.Parallel()
	const aliases = `"aliases":{"edges":[{"node":{"alias":"latest"}},{"node":null}]},"artifacts":{"edges":[{"version":"v1"},{"version":"v0"}]}`
	for name, tt := range map[string]struct {
		server  scripted
		outcome errors.Outcome
		line    string
		suggest []string
	}{
		"shown": {
			scripted{"ProbeArtifact": `{"project":{"artifact":{"state":"COMMITTED","artifactType":{"name":"dataset"}}}}`},
			errors.Answered, `visible, type "dataset", committed`, nil,
		},
		"another version": {
			scripted{"ProbeArtifact": `{"project":{"artifact":null,"artifactCollection":{"__typename":"ArtifactSequence",` + aliases + `}}}`},
			errors.Empty, "null: missing or hidden from you",
			[]string{"ds:v1", "ds:v0"},
		},
		"another name": {
			scripted{
				"ProbeArtifact":      `{"project":{"artifact":null,"artifactCollection":null}}`,
				"ProbeArtifactNames": `{"project":{"artifactCollections":{"edges":[{"node":{"name":"dsx"}},{"node":null},{"node":{"name":"model"}}]}}}`,
			},
			errors.Empty, "null: missing or hidden from you",
			[]string{"dsx"},
		},
		"a list with a version that is not complete": {
			scripted{"ProbeArtifact": `{"project":{"artifact":null,"artifactCollection":{"__typename":"ArtifactSequence","aliases":{"edges":[]},"artifacts":{"edges":[{"version":"v7","node":{"state":"PENDING"}},{"version":"v6","node":{"state":"COMMITTED"}}]}}}}`},
			errors.Empty, "null: missing or hidden from you",
			[]string{"ds:v6"},
		},
		"names refused": {scripted{"ProbeArtifact": `{"project":{"artifact":null}}`}, errors.Empty, "null: missing or hidden from you", nil},
		"no project":    {scripted{"ProbeArtifact": `{"project":null}`}, errors.Empty, "null: missing or hidden from you", nil},
		"no answer":     {scripted{}, errors.Failed, "no usable response (no answer)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := findings(viewer("acme"), project(answered, No))
			f.askArtifact(t.Context(), tt.server, Question{Project: "vision", Artifact: "ds:v7"})
			assert.Equal(t, tt.outcome, f.Artifact.Outcome)
			assert.Equal(t, tt.suggest, f.artifactSuggestions("ds:v7"))
			probes := f.Evidence("vision")
			last := probes[len(probes)-1]
			assert.Equal(t, "artifact", last.Name)
			assert.Equal(t, `artifact "ds:v7"`, last.Question)
			assert.Contains(t, last.Result, tt.line)
		})
	}
}

// A caller that found a failure itself makes the public error and leaves out what it is about.
func TestDiagnoser_IncompleteError_IsCompleted(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	d := newDiagnoser(t, s, testKey)
	q := Question{Op: OpLogArtifact, Entity: "acme", Project: "vision", RunID: "r1", Artifact: "ds", Dir: "/d"}
	found := &errors.RequestError{Cause: errors.ErrTypeClash, Hint: "it has the type \"model\""}
	assert.True(t, Explainable(found))
	assert.False(t, Explained(found))
	for name, err := range map[string]error{
		"explain":     d.Explain(t.Context(), t.Context(), q, found),
		"running":     d.ExplainRunning(t.Context(), q, found),
		"preliminary": d.Preliminary(t.Context(), q, found),
	} {
		require.ErrorIs(t, err, errors.ErrTypeClash, name)
		require.EqualError(t, err, `log artifact acme/vision/ds: artifact "ds" has another type`, name)
		assert.True(t, Explained(err), name)
	}
	assert.Zero(t, s.count())
	assert.Empty(t, found.Op, "it may be shared")
}

func TestDiagnoser_ArtifactNull_NamesThePath(t *testing.T) {
	t.Parallel()
	s := &outsiders{}
	q := Question{Op: OpUseArtifact, Entity: "acme", Project: "vision", Artifact: "ds:v3"}
	err := newDiagnoser(t, s, testKey).Explain(t.Context(), t.Context(), q, ErrNoArtifact)
	e, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ActionUseArtifact, e.Action)
	assert.Equal(t, errors.Resource("acme/vision/ds:v3"), e.Resource)
	assert.Equal(t, "ds:v3", e.Artifact)
	require.ErrorIs(t, err, errors.ErrNotTeamMember, "the project is not shown, either")
	require.ErrorIs(t, err, ErrNoArtifact)
}
