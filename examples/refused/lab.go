package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// lab is the server that refuses, and clients of it.
type lab struct {
	server *wandbtest.Server
	dir    string // for runs that go on without the server
}

func newLab() (*lab, error) {
	dir, err := os.MkdirTemp("", "wandgo-refused-")
	if err != nil {
		return nil, err
	}
	server, err := wandbtest.Start(world())
	if err != nil {
		return nil, err
	}
	return &lab{server: server, dir: dir}, nil
}

func (l *lab) close() {
	l.server.Close()
	os.RemoveAll(l.dir)
}

func (l *lab) requests() int { return len(l.server.Requests()) }

// env is the environment of a program: what it has set, and an empty home, so
// that nothing of this machine plays a part. Servers that are down get one retry,
// so that the examples do not take minutes.
type env map[string]string

// as is the environment of a program with a key.
func (l *lab) as(apiKey string) env {
	return env{
		"WANDB_BASE_URL": l.server.URL(), "WANDB_API_KEY": apiKey, "HOME": filepath.Join(l.dir, "home"),
		"WANDB_X_GRAPHQL_RETRY_MAX": "1", "WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01",
	}
}

func (e env) with(name, value string) env {
	e[name] = value
	return e
}

// init creates a run and returns it with its client's end, or the refusal.
func (l *lab) init(ctx context.Context, e env, opts client.RunOptions) (*client.Run, func(), error) {
	c, err := client.New(client.Options{
		Getenv: func(name string) string { return e[name] },
		Dir:    filepath.Join(l.dir, "runs"),
	})
	if err != nil {
		return nil, func() {}, err
	}
	done := func() { c.Close() }
	run, err := c.Init(ctx, opts)
	return run, done, err
}

// tryInit creates a run in entity/project and returns what came of it.
func (l *lab) tryInit(ctx context.Context, e env, entity, project string) error {
	run, done, err := l.init(ctx, e, client.RunOptions{Entity: entity, Project: project, ID: "run1"})
	defer done()
	if err != nil {
		return err
	}
	return run.Finish(ctx)
}

// under provokes while a fault is in force.
func (l *lab) under(f wandbtest.Fault, provoke func() error) error {
	h := l.server.Inject(f)
	defer h.Remove()
	return provoke()
}
