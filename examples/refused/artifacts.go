package main

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// artifactCases are the causes that concern artifacts.
func artifactCases() []refusal {
	return []refusal{
		{
			"artifact_missing", errors.ErrArtifactMissing,
			"a program asks for a version that does not exist",
			func(ctx context.Context, l *lab) error {
				return l.logged(ctx, "run7", func(run *client.Run) error {
					_, err := run.UseArtifact(ctx, "flowers:v7")
					return err
				})
			},
		},
		{
			"artifact_not_ready", errors.ErrArtifactNotReady,
			"the run that logs an artifact is still uploading it",
			func(ctx context.Context, l *lab) error {
				return l.logged(ctx, "run8", func(run *client.Run) error {
					pending := wandbtest.Fault{
						Operation: "UseArtifact", Status: http.StatusBadRequest,
						Body: `{"errors":[{"message":"cannot use artifact QXJ0aWZhY3Q6MQ== as it has not committed","path":["useArtifact"]}],"data":null}`,
					}
					return l.under(pending, func() error {
						_, err := run.UseArtifact(ctx, "flowers")
						return err
					})
				})
			},
		},
		{
			"digest_mismatch", errors.ErrDigestMismatch,
			"a file is damaged in the object store",
			func(ctx context.Context, l *lab) error {
				return l.logged(ctx, "run9", func(run *client.Run) error {
					v, err := run.UseArtifact(ctx, "flowers")
					if err != nil {
						return err
					}
					damaged := wandbtest.Fault{
						Operation: "GET",
						Match:     func(r *http.Request, _ []byte) bool { return strings.HasSuffix(r.URL.Path, "/iris.txt") },
						Alter:     func(body []byte) []byte { return bytes.Replace(body, []byte("blue"), []byte("blur"), 1) },
					}
					return l.under(damaged, func() error {
						_, err := v.Download(ctx, artifact.DownloadOptions{Dir: filepath.Join(l.dir, "flowers"), SkipCache: true})
						return err
					})
				})
			},
		},
		{
			"type_clash", errors.ErrTypeClash,
			"a model is logged under the name of a data set",
			func(ctx context.Context, l *lab) error {
				return l.logged(ctx, "run10", func(run *client.Run) error {
					return log(ctx, run, artifact.New("flowers", "model"), client.ArtifactOptions{})
				})
			},
		},
		{
			"protected_alias", errors.ErrProtectedAlias,
			"only admins may say which version is in production",
			func(ctx context.Context, l *lab) error {
				return l.logged(ctx, "run11", func(run *client.Run) error {
					return log(ctx, run, artifact.New("flowers", "dataset"), client.ArtifactOptions{Aliases: []string{"production"}})
				})
			},
		},
	}
}

// logged calls provoke with a run that has logged an artifact.
func (l *lab) logged(ctx context.Context, id string, provoke func(*client.Run) error) error {
	run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "garden", ID: id})
	defer done()
	if err != nil {
		return err
	}
	if err := log(ctx, run, artifact.New("flowers", "dataset"), client.ArtifactOptions{}); err != nil {
		return err
	}
	err = provoke(run)
	if finished := run.Finish(ctx); err == nil {
		err = finished
	}
	return err
}

// log logs an artifact with one file, and waits until it is on the server.
func log(ctx context.Context, run *client.Run, a *artifact.Artifact, opts client.ArtifactOptions) error {
	if err := a.AddBytes("iris.txt", []byte("blue")); err != nil {
		return err
	}
	up, err := run.LogArtifact(a, opts) //nolint:contextcheck // it takes none
	if err != nil {
		return err
	}
	_, err = up.Wait(ctx)
	return err
}
