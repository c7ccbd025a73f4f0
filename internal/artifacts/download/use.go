package download

import (
	"context"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/feature"
)

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
