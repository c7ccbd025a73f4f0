package repo_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// linked lists the third-party modules that a program using only client may
// link, each with the reason it is worth its place. A user pays for every entry
// in binary size, audits and upgrades, so it never grows beyond maxLinked (docs/adr/0012).
var linked = map[string]string{
	"github.com/Khan/genqlient":             "sends the generated GraphQL operations",
	"github.com/hashicorp/go-retryablehttp": "retries",
	"github.com/hashicorp/go-cleanhttp":     "comes with go-retryablehttp",
	"github.com/vektah/gqlparser/v2":        "comes with genqlient: the shape of GraphQL errors",
	"github.com/google/uuid":                "comes with genqlient",
	"google.golang.org/protobuf":            "protowire, for the journal",
	"go.yaml.in/yaml/v3":                    "config files",
}

const (
	maxLinked = 8
	// maxBinary is the size of a stripped static binary of testdata/minimal, in bytes.
	maxBinary = 10_000_000
)

func TestModulesLinkedByClient(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	packages := byPath(t)
	links := []string{module + "/client"}
	for i := 0; i < len(links); i++ {
		pkg := packages[links[i]]
		if !assert.NotNil(t, pkg, links[i]) {
			continue
		}
		for _, next := range pkg.Imports {
			if packages[next] != nil && !slices.Contains(links, next) { // not the standard library's vendored ones
				links = append(links, next)
			}
		}
		assert.Truef(t, pkg.Standard || len(pkg.CgoFiles) == 0, "%s needs cgo", pkg.ImportPath)
		if pkg.Standard || pkg.ours() {
			continue
		}
		require.NotNil(t, pkg.Module, "%s belongs to no module", pkg.ImportPath)
		found[pkg.Module.Path] = true
	}
	require.NotEmpty(t, found, "client links nothing at all: is this still the client?")
	for _, path := range slices.Sorted(maps.Keys(found)) {
		assert.Contains(t, linked, path, "client links a module that is not on the list")
	}
	assert.LessOrEqual(t, len(found), maxLinked, "modules linked: %v", slices.Sorted(maps.Keys(found)))

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	numbers := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight"}
	assert.Contains(t, string(readme), "links "+numbers[len(found)]+" other modules")
}

func TestMinimalProgramIsSmallAndStatic(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "minimal")
	var out bytes.Buffer
	build := goCommand(t, &out, "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", binary, "./internal/repo/testdata/minimal")
	require.NoError(t, build.Run(), "build without cgo: %s", &out)
	info, err := os.Stat(binary)
	require.NoError(t, err)
	t.Logf("stripped binary: %.2f MB", float64(info.Size())/1e6)
	assert.LessOrEqual(t, info.Size(), int64(maxBinary))
}

// TestImportDirection looks at what each package links in the end, so that a
// forbidden import is found behind any number of others too.
func TestImportDirection(t *testing.T) {
	t.Parallel()
	const (
		client = module + "/client"
		fake   = module + "/wandbtest"
	)
	byPath := byPath(t)
	require.NotNil(t, byPath[client], "there is no package client")
	// reaches returns how from comes to import to, or nil.
	var reaches func(from, to string, seen map[string]bool) []string
	reaches = func(from, to string, seen map[string]bool) []string {
		if from == to {
			return []string{to}
		}
		if seen[from] || byPath[from] == nil {
			return nil
		}
		seen[from] = true
		for _, next := range byPath[from].Imports {
			if way := reaches(next, to, seen); way != nil {
				return append([]string{from}, way...)
			}
		}
		return nil
	}
	forbid := func(from, to string) {
		way := reaches(from, to, map[string]bool{})
		assert.Empty(t, way, "%s must not link %s", from, to)
	}
	for path, pkg := range byPath {
		switch {
		case !pkg.ours():
		case pkg.path() == "errors":
			for _, imported := range pkg.Imports {
				dep := byPath[imported]
				assert.True(t, dep != nil && (dep.Standard || dep.path() == "internal/plaintext" || dep.path() == "internal/secret"),
					"errors imports %s; it may use the standard library and packages that use nothing else", imported)
			}
		case pkg.path() == "client":
			forbid(path, fake)
		case pkg.path() == "graphql":
			forbid(path, client)
			forbid(path, fake)
		case pkg.path() == "wandbtest":
			forbid(path, client)
		case strings.HasPrefix(pkg.path(), "internal/rig/"): // programs
		case pkg.path() == "internal/doctor": // stands on client
			forbid(path, fake)
		case strings.HasPrefix(pkg.path(), "internal/"):
			forbid(path, client)
			forbid(path, fake)
		}
	}
}
