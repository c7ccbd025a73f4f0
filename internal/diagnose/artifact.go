package diagnose

import (
	"context"
	"slices"
	"strings"

	gql "github.com/Khan/genqlient/graphql"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

// The tables about artifacts. What an account may write follows from its rights in the
// team and the project, as for a run.

// registryPrefix starts the names of the projects that are an organization's registries.
const registryPrefix = "wandb-registry-"

// artifactCommitted is the state of an artifact whose upload is complete.
const artifactCommitted = "COMMITTED"

// artifactPending is the state of one whose upload is not complete.
const artifactPending = "PENDING"

// decideArtifactNull reads a response in which the artifact is null, or a 404 that says so.
// If the server does not show the project either, that is the reason.
func decideArtifactNull(f *Findings) Verdict {
	switch {
	case f.keyUnknown():
		return certain(errors.ErrBadAPIKey)
	case f.Artifact.answered():
		return undetermined([]error{errors.ErrArtifactMissing},
			"the artifact is visible now; it may be new")
	case f.Project.answered() && f.Artifact.empty() && f.Artifact.Unversioned:
		return certain(errors.ErrArtifactMissing,
			"the server shows the artifact, and no version of it: the upload of its first one may not be complete, or all were deleted")
	case f.Project.answered() && f.Artifact.empty():
		return certain(errors.ErrArtifactMissing)
	case f.Project.empty():
		v := decideProjectNull(f)
		v.Confidence = min(v.Confidence, errors.Likely)
		return v
	}
	return likely(errors.ErrArtifactMissing)
}

// decideRegistry reads a 403 about an artifact in a registry. Its rights are those of the
// registry, and not of a team. The rows are, of which decideStatus has the first:
//
//	#  viewer        registry    verdict
//	1  null or 401   –           bad key, likely
//	2  –             null        the registry is missing or hidden, likely
//	3  –             read-only   the role in the registry does not allow it: as row 11 of a 403
//	4  –             writable    undetermined: a protected alias, or a policy
//	5  –             unanswered  undetermined
func decideRegistry(f *Findings) Verdict {
	switch {
	case f.Project.empty():
		return likely(errors.ErrProjectMissing)
	case f.projectReadOnly() == Yes:
		return decideReadOnlyProject(f)
	case f.projectReadOnly() == No:
		return undetermined(withSeat(f, errors.ErrProtectedAlias), "the server shows the registry as writable for you")
	}
	return undetermined([]error{errors.ErrProtectedAlias, errors.ErrProjectRestricted, errors.ErrProjectMissing})
}

// predictReadArtifact decides whether an artifact can be read. Who can read the project can
// read its artifacts.
func predictReadArtifact(q Question, f *Findings) Prediction {
	p := predictRead(q, f)
	switch {
	case p.Decision != Allow || q.Project == "" || q.Artifact == "":
	case f.Artifact.empty() && f.Artifact.State == "":
		return deny(decideArtifactNull(f))
	case !f.Artifact.answered() && f.Artifact.State == "":
		p.Notes = append(p.Notes, "the server did not disclose whether it has the artifact")
	case f.Artifact.State != "" && f.Artifact.State != artifactCommitted:
		return Prediction{Verdict: undetermined(nil,
			"the artifact is not complete on the server yet (state "+quote(f.Artifact.State)+")")}
	}
	return p
}

// predictRegistry decides whether a version can be linked into a registry.
func predictRegistry(f *Findings) Prediction {
	switch {
	case f.Project.empty():
		return deny(certain(errors.ErrProjectMissing))
	case f.projectReadOnly() == Yes:
		return deny(decideReadOnlyProject(f))
	case f.projectReadOnly() == No:
		return allow("the registry may protect some aliases")
	}
	return Prediction{Verdict: decideRegistry(f)}
}

func (f *Findings) artifactText() string {
	text := "visible"
	if f.Artifact.Type != "" {
		text += ", type " + quote(f.Artifact.Type)
	}
	if f.Artifact.State != "" {
		text += ", " + strings.ToLower(f.Artifact.State)
	}
	return text
}

// artifactSuggestions are what the server shows that resembles the artifact: the versions of
// the one that was named, or the project's artifacts.
func (f *Findings) artifactSuggestions(want string) []string {
	name, _, _ := strings.Cut(want, ":")
	var versions []string
	for _, have := range f.Artifact.Names {
		if strings.HasPrefix(have, name+":") {
			versions = append(versions, have)
		}
	}
	if len(versions) == 0 {
		return errors.Suggest(name, f.Artifact.Names)
	}
	if near := errors.Suggest(want, versions); len(near) > 0 {
		return near
	}
	return versions[:min(len(versions), maxVersions)]
}

// maxVersions is how many versions are suggested if none resembles the requested one.
const maxVersions = 3

// askArtifact asks whether the server shows the artifact, and for names that resemble it if
// not.
func (f *Findings) askArtifact(ctx context.Context, client gql.Client, q Question) {
	f.ArtifactName = q.Artifact
	if q.Artifact == "" || q.Project == "" || f.Entity == "" {
		return
	}
	collection, _, versioned := strings.Cut(q.Artifact, ":")
	name := q.Artifact
	if !versioned {
		name += ":latest"
	}
	r, err := graphql.ProbeArtifact(ctx, client, f.Entity, q.Project, name, collection)
	var shown *graphql.ProbedArtifactProject
	if r != nil {
		shown = r.Project
	}
	var artifact *graphql.ProbedArtifact
	if shown != nil {
		artifact = shown.Artifact
	}
	f.Artifact.Answer = answerOf(artifact != nil, err)
	if artifact != nil {
		f.Artifact.State = string(artifact.State)
		f.Artifact.Type = artifact.ArtifactType.Name
	}
	if !f.Artifact.empty() || shown == nil {
		return
	}
	if shown.ArtifactCollection != nil {
		f.Artifact.Names = versionsOf(collection, shown.ArtifactCollection)
		if isPending(q.Artifact, f.Artifact.Names, shown.ArtifactCollection) {
			f.Artifact.State = artifactPending
		}
		f.Artifact.Unversioned = len(f.Artifact.Names) == 0
		return
	}
	if all, err := graphql.ProbeArtifactNames(ctx, client, f.Entity, q.Project); err == nil && all.Project != nil && all.Project.ArtifactCollections != nil {
		for _, edge := range all.Project.ArtifactCollections.Edges {
			if edge.Node != nil {
				f.Artifact.Names = append(f.Artifact.Names, edge.Node.Name)
			}
		}
	}
}

// versionsOf are the versions and aliases of a collection, as an artifact's path ends.
func versionsOf(name string, c *graphql.ProbedCollection) []string {
	var names []string
	add := func(version string) {
		if full := name + ":" + version; !slices.Contains(names, full) {
			names = append(names, full)
		}
	}
	for _, edge := range c.Aliases.Edges {
		if edge.Node != nil {
			add(edge.Node.Alias)
		}
	}
	if c.Artifacts != nil {
		for _, edge := range c.Artifacts.Edges {
			if edge.Node.State != artifactPending {
				add(edge.Version)
			}
		}
	}
	return names
}

// isPending reports whether what was named, and the server does not return by its name, is in
// the collection's list of versions, and is not complete: the version itself, or the latest if
// there are no complete ones. Servers may give a version its number when it is complete.
func isPending(want string, complete []string, c *graphql.ProbedCollection) bool {
	_, version, _ := strings.Cut(want, ":")
	latest := (version == "" || version == "latest") && len(complete) == 0
	return c.Artifacts != nil && slices.ContainsFunc(c.Artifacts.Edges, func(edge graphql.VersionEdge) bool {
		return edge.Node.State == artifactPending && (latest || edge.Version == version)
	})
}
