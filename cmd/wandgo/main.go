package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once, should it hang at the first.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], environment{}, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
