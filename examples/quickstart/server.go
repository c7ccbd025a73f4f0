package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/internal/version"
	"github.com/wandgo/wandgo/wandbtest"
)

// server is the server that the run is logged to.
type server struct {
	client *client.Client
	// local is the server in this process; nil if the run goes to W&B.
	local *wandbtest.Server
	// dir is the temporary directory of a local server's run.
	dir string
	// stopPages stops reading the run for the pages of a local server.
	stopPages func()
	// entity and mode are "" if the environment and the server decide. The mode is offline
	// if the server did not accept the key.
	entity string
	mode   client.Mode
	// about and account describe it.
	about, account string
}

// connect uses the configured W&B server if there is a key, and otherwise starts one in
// the process. It fails only if a setting is invalid.
func connect(ctx context.Context, getenv func(string) string, out io.Writer) (*server, error) {
	c, err := client.New(client.Options{InitTimeout: 10 * time.Second, Getenv: getenv, Output: out})
	if err != nil {
		return nil, err
	}
	s := &server{client: c, about: c.BaseURL()}
	if getenv == nil {
		getenv = os.Getenv
	}
	if mode := getenv("WANDB_MODE"); mode == "offline" || mode == "disabled" {
		s.about, s.account = "none, because WANDB_MODE is "+mode, "not needed"
		return s, nil
	}
	viewer, err := c.Viewer(ctx)
	switch {
	case err == nil:
		s.account = viewer.Username
	case errors.Is(err, errors.ErrNoAPIKey):
		s.close()
		return startLocal(ctx, getenv, out)
	default:
		fmt.Fprintf(out, "%s\n\n", errors.Explain(err))
		s.mode, s.about, s.account = client.ModeOffline, "none; "+c.BaseURL()+" rejected the key", "unknown"
		if !errors.Is(err, errors.ErrPermissionDenied) {
			s.about = "none; " + c.BaseURL() + " is not available"
		}
	}
	return s, nil
}

// startLocal starts a W&B server in this process. Its client reads only the terminal
// settings from the environment, so that no other setting sends the run elsewhere.
func startLocal(ctx context.Context, getenv func(string) string, out io.Writer) (*server, error) {
	dir, err := os.MkdirTemp("", "wandgo-quickstart-")
	if err != nil {
		return nil, err
	}
	s := &server{
		dir: dir, entity: "acme",
		about:   "in this process (no API key was found), until the program ends",
		account: "alice (demo account)",
	}
	runs := runstore.Open([]string{dir}, runstore.Options{})
	pages := dashboard.New(runs, dashboard.Options{Version: version.Module(), Mode: "serve"})
	s.stopPages = watch(context.WithoutCancel(ctx), runs) // until the server is closed
	if s.local, err = wandbtest.Start(wandbtest.Solo(), wandbtest.WithPages(pages)); err != nil {
		s.close()
		return nil, err
	}
	s.client, err = client.New(client.Options{
		BaseURL: s.local.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: out,
		Getenv: func(name string) string {
			switch name {
			case "NO_COLOR", "TERM", "WANDB_SILENT", "WANDB_QUIET":
				return getenv(name)
			}
			return ""
		},
	})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// watch reads the runs for the pages until stop is called.
func watch(ctx context.Context, runs *runstore.Store) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		runs.Watch(ctx)
	}()
	return func() {
		cancel()
		<-done
		runs.Close()
	}
}

// linger keeps a local server running until the user presses Ctrl-C, if there is a user to
// look at its pages.
func (s *server) linger(ctx context.Context, out io.Writer) {
	if s.local == nil || !s.client.Interactive() {
		return
	}
	fmt.Fprintf(out, "\nOpen the link above to look at the run. Press Ctrl-C to stop the server.\n")
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
}

func (s *server) close() {
	if s.client != nil {
		s.client.Close()
	}
	if s.local != nil {
		s.local.Close()
	}
	if s.stopPages != nil {
		s.stopPages()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}
