// Command interview asks a W&B server ten questions that W&B does not document: which
// status a View-only member gets, whether a hidden project looks like a missing one,
// and so on. It needs the keys of two accounts. The fake server is modelled on the
// answers.
//
//	OTHER_KEY=... go run ./internal/rig/interview -second-key-env OTHER_KEY -entity acme
//
// The first account is that of the environment, as for wandgo doctor. The more
// targets the flags name, the more questions are asked. Without -write it creates
// nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Getenv, settings.Env{}, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "interview:", err)
		os.Exit(1)
	}
}

// run asks the questions and prints the answers.
func run(ctx context.Context, args []string, getenv func(string) string, env settings.Env, out io.Writer) error {
	set := flag.NewFlagSet("interview", flag.ContinueOnError)
	var t targets
	entity := set.String("entity", "", "an entity of the first account, to which the second does not belong")
	project := set.String("project", "", "an existing project of the entity")
	variable := set.String("second-key-env", "", "the `variable` that holds the key of the second account")
	timeout := set.Duration("timeout", time.Minute, "total time to wait for the server")
	set.StringVar(&t.missing, "missing-entity", "", "an entity that does not exist (default: a made-up name)")
	set.StringVar(&t.hidden, "hidden-entity", "", "a team that is hidden from the second account")
	set.StringVar(&t.viewOnly, "view-only-entity", "", "a team in which the second account is View-only")
	set.StringVar(&t.restricted, "restricted-project", "", "an `entity/project` to which the second account is not invited")
	set.BoolVar(&t.write, "write", false, "also try to create runs with the second key, which should be refused")
	if err := set.Parse(args); err != nil {
		return err
	}
	second := secret.New(getenv(*variable))
	if second.Empty() {
		return errors.New("-second-key-env must name a variable that holds the key of the second account")
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	x := &doctor.Checkup{Options: doctor.Options{
		Env: env, Client: client.Options{Getenv: getenv}, Entity: *entity, Project: *project,
	}}
	x.Run(ctx)
	if x.Reached == nil || !*x.Reached {
		return fmt.Errorf("reach the server: %w", x.Err)
	}
	questions, err := ask(ctx, x, second, t)
	if err != nil {
		return err
	}
	redact := x.Redactor("", second)
	for _, q := range questions {
		q.write(out, redact.Text)
	}
	return ctx.Err()
}
