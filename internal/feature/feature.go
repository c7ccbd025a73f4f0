// Package feature asks a server what it can do beyond the oldest servers.
package feature

import (
	"context"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// The features that this client asks for.
const (
	ArtifactDigestAlgorithm = "ARTIFACT_DIGEST_ALGORITHM"
	UseArtifactWithProject  = "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION"
)

// Set is what one server can do. It asks the server once, when it is asked first. Make it
// with [New]. It is safe for concurrent use.
type Set struct {
	client *gqlclient.Client

	mu    sync.Mutex
	names map[string]bool // nil if the server was not asked yet
}

// New returns the features of the client's server.
func New(client *gqlclient.Client) *Set { return &Set{client: client} }

// Has reports whether the server has a feature. A server that does not know the question, or
// does not answer it, has none; without an answer, the next call asks again. It blocks until
// the server has answered or ctx ends.
func (s *Set) Has(ctx context.Context, name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.ask(ctx)
	}
	return s.names[name]
}

// ask asks the server; mu is held.
func (s *Set) ask(ctx context.Context) {
	r, err := graphql.ServerFeatures(ctx, s.client)
	if err != nil {
		if e, ok := errors.AsType[*graphql.Error](err); ok && e.Answered() {
			s.names = map[string]bool{}
		}
		return
	}
	s.names = map[string]bool{}
	if r.ServerInfo == nil {
		return
	}
	for _, f := range r.ServerInfo.Features {
		s.names[f.Name] = f.IsEnabled
	}
}
