package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal kills the program, in case it hangs after the first.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], environment{}, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
