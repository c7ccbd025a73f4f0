package client_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// world starts a server for an example. Alice is a member of the team acme and
// not of the team globex; dir is for runs that go on without the server.
func world() (srv *wandbtest.Server, dir string, done func()) {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		panic(err)
	}
	dir, err = os.MkdirTemp("", "wandgo-example-")
	if err != nil {
		panic(err)
	}
	return srv, dir, func() {
		srv.Close()
		os.RemoveAll(dir)
	}
}

// aliceAt returns a client of the server with alice's key.
func aliceAt(srv *wandbtest.Server, dir string) *client.Client {
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: alone})
	if err != nil {
		panic(err)
	}
	return c
}

// Train, and let the server know.
func Example() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{
		Entity: "acme", Project: "vision", ID: "run1", Config: map[string]any{"lr": 0.1},
	})
	if err != nil {
		fmt.Println(errors.Explain(err))
		return
	}
	for step := range 4 {
		if err := run.Log(map[string]any{"loss": 1 / float64(step+1)}); err != nil {
			fmt.Println(err)
		}
	}
	if err := run.Finish(ctx); err != nil {
		fmt.Println(errors.Explain(err))
	}

	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State, stored.Config["lr"], len(stored.History()), stored.Summary["loss"])
	// Output: finished 0.1 4 0.25
}

// With the package's own Init everything comes from the environment: the server,
// the key, and whatever the options leave out.
func ExampleInit() {
	srv, dir, done := world()
	defer done()
	for name, value := range map[string]string{
		"WANDB_BASE_URL": srv.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_DIR": dir,
		"WANDB_ENTITY": "acme", "WANDB_PROJECT": "vision",
	} {
		defer restore(name)()
		os.Setenv(name, value)
	}

	ctx := context.Background()
	run, err := client.Init(ctx, client.RunOptions{ID: "run1", Mode: "online"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run)
	fmt.Println(run.URL() == srv.URL()+"/acme/vision/runs/run1")
	fmt.Println(run.Finish(ctx))
	// Output:
	// run acme/vision/run1
	// true
	// <nil>
}

// restore returns a function that sets a variable back to what it is now.
func restore(name string) func() {
	before, set := os.LookupEnv(name)
	return func() {
		if set {
			os.Setenv(name, before)
		} else {
			os.Unsetenv(name)
		}
	}
}

// Options left at their zero value come from the environment. A client makes no
// request until it is used, and never shows its key.
func ExampleNew() {
	c, err := client.New(client.Options{
		BaseURL: "https://wandb.example.com/",
		APIKey:  "notakey000000000000000000000000000000000",
		Getenv:  func(string) string { return "" }, // nothing from the environment
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(c)

	_, err = client.New(client.Options{BaseURL: "wandb.example.com:8080", Getenv: func(string) string { return "" }})
	fmt.Println(errors.Is(err, errors.ErrInvalidInput))
	// Output:
	// wandb client of https://wandb.example.com (key from Options.APIKey)
	// true
}

// A refusal names its cause; the server itself said "permission denied" and no
// more.
func ExampleClient_Init() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	_, err := c.Init(context.Background(), client.RunOptions{Entity: "globex", Project: "new"})
	switch {
	case errors.Is(err, errors.ErrNotTeamMember):
		fmt.Println(err)
	case errors.Is(err, errors.ErrPermissionDenied):
		fmt.Println("some other refusal:", err)
	}

	refused, _ := errors.AsType[*errors.PermissionError](err)
	fmt.Println(refused.Confidence, refused.StatusCode, refused.Viewer.Username, refused.Viewer.Teams)
	// Output:
	// create run globex/new: user "alice" is not a member of team "globex" (HTTP 403 permission denied; key from Options.APIKey)
	// certain 403 alice [alice acme]
}

// Ask before the work begins. Check creates nothing.
func ExampleClient_Check() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	for _, entity := range []string{"globex", "acme"} {
		access, err := c.Check(context.Background(), entity, "vision")
		if err != nil {
			fmt.Println(err) // no answer; not a refusal
			return
		}
		fmt.Println(entity, access.Decision)
		if cause := access.Cause(); cause != nil {
			fmt.Println(" ", cause)
		}
	}
	// Output:
	// globex denied
	//   you are not a member of this team
	// acme allowed
}

// A program that only reads needs no right to create runs.
func ExampleClient_CheckAccess() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	access, err := c.CheckAccess(context.Background(), client.AccessRequest{
		Entity: "acme", Project: "no-such-project",
		Action: errors.ActionRead, Resource: errors.ResourceProject,
	})
	if err != nil {
		fmt.Println(err) // no answer; not a refusal
		return
	}
	fmt.Println(access.Decision, access.Action, access.Resource)
	fmt.Println(access.Cause())
	// Output:
	// denied read project
	// the project does not exist or is hidden from you
}

