package artifact

import (
	"context"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/download"
)

// Changes are changes of a version. The zero value changes nothing.
type Changes struct {
	// Description replaces the text that is shown with the version; nil leaves it.
	Description *string
	// Metadata replaces all of the metadata: an empty map removes it, nil leaves it. See
	// [Artifact.Metadata].
	Metadata map[string]any
	// TTL is how long the server keeps the version from its creation; 0 leaves it. It must be
	// a number of whole seconds, or one of [TTLInherit] and [TTLNever].
	TTL time.Duration
	// AddTags and RemoveTags are tags. Servers of January 2024 do not support tags: the error
	// matches errors.ErrSchemaMismatch, and nothing is changed.
	AddTags, RemoveTags []string
}

// Update changes what the server shows with the version, and v with it. The content of a
// version never changes; see [Version.NewDraft].
//
// Errors:
//   - *errors.InputError: an alias, a tag, the TTL or the metadata is invalid.
//   - *errors.PermissionError: the server refused it.
//   - *errors.RequestError: other failures.
func (v *Version) Update(ctx context.Context, c Changes) error {
	changes := download.Changes{Description: c.Description, Metadata: c.Metadata, AddTags: c.AddTags, RemoveTags: c.RemoveTags}
	if c.TTL != 0 {
		seconds, err := ttlSeconds(c.TTL)
		if err != nil {
			return err
		}
		changes.TTLSeconds = &seconds
	}
	return download.Of(v).Update(ctx, changes)
}

// AddAliases adds aliases to the version in the collection that it was named from. An alias of
// another version there moves. Aliases of the form vN, such as "v3", cannot be set: the server
// numbers the versions with them.
//
// Errors are those of [Version.Update]. A protected alias, such as one of a registry,
// matches errors.ErrProtectedAlias.
func (v *Version) AddAliases(ctx context.Context, aliases ...string) error {
	return download.Of(v).AddAliases(ctx, aliases)
}

// RemoveAliases removes aliases of the version. Errors are those of [Version.AddAliases].
func (v *Version) RemoveAliases(ctx context.Context, aliases ...string) error {
	return download.Of(v).RemoveAliases(ctx, aliases)
}

// DeleteOptions says how a version is deleted.
type DeleteOptions struct {
	// Aliases deletes a version that has aliases, too. Servers refuse that otherwise.
	Aliases bool
}

// Delete deletes the version and its files. If it was named by a link, only the link is
// removed. Errors are those of [Version.AddAliases].
func (v *Version) Delete(ctx context.Context, opts DeleteOptions) error {
	return download.Of(v).Delete(ctx, opts.Aliases)
}

// Link links the version into another collection, and returns it as it is there, with the
// given aliases. The target is "[entity/][project/]name"; the default entity and project are
// those of the version. The collection is created if it does not exist.
//
// A project whose name starts with "wandb-registry-" is a registry. It belongs to the
// organization of the version's entity, which is looked up; for a person with several
// organizations the target's entity is the name of one of them. Servers of January 2024 do not
// show the organization: there, the target's entity must be the one that owns the registry.
//
// Errors are those of [Version.AddAliases]; Action is "link artifact".
func (v *Version) Link(ctx context.Context, target string, aliases ...string) (*Version, error) {
	linked, err := download.Of(v).Link(ctx, target, aliases)
	if err != nil {
		return nil, err
	}
	public := &Version{}
	download.Hold(public, linked)
	return public, nil
}
