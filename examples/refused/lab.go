package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// lab is the server that refuses, with its clients.
type lab struct {
	server *wandbtest.Server
	dir    string // for the runs
	others int    // requests to servers of single cases
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

func (l *lab) requests() int { return len(l.server.Requests()) + l.others }

// env is the environment of a program. It has an empty home, so that no setting of this
// machine matters, and one retry, so that an outage does not take minutes.
type env map[string]string

// as returns the environment of a program with a key.
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

// init creates a run. The function that it returns closes the client.
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

// tryInit creates and finishes a run in entity/project.
func (l *lab) tryInit(ctx context.Context, e env, entity, project string) error {
	run, done, err := l.init(ctx, e, client.RunOptions{Entity: entity, Project: project, ID: "run1"})
	defer done()
	if err != nil {
		return err
	}
	return run.Finish(ctx)
}

// stating calls provoke with a server that names the reasons of its refusals.
func (l *lab) stating(provoke func(*lab) error) error {
	server, err := wandbtest.Start(world(), wandbtest.WithPolicy(wandbtest.Policy{StatesReasons: true}))
	if err != nil {
		return err
	}
	defer server.Close()
	defer func() { l.others += len(server.Requests()) }()
	return provoke(&lab{server: server, dir: l.dir})
}

// under calls provoke while the server has a fault.
func (l *lab) under(f wandbtest.Fault, provoke func() error) error {
	h := l.server.Inject(f)
	defer h.Remove()
	return provoke()
}
