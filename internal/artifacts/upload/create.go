package upload

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/record"
)

// checkType refuses a type that the artifact's name does not have on the server, whose own
// message about it is not known. Without an answer, the server decides.
func (j *Job) checkType(ctx context.Context) error {
	a, cfg := j.artifact, &j.u.cfg
	j.u.mu.Lock()
	typ, known := j.u.types[a.Name]
	j.u.mu.Unlock()
	if !known {
		r, err := graphql.ArtifactTypeOf(ctx, j.u.cfg.GraphQL, cfg.Entity, cfg.Project, a.Name+":latest")
		if err != nil {
			if e, ok := errors.AsType[*graphql.Error](err); ok && e.Answered() {
				return nil
			}
			return err // the next request would wait as long
		}
		typ = a.Type
		if r.Project != nil && r.Project.Artifact != nil {
			typ = r.Project.Artifact.ArtifactType.Name
		}
		j.u.mu.Lock()
		j.u.types[a.Name] = typ
		j.u.mu.Unlock()
	}
	if typ == a.Type {
		return nil
	}
	return &errors.RequestError{
		Cause: errors.ErrTypeClash, Hint: fmt.Sprintf("%q has the type %q and cannot get the type %q", a.Name, typ, a.Type),
	}
}

// settleAlgorithm decides whether the digests may be XXH128. If not, the files get MD5 ones.
func (j *Job) settleAlgorithm(ctx context.Context) error {
	if j.alg == manifest.MD5 {
		return nil
	}
	if err := j.hashMD5(ctx); err != nil {
		return err
	}
	allowed, err := j.xxhashAllowed(ctx)
	if err != nil || allowed {
		return err
	}
	for i := range j.entries {
		if e := &j.entries[i]; j.md5[i] != "" {
			e.Digest = j.md5[i]
			e.Extra = slices.DeleteFunc(slices.Clone(e.Extra), func(it record.ArtifactItem) bool { return it.Key == "alg" })
		}
	}
	j.alg = manifest.MD5
	j.digest, err = manifest.ContentDigest(j.alg, j.entries)
	return err
}

func (j *Job) xxhashAllowed(ctx context.Context) (bool, error) {
	u, a := j.u, j.artifact
	if !u.cfg.Features.Has(ctx, feature.ArtifactDigestAlgorithm) {
		return false, nil
	}
	r, err := graphql.XXHashAllowed(ctx, u.cfg.GraphQL, u.cfg.Entity, u.cfg.Project, a.Type, a.Name)
	if err != nil {
		return false, err
	}
	if r.Entity == nil || r.Entity.XxhashDigestsEnabled == nil || !*r.Entity.XxhashDigestsEnabled {
		return false, nil
	}
	if r.Project == nil || r.Project.ArtifactType == nil || r.Project.ArtifactType.ArtifactCollection == nil {
		return true, nil // the first version
	}
	sequence, ok := (*r.Project.ArtifactType.ArtifactCollection).(*graphql.XXHashCollectionArtifactSequence)
	return !ok || sequence.DigestAlgorithm == nil || *sequence.DigestAlgorithm != graphql.ArtifactDigestAlgorithmManifestMd5, nil
}

// create creates the version, or finds the one with the same content. Servers of another age
// may not know tags and regions; the version is then created without.
func (j *Job) create(ctx context.Context) (*graphql.CreatedArtifact, error) {
	input := j.input()
	r, err := graphql.CreateArtifact(ctx, j.u.cfg.GraphQL, input)
	if e, ok := errors.AsType[*graphql.Error](err); ok && e.IsValidation() && (input.Tags != nil || input.StorageRegion != nil) {
		j.u.cfg.Log.Warn("the server does not know tags and storage regions of artifacts; they are left out", "error", err)
		input.Tags, input.StorageRegion = nil, nil
		r, err = graphql.CreateArtifact(ctx, j.u.cfg.GraphQL, input)
	}
	if err != nil {
		return nil, err
	}
	if r.CreateArtifact == nil || r.CreateArtifact.Artifact.Id == "" {
		return nil, unexpected("the server accepted the request and returned no artifact")
	}
	return &r.CreateArtifact.Artifact, nil
}

func (j *Job) input() graphql.CreateArtifactInput {
	a, cfg := j.artifact, &j.u.cfg
	input := graphql.CreateArtifactInput{
		EntityName: cfg.Entity, ProjectName: cfg.Project, ArtifactTypeName: a.Type, ArtifactCollectionName: &a.Name,
		Digest: j.digest, DigestAlgorithm: graphql.ArtifactDigestAlgorithm(j.alg.Name()),
		Description: given(a.Description), DistributedID: given(a.DistributedID),
		ClientID: given(a.ClientID), SequenceClientID: given(a.SequenceClientID),
		StorageRegion:             given(manifest.Region(a.Manifest)),
		EnableDigestDeduplication: new(true),
	}
	if a.Metadata != "{}" {
		input.Metadata = given(a.Metadata)
	}
	if !a.UseAfterCommit { // it would be an output
		input.RunName = &cfg.Run
	}
	if a.HistoryStep > 0 {
		input.HistoryStep = &a.HistoryStep
	}
	if a.TTLSeconds != 0 {
		input.TtlDurationSeconds = &a.TTLSeconds
	}
	for _, alias := range a.Aliases {
		input.Aliases = append(input.Aliases, graphql.ArtifactAliasInput{ArtifactCollectionName: a.Name, Alias: alias})
	}
	for _, tag := range a.Tags {
		input.Tags = append(input.Tags, graphql.TagInput{TagName: tag})
	}
	return input
}

// base is the version that the manifest builds on.
func (j *Job) base(created *graphql.CreatedArtifact) *string {
	if j.artifact.BaseID != "" {
		return &j.artifact.BaseID
	}
	if latest := created.ArtifactSequence.LatestArtifact; latest != nil && latest.Id != "" {
		return &latest.Id
	}
	return nil
}

// given is nil for an empty text, which is not sent.
func given(text string) *string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return &text
}

// unexpected is the error for a response that this client does not understand. The caller
// adds what was requested.
func unexpected(hint string) error {
	return &errors.RequestError{Cause: errors.ErrUnexpectedAnswer, StatusCode: 200, Hint: hint}
}
