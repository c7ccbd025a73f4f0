package download

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/feature"
)

// Changes are what is to be different in a version. A nil field stays.
type Changes struct {
	Description         *string
	Metadata            map[string]any // empty, and not nil, for none
	TTLSeconds          *int64         // as in [record.Artifact]
	AddTags, RemoveTags []string
}

// Update changes what is shown with the version.
func (v *Version) Update(ctx context.Context, c Changes) error {
	if v.conn == nil {
		return errNone
	}
	for _, tag := range slices.Concat(c.AddTags, c.RemoveTags) {
		if err := manifest.CheckTag(tag); err != nil {
			return err
		}
	}
	info := v.Info()
	if c.Description != nil {
		info.Description = *c.Description
	}
	if c.Metadata != nil {
		text, err := draft.EncodeMetadata(c.Metadata)
		if err != nil {
			return err
		}
		info.Metadata = json.RawMessage(text)
	}
	metadata := "{}"
	if len(info.Metadata) > 0 {
		metadata = string(info.Metadata)
	}
	// As the official client: servers may take a missing text for an empty one.
	input := graphql.UpdateArtifactInput{
		ArtifactID: info.ID, Description: &info.Description, Metadata: &metadata, TtlDurationSeconds: c.TTLSeconds,
		TagsToAdd: tagInputs(c.AddTags), TagsToDelete: tagInputs(c.RemoveTags),
	}
	if _, err := graphql.UpdateArtifact(ctx, v.conn.GraphQL, input); err != nil {
		if len(input.TagsToAdd)+len(input.TagsToDelete) > 0 {
			err = tooOld(err, "It does not know tags of artifacts, and changed nothing. Without tags, the other changes work")
		}
		return v.explain(ctx, diagnose.OpUpdateArtifact, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.info.Description, v.info.Metadata = info.Description, info.Metadata
	if c.TTLSeconds != nil {
		v.info.TTL = time.Duration(max(*c.TTLSeconds, 0)) * time.Second
	}
	v.info.Tags = changed(v.info.Tags, c.AddTags, c.RemoveTags)
	return nil
}

func tagInputs(tags []string) []graphql.TagInput {
	var inputs []graphql.TagInput
	for _, tag := range tags {
		inputs = append(inputs, graphql.TagInput{TagName: tag})
	}
	return inputs
}

// changed is a list with some texts more and some less.
func changed(list, add, remove []string) []string {
	list = slices.Clone(list)
	for _, s := range add {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return slices.Contains(remove, s) })
}

// AddAliases moves aliases to the version, in the collection that it was named from.
func (v *Version) AddAliases(ctx context.Context, aliases []string) error {
	return v.changeAliases(ctx, aliases, nil, func(inputs []graphql.ArtifactCollectionAliasInput) (bool, error) {
		resp, err := graphql.AddAliases(ctx, v.conn.GraphQL, graphql.AddAliasesInput{ArtifactID: v.Info().ID, Aliases: inputs})
		return err == nil && resp.AddAliases != nil && !resp.AddAliases.Success, err
	})
}

// RemoveAliases removes aliases of the version.
func (v *Version) RemoveAliases(ctx context.Context, aliases []string) error {
	return v.changeAliases(ctx, nil, aliases, func(inputs []graphql.ArtifactCollectionAliasInput) (bool, error) {
		resp, err := graphql.DeleteAliases(ctx, v.conn.GraphQL, graphql.DeleteAliasesInput{ArtifactID: v.Info().ID, Aliases: inputs})
		return err == nil && resp.DeleteAliases != nil && !resp.DeleteAliases.Success, err
	})
}

// errDeclined means that the server changed nothing and did not say why.
var errDeclined = &errors.RequestError{Cause: errors.ErrUnexpectedAnswer, Err: errors.New("the server reports no success, and no reason")}

// changeAliases adds or removes aliases by a request, which reports whether it was declined.
func (v *Version) changeAliases(ctx context.Context, add, remove []string, request func([]graphql.ArtifactCollectionAliasInput) (bool, error)) error {
	if v.conn == nil {
		return errNone
	}
	p := v.Info().Path
	var inputs []graphql.ArtifactCollectionAliasInput
	for _, alias := range slices.Concat(add, remove) {
		if err := manifest.CheckAlias(alias); err != nil {
			return err
		}
		inputs = append(inputs, graphql.ArtifactCollectionAliasInput{
			Alias: alias, EntityName: p.Entity, ProjectName: p.Project, ArtifactCollectionName: p.Collection,
		})
	}
	if len(inputs) == 0 {
		return nil
	}
	declined, err := request(inputs)
	if declined {
		err = errDeclined
	}
	if err != nil {
		return v.explain(ctx, diagnose.OpUpdateArtifact, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.info.Aliases = changed(v.info.Aliases, add, remove)
	return nil
}

// Delete deletes the version, with its aliases if that is requested. A link is removed, and
// the version stays.
func (v *Version) Delete(ctx context.Context, aliases bool) error {
	if v.conn == nil {
		return errNone
	}
	info := v.Info()
	var err error
	switch {
	case !info.Linked():
		_, err = graphql.DeleteArtifact(ctx, v.conn.GraphQL, graphql.DeleteArtifactInput{ArtifactID: info.ID, DeleteAliases: &aliases})
	case info.CollectionID == "":
		return fmt.Errorf("unlink %s: %w", info.Path, errNone)
	default:
		var resp *graphql.UnlinkArtifactResponse
		resp, err = graphql.UnlinkArtifact(ctx, v.conn.GraphQL, graphql.UnlinkArtifactInput{ArtifactID: info.ID, ArtifactPortfolioID: info.CollectionID})
		if err == nil && resp.UnlinkArtifact != nil && !resp.UnlinkArtifact.Success {
			err = errDeclined
		}
	}
	return v.explain(ctx, diagnose.OpDeleteArtifact, err)
}

// UsedBy records that a run uses the version. The names are the run's own.
func (v *Version) UsedBy(ctx context.Context, entity, project, run string) error {
	if v.conn == nil {
		return errNone
	}
	input := graphql.UseArtifactInput{ArtifactID: v.Info().ID, EntityName: entity, ProjectName: project, RunName: run}
	if p := v.Info().Path; p.Project != "" && v.conn.Features.Has(ctx, feature.UseArtifactWithProject) {
		input.ArtifactEntityName, input.ArtifactProjectName = &p.Entity, &p.Project
	}
	_, err := graphql.UseArtifact(ctx, v.conn.GraphQL, input)
	return v.explain(ctx, diagnose.OpUseArtifact, err)
}