// Whose key is this?
func ExampleClient_Viewer() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	viewer, err := c.Viewer(context.Background())
	fmt.Println(viewer.Username, viewer.DefaultEntity, viewer.Teams, err)

	srv.RevokeKey(wandbtest.AliceKey)
	_, err = c.Viewer(context.Background())
	fmt.Println(errors.Is(err, errors.ErrBadAPIKey))
	// Output:
	// alice acme [alice acme] <nil>
	// true
}

// Values may be numbers of any kind, text, nested maps and more. Each call makes
// one row of the history, and the last value of each metric is the summary's.
func ExampleRun_Log() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for epoch := range 3 {
		row := map[string]any{"epoch": epoch, "loss": 1 / float64(1+epoch), "val": map[string]any{"accuracy": 0.5 + 0.1*float64(epoch)}}
		if err := run.Log(row); err != nil {
			fmt.Println(err)
		}
	}
	best, _ := run.Summary("val", "accuracy")
	fmt.Println("last accuracy:", best)
	fmt.Println(run.Finish(ctx))
	fmt.Println(errors.Is(run.Log(map[string]any{"loss": 0}), errors.ErrRunFinished))

	stored, _ := srv.Run("acme", "vision", "run1")
	for _, row := range stored.History() {
		fmt.Printf("step %v: epoch %v, loss %.2f\n", row["_step"], row["epoch"], row["loss"])
	}
	// Output:
	// last accuracy: 0.7
	// <nil>
	// true
	// step 0: epoch 0, loss 1.00
	// step 1: epoch 1, loss 0.50
	// step 2: epoch 2, loss 0.33
}

// Finish may be called any number of times, so a deferred call can stand beside
// the one whose error counts.
func ExampleRun_Finish() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer run.Finish(ctx)

	fmt.Println(run.Finish(ctx))
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State)
	// Output:
	// <nil>
	// finished
}

// A training that ended badly tells the server so.
func ExampleRun_FinishWithCode() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.FinishWithCode(ctx, 3))
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State, *stored.ExitCode)
	// Output:
	// <nil>
	// failed 3
}

// A training program need not die of a refusal: the run goes on, and its data is
// on disk.
func ExampleGoOfflineOnRefusal() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{
		Entity: "globex", Project: "new", ID: "run1",
		OnRefused: client.GoOfflineOnRefusal,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("online:", run.Err() == nil)
	fmt.Println("why:", errors.Code(run.Err()))
	if err := run.Log(map[string]any{"loss": 0.5}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(run.Finish(ctx))

	logs, err := filepath.Glob(filepath.Join(run.Dir(), "*.wandb"))
	fmt.Println(len(logs) > 0, err)
	// Output:
	// online: false
	// why: not_team_member
	// <nil>
	// true <nil>
}

// OnRefused sees the diagnosis, and can decide by the cause: here a missing right
// ends the program, and a server that is down does not.
func ExampleRunOptions_onRefused() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	onRefused := func(err error) client.Reaction {
		if errors.Is(err, errors.ErrPermissionDenied) {
			return client.Fail
		}
		return client.GoOffline
	}
	_, err := c.Init(context.Background(), client.RunOptions{Entity: "globex", Project: "new", OnRefused: onRefused})
	fmt.Println(errors.Code(err))
	// Output: not_team_member
}

// Parts of a program that know the step by themselves fill one row together, and
// steps may have gaps. Steps only grow.
func ExampleRun_LogAt() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		run.LogAt(100, map[string]any{"loss": 0.5}),
		run.LogAt(100, map[string]any{"accuracy": 0.8}), // the same row
		run.LogAt(200, map[string]any{"loss": 0.25}),
	)
	fmt.Println(err)
	fmt.Println(errors.Is(run.LogAt(150, map[string]any{"loss": 0.3}), errors.ErrStepInPast))
	fmt.Println(run.Finish(ctx))

	stored, _ := srv.Run("acme", "vision", "run1")
	for _, row := range stored.History() {
		fmt.Println(row["_step"], row["loss"], row["accuracy"])
	}
	// Output:
	// <nil>
	// true
	// <nil>
	// 100 0.5 0.8
	// 200 0.25 <nil>
}

// One row can be filled in several places; Commit, Log or Finish closes it.
func ExampleRun_LogPartial() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		run.LogPartial(map[string]any{"loss": 0.5}),
		run.LogPartial(map[string]any{"lr": 0.1}),
		run.Commit(),
		run.Finish(ctx),
	)
	fmt.Println(err)

	stored, _ := srv.Run("acme", "vision", "run1")
	row := stored.History()[0]
	fmt.Println(len(stored.History()), row["loss"], row["lr"])
	// Output:
	// <nil>
	// 1 0.5 0.1
}
