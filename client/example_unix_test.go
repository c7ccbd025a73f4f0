//go:build unix

package client_test

import (
	"context"
	"fmt"
	"os"
	"syscall"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// A signal ends the training and not the program: what was logged is uploaded, and the
// exit code is the usual one. Another signal after a second would kill.
func ExampleRun_NotifyContext() {
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
	training, stop := run.NotifyContext(ctx)
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil { // as a batch system does
		fmt.Println(err)
	}
	<-training.Done() // the training loop ends

	code := 0
	cause := context.Cause(training)
	if e, ok := errors.AsType[*client.InterruptedError](cause); ok {
		code = e.ExitCode()
	}
	fmt.Println(cause)
	fmt.Println(run.FinishWithCode(ctx, code))
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State, *stored.ExitCode)
	// Output:
	// the program was stopped by SIGTERM
	// <nil>
	// failed 143
}
