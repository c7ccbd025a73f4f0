package listing_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/listing"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "notakey000000000000000000000000000000000"

// pages answers each request by what it contains.
type pages []struct{ contains, data string }

func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	text := `{"data":{"viewer":{"id":"1","username":"jo","entity":"acme","accountType":"USER","teams":{"edges":[{"node":{"name":"acme"}}]}},` +
		`"entity":{"name":"acme","isTeam":true,"readOnly":false},"project":{"readOnly":false}}}`
	for _, one := range p {
		if strings.Contains(string(body), one.contains) {
			text = fmt.Sprintf(`{"data":%s}`, one.data)
			break
		}
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func connect(t *testing.T, p pages) *connection.Connection {
	t.Helper()
	tr, err := transport.New(transport.Options{BaseURL: "https://api.test", Key: secret.New(testKey), HTTPClient: &http.Client{Transport: p}})
	require.NoError(t, err)
	gql := gqlclient.New(tr)
	resolved := &settings.Settings{Key: secret.New(testKey)}
	return &connection.Connection{
		GraphQL: gql, Transport: tr, Settings: resolved,
		Diagnoser: diagnose.New(diagnose.Config{GraphQL: gql, Settings: resolved, Timeout: time.Minute}),
	}
}

func TestCollections_Pages_AreFollowed(t *testing.T) {
	t.Parallel()
	conn := connect(t, pages{
		{`"after":"c1"`, `{"project":{"artifactCollections":{"pageInfo":{"hasNextPage":true,"endCursor":"c1"},"edges":[{"node":{"name":"b","createdAt":"x","defaultArtifactType":{"name":"model"}}}]}}}`},
		{`"after":null`, `{"project":{"artifactCollections":{"pageInfo":{"hasNextPage":true,"endCursor":"c1"},"edges":[{"node":null},{"node":{"name":"a","description":"text","createdAt":"2026-11-28T12:00:00","defaultArtifactType":{"name":"dataset"}}}]}}}`},
	})
	var all []listing.Collection
	for c, err := range listing.Collections(t.Context(), conn, "acme", "vision") {
		require.NoError(t, err)
		all = append(all, c)
	}
	assert.Equal(t, []listing.Collection{
		{Name: "a", Type: "dataset", Description: "text", CreatedAt: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)},
		{Name: "b", Type: "model"},
	}, all, "a page that repeats its cursor is the last one")
	for range listing.Collections(t.Context(), conn, "acme", "vision") {
		break
	}
}

func TestVersions_OneVersion_HasItsAliases(t *testing.T) {
	t.Parallel()
	conn := connect(t, pages{{`ArtifactVersions`, `{"project":{"artifactCollection":{"artifacts":{"pageInfo":{"hasNextPage":false},"edges":[{"version":"v3","node":{
		"id":"QQ==","state":"COMMITTED","digest":"d","size":5,"fileCount":2,"createdAt":"2026-11-28T12:00:00Z","artifactType":{"name":"dataset"},
		"artifactSequence":{"name":"ds"},"aliases":[{"alias":"v3","artifactCollectionName":"ds"},{"alias":"latest","artifactCollectionName":"ds"},
		{"alias":"best","artifactCollectionName":"ds"},{"alias":"prod","artifactCollectionName":"elsewhere"}]}}]}}}}`}})
	for v, err := range listing.Versions(t.Context(), conn, "acme", "vision", "ds") {
		require.NoError(t, err)
		assert.Equal(t, listing.Version{
			Version: "v3", Aliases: []string{"best", "latest"}, ID: "QQ==", Type: "dataset", State: "COMMITTED", Digest: "d",
			Size: 5, Files: 2, CreatedAt: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC),
		}, v)
	}
}

func TestListing_Null_IsDiagnosed(t *testing.T) {
	t.Parallel()
	conn := connect(t, pages{
		{`"ArtifactVersions"`, `{"project":{"artifactCollection":null}}`},
		{`"ProbeArtifact"`, `{"project":{"artifact":null,"artifactCollection":null}}`},
		{`"ProbeArtifactNames"`, `{"project":{"artifactCollections":{"edges":[{"node":{"name":"dsx"}}]}}}`},
	})
	hidden := connect(t, pages{
		{`"ArtifactCollections"`, `{"project":null}`},
		{`"Diagnose"`, `{"viewer":{"id":"1","username":"jo","teams":{"edges":[{"node":{"name":"acme"}}]}},"entity":{"name":"acme","isTeam":true},"project":null}`},
	})
	for _, err := range listing.Collections(t.Context(), hidden, "acme", "vision") {
		require.ErrorIs(t, err, errors.ErrProjectMissing)
		require.ErrorContains(t, err, "read project acme/vision: ")
	}
	for _, err := range listing.Versions(t.Context(), conn, "acme", "vision", "ds") {
		require.ErrorIs(t, err, errors.ErrArtifactMissing)
		e, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, []string{"dsx"}, e.Suggestions)
		require.ErrorContains(t, err, `read artifact acme/vision/ds: artifact "ds" does not exist or is hidden from user "jo"`)
	}
}
