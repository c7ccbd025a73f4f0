package download

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/secret"
)

// registryPrefix starts the names of the projects that are an organization's registries.
const registryPrefix = "wandb-registry-"

// Link links the version into a collection, "[entity/][project/]name", and returns it as it
// is there. The default entity and project are those of the version.
func (v *Version) Link(ctx context.Context, target string, aliases []string) (*Version, error) {
	if v.conn == nil {
		return nil, errNone
	}
	to, err := v.linkTarget(ctx, target)
	if err != nil {
		return nil, err
	}
	input := graphql.LinkArtifactInput{
		EntityName: &to.Entity, ProjectName: &to.Project, ArtifactPortfolioName: &to.Collection, ArtifactID: new(v.Info().ID),
	}
	for _, alias := range aliases {
		if err := manifest.CheckAlias(alias); err != nil {
			return nil, err
		}
		input.Aliases = append(input.Aliases, graphql.ArtifactAliasInput{ArtifactCollectionName: to.Collection, Alias: alias})
	}
	resp, err := graphql.LinkArtifact(ctx, v.conn.GraphQL, input)
	if err != nil {
		q := diagnose.Question{Op: diagnose.OpLinkArtifact, Entity: to.Entity, Project: to.Project, Artifact: to.Collection}
		return nil, explain(ctx, v.conn, q, err)
	}
	if resp.LinkArtifact != nil && resp.LinkArtifact.VersionIndex != nil {
		to.Version = "v" + strconv.Itoa(*resp.LinkArtifact.VersionIndex)
	}
	return Resolve(ctx, v.conn, diagnose.OpLinkArtifact, to)
}

func (v *Version) linkTarget(ctx context.Context, target string) (Path, error) {
	if strings.Contains(target, ":") {
		return Path{}, &errors.InputError{Field: "link target", Value: secret.Redact(target), Rule: "must be a collection, without a version or alias"}
	}
	to, err := ParsePath(target)
	if err != nil {
		return Path{}, err
	}
	source := v.Info().Source
	if strings.HasPrefix(to.Project, registryPrefix) {
		to.Entity, err = registryEntity(ctx, v.conn, source.Entity, to.Entity)
		return to, err
	}
	to.Project, to.Entity = cmp.Or(to.Project, source.Project), cmp.Or(to.Entity, source.Entity)
	return to, nil
}

// registryEntity finds the entity that owns the registries of an organization. The
// organization is that of the entity, or the one of its user that is named.
func registryEntity(ctx context.Context, conn *connection.Connection, entity, organization string) (string, error) {
	resp, err := graphql.OrganizationOfEntity(ctx, conn.GraphQL, entity)
	switch {
	case err == nil:
	case isValidation(err) && organization != "": // it decides when the link is made
		return organization, nil
	default:
		err = tooOld(err, "It does not show whose the registries are. Links into other projects work, such as model-registry/NAME. "+
			"So does a target that starts with the name of the entity that owns the registry")
		return "", explain(ctx, conn, diagnose.Question{Op: diagnose.OpLinkArtifact, Entity: entity}, err)
	}
	var all []graphql.OrganizationNames
	if e := resp.Entity; e != nil {
		if e.Organization != nil {
			all = append(all, *e.Organization)
		}
		if e.User != nil {
			all = append(all, e.User.Organizations...)
		}
	}
	var fits, names []string
	for _, o := range all {
		if o.OrgEntity == nil {
			continue
		}
		names = append(names, o.Name)
		if organization == "" || organization == o.Name || organization == o.OrgEntity.Name {
			fits = append(fits, o.OrgEntity.Name)
		}
	}
	switch {
	case len(fits) == 1:
		return fits[0], nil
	case organization != "":
		// Its rights may be wider than what the server shows of it.
		return organization, nil
	case len(fits) == 0:
		return "", &errors.InputError{Field: "link target", Rule: "must name the organization of the registry, since entity " +
			secret.Redact(entity) + " belongs to none"}
	}
	return "", &errors.InputError{Field: "link target", Rule: "must name the organization of the registry, one of " + listed(names)}
}
