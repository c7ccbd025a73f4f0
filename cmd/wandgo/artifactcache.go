package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
)

var artifactCacheCommand = command{
	name: "artifact cache", args: "[--trim SIZE] [--json]",
	summary: "show the cache of downloaded files, or make it smaller",
	long: `
Shows the directory and the size of the cache in which downloads of artifacts
are kept for the next time. It is in $WANDB_CACHE_DIR, or in the user's
directory for caches, and the official client uses it, too. A download removes
what was not used for the longest time if there are more than 64 GiB.

Flags:
  --trim SIZE  remove what was not used for the longest time until at most SIZE
               is left, such as 10GB; 0 removes everything
  --json       print a JSON document: dir, files, bytes, tempBytes, removed
               (bytes)

In a pipe it prints one line with columns that are separated by tabs: directory,
number of files, bytes, bytes of incomplete files, removed bytes.

Examples:
  wandgo artifact cache
  wandgo artifact cache --trim 10GB
`,
	run: runArtifactCache,
}

// cacheDocument is the JSON of artifact cache.
type cacheDocument struct {
	Dir       string `json:"dir"`
	Files     int    `json:"files"`
	Bytes     int64  `json:"bytes"`
	TempBytes int64  `json:"tempBytes"`
	Removed   int64  `json:"removed"`
}

func runArtifactCache(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	trim := set.String("trim", "", "")
	asJSON := set.Bool("json", false, "")
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	limit, err := parseSize(*trim)
	if err != nil {
		return usageError(c, "--trim %s: %s", *trim, err.Error())
	}
	d, err := a.cache(ctx, *trim != "", limit)
	if err != nil {
		return err
	}
	person := fmt.Sprintf("%s\n%s, %s", printable(d.Dir), counted(d.Files, "file"), size(d.Bytes))
	if d.Removed > 0 {
		person = "Removed " + size(d.Removed) + ".\n" + person
	}
	if d.TempBytes > 0 {
		person += ", and " + size(d.TempBytes) + " of incomplete files"
	}
	return a.result(d, *asJSON, person, d.Dir, plain(int64(d.Files)), plain(d.Bytes), plain(d.TempBytes), plain(d.Removed))
}

func (a *app) cache(ctx context.Context, trim bool, limit int64) (*cacheDocument, error) {
	s, err := a.settings()
	if err != nil {
		return nil, err
	}
	cache := objectcache.New(s.CacheDir)
	doc := &cacheDocument{Dir: cache.Dir()}
	if trim {
		if doc.Removed, err = cache.Trim(ctx, limit); err != nil {
			return nil, err
		}
	}
	u, err := cache.Usage(ctx)
	doc.Files, doc.Bytes, doc.TempBytes = u.Entries, u.Bytes, u.TempBytes
	return doc, err
}

// units are what a size may end in. As on disks, a kB has 1,000 bytes, and a KiB 1,024.
var units = []struct {
	name  string
	bytes float64
}{
	{"kib", 1 << 10},
	{"mib", 1 << 20},
	{"gib", 1 << 30},
	{"tib", 1 << 40},
	{"kb", 1e3},
	{"mb", 1e6},
	{"gb", 1e9},
	{"tb", 1e12},
	{"b", 1},
}

// parseSize reads a size such as "10GB" in bytes. No text is 0.
func parseSize(text string) (int64, error) {
	number, factor := strings.ToLower(strings.TrimSpace(text)), 1.0
	if number == "" {
		return 0, nil
	}
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0 && n*factor < 1<<62) { // NaN is neither
		return 0, errors.New("expected a size such as 500MB or 10GiB")
	}
	return int64(n * factor), nil
}
