package download

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// maxBatch is how many addresses are asked for at a time.
const maxBatch = 500

// addresses asks where files are. The result lacks files that the server does not have.
func (v *Version) addresses(ctx context.Context, names []string) (map[string]objectstore.Address, error) {
	asked := time.Now()
	found := make(map[string]objectstore.Address, len(names))
	var after *string
	for {
		page, err := v.addressPage(ctx, names, after)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Edges {
			if e.Node != nil && e.Node.DirectUrl != "" {
				found[e.Node.Name] = objectstore.Address{URL: e.Node.DirectUrl, Asked: asked}
			}
		}
		next := page.PageInfo.EndCursor
		if !page.PageInfo.HasNextPage || next == nil || after != nil && *next == *after || len(found) >= len(names) {
			return found, nil
		}
		after = next
	}
}

func (v *Version) addressPage(ctx context.Context, names []string, after *string) (*graphql.FileURLs, error) {
	p := v.Info().Path
	if !v.old {
		resp, err := graphql.ArtifactFileURLs(ctx, v.conn.GraphQL, p.Entity, p.Project, p.Collection, p.Version, names, after, len(names))
		switch {
		case isValidation(err): // servers of 2024 know memberships, and not their files
		case err != nil:
			return nil, err
		case resp.Project != nil && resp.Project.ArtifactCollection != nil && resp.Project.ArtifactCollection.ArtifactMembership != nil &&
			resp.Project.ArtifactCollection.ArtifactMembership.Files != nil:
			return &resp.Project.ArtifactCollection.ArtifactMembership.Files.FileURLs, nil
		}
	}
	resp, err := graphql.ArtifactFileURLsByID(ctx, v.conn.GraphQL, v.Info().ID, names, after, len(names))
	switch {
	case err != nil:
		return nil, err
	case resp.Artifact == nil:
		return nil, diagnose.ErrNoArtifact
	}
	return &resp.Artifact.Files, nil
}

// address is where one file is. It is asked for again if it expires.
type address struct {
	v     *Version
	entry *record.ArtifactEntry

	mu      sync.Mutex
	current objectstore.Address
	refused error // why current is the API's own address
}

func (a *address) get(ctx context.Context) (objectstore.Address, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current.URL != "" {
		return a.current, nil
	}
	found, err := a.v.addresses(ctx, []string{a.entry.Path})
	if err != nil {
		return objectstore.Address{}, err
	}
	at, ok := found[a.entry.Path]
	if !ok {
		if at, err = a.v.ownAddress(ctx, a.entry); err != nil {
			return at, err
		}
	}
	a.current = at
	return at, nil
}

// own makes the next use go to the API's own address, because the store refused.
func (a *address) own(ctx context.Context, refused error) bool {
	at, err := a.v.ownAddress(ctx, a.entry)
	if err != nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current, a.refused = at, refused
	return true
}

// ownFailed is the error if the API's own address, which is tried last, was of no use: what
// failed before. A server without such addresses may answer with its web page.
func (a *address) ownFailed(ctx context.Context, err error) error {
	_, answered := errors.AsType[*graphql.Error](answerOf(err))
	_, other := errors.AsType[*mismatch](err)
	a.mu.Lock()
	own, refused := a.current.Own, a.refused
	a.mu.Unlock()
	if !own || !answered && !other && !errors.Is(err, errRedirect) {
		return err
	}
	if refused == nil {
		refused = a.v.noAddress(ctx, a.entry.Path)
	}
	return refused
}

// drop forgets an address that did not work.
func (a *address) drop(at objectstore.Address) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current.URL == at.URL {
		a.current = objectstore.Address{}
	}
}

// noAddress is the error for a file whose address the server does not return: the version
// was deleted, or the server lacks a file that the manifest lists.
func (v *Version) noAddress(ctx context.Context, name string) error {
	resp, err := graphql.ArtifactByID(ctx, v.conn.GraphQL, v.Info().ID)
	if err == nil && (resp.Artifact == nil || resp.Artifact.State == graphql.ArtifactStateDeleted) {
		return diagnose.ErrNoArtifact
	}
	return &errors.RequestError{
		Cause: errors.ErrUnexpectedAnswer, File: name, Err: fmt.Errorf("the server returned no address for file %.200q", name),
	}
}

// renewals is how often an address is asked for again.
const renewals = 3

// use calls transfer with the address, with a new one if it has expired, and then with the
// API's own.
func (a *address) use(ctx context.Context, transfer func(objectstore.Address) error) error {
	for try := 0; ; try++ {
		at, err := a.get(ctx)
		if err != nil {
			return err
		}
		err = transfer(at)
		store, _ := errors.AsType[*objectstore.Error](err)
		switch {
		case err == nil:
			return nil
		case at.Own:
			return a.ownFailed(ctx, err)
		case try < renewals && at.Stale(answerOf(err)):
			a.drop(at)
		case store == nil || !store.Refused() || !a.own(ctx, err):
			return err
		}
	}
}

// answerOf is the store's response in an error.
func answerOf(err error) error {
	if e, ok := errors.AsType[*objectstore.Error](err); ok {
		return e.Answer
	}
	return err
}
