package wandbtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/wandbtest"
)

// solo starts a server for an example, in which alice is a member of the team acme.
func solo(opts ...wandbtest.Option) *wandbtest.Server {
	srv, err := wandbtest.Start(wandbtest.Solo(), opts...)
	if err != nil {
		panic(err)
	}
	return srv
}

// A role can change while your code runs, and the refusal follows from it.
func ExampleServer_SetRole() {
	srv := solo()
	defer srv.Close()
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	fmt.Println(srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	// Output:
	// <nil>
	// <nil>
	// HTTP 403
}

// A key that is revoked is one the server never heard of.
func ExampleServer_RevokeKey() {
	srv := solo()
	defer srv.Close()
	fmt.Println(srv.RevokeKey(wandbtest.AliceKey))
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	// Output:
	// <nil>
	// HTTP 401
}

// The whole world can change under your code: who is in which team, and what the teams
// and projects allow.
func ExampleServer_change() {
	srv := solo()
	defer srv.Close()
	try := func(what string, change error) {
		fmt.Printf("%s: %v\n", what, errors.Join(change, train(srv.URL(), wandbtest.AliceKey, "acme")))
	}
	try("frozen", srv.SetFrozen("acme", true))
	try("thawed", srv.SetFrozen("acme", false))
	try("out of the team", srv.RemoveMember("acme", "alice"))
	try("in again", srv.AddMember("acme", wandbtest.TeamMember{Username: "alice"}))
	// Output:
	// frozen: HTTP 403
	// thawed: <nil>
	// out of the team: HTTP 404
	// in again: <nil>
}

// Somebody presses Stop on the run's page: the server says so in its next answer to
// the run's upload.
func ExampleServer_StopRun() {
	srv := solo()
	defer srv.Close()
	if err := train(srv.URL(), wandbtest.AliceKey, "acme"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(srv.StopRun("acme", "digits", "run1"))
	run, _ := srv.Run("acme", "digits", "run1")
	fmt.Println(run.Stopped)
	// Output:
	// <nil>
	// true
}

// A run that is deleted burns its id.
func ExampleServer_DeleteRun() {
	srv := solo()
	defer srv.Close()
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	fmt.Println(srv.DeleteRun("acme", "digits", "run1"))
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	// Output:
	// <nil>
	// <nil>
	// HTTP 409
}

// A test waits for what it is about, and does not sleep.
func ExampleServer_WaitRun() {
	srv := solo()
	defer srv.Close()
	trained := make(chan error, 1)
	go func() { trained <- train(srv.URL(), wandbtest.AliceKey, "acme") }()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	run, err := srv.WaitRun(ctx, "acme", "digits", "run1", func(v wandbtest.RunView) bool { return len(v.HistoryLines) == 2 })
	fmt.Println(len(run.History()), err, <-trained)
	// Output: 2 <nil> <nil>
}

// What your code sent can be looked at, request by request.
func ExampleServer_WaitRequests() {
	srv := solo()
	defer srv.Close()
	if err := train(srv.URL(), wandbtest.AliceKey, "acme"); err != nil {
		fmt.Println(err)
	}
	requests, err := srv.WaitRequests(context.Background(), 1, func(r wandbtest.Request) bool { return r.Operation == "file_stream" })
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range requests {
		fmt.Println(r.Method, r.Path, r.Status)
	}
	// Output: POST /files/acme/digits/run1/file_stream 200
}
