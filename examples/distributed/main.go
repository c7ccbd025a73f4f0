// Distributed trains one model in several processes that write one W&B run. Each process
// has a share of the data, adds its gradients to the others', and logs its own rows,
// console lines and system metrics.
//
//	go run ./examples/distributed -n 4
//	go run ./examples/distributed -n 4 -fail 2     rank 2 dies halfway, the others continue
//
// The program starts itself n times with the variables that torchrun sets (RANK,
// WORLD_SIZE, MASTER_ADDR, MASTER_PORT), so the training code is the same as under a real
// launcher. Rank 0 is the run's primary process, and its exit code is the run's. Without an
// API key the processes log to a W&B server in the launcher. After Ctrl-C all processes stop
// at the same epoch and upload their data. The exit code is 0 if every process finished and
// the server has its data, and 1 otherwise.
//
// With WANDB_SWEEP_ID the program is an agent of that sweep instead, and each trial trains in one
// process. agents.yaml starts agents on Kubernetes, and agents.sbatch on Slurm.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const project = "wandgo-distributed"

func main() {
	environ := os.Environ()
	if variable(environ, "RANK") != "" {
		os.Exit(work(context.Background(), os.Args[1:], environ, os.Stdout)) // the run handles the signals
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if variable(environ, "WANDB_SWEEP_ID") != "" {
		os.Exit(agent(ctx, environ, os.Stdout)) // batch systems may send a signal twice
	}
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills the program
	os.Exit(launch(ctx, os.Args[1:], environ, os.Stdout))
}

// flags are those of the launcher, which passes them to the workers.
type flags struct {
	processes, epochs, fail int
	rate                    float64
}

// parse reads the arguments. code is the exit code if there is an error.
func parse(args []string, out io.Writer) (f flags, code int, err error) {
	set := flag.NewFlagSet("distributed", flag.ContinueOnError)
	set.SetOutput(out)
	set.IntVar(&f.processes, "n", 4, "processes")
	set.IntVar(&f.epochs, "epochs", 40, "passes over the training data")
	set.Float64Var(&f.rate, "lr", 1, "learning rate")
	set.IntVar(&f.fail, "fail", -1, "the rank that dies halfway; none if negative")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return f, 0, err
		}
		return f, 2, err
	}
	if f.processes < 1 || f.processes > 64 || f.epochs < 1 {
		err := errors.New("-n must be 1 to 64, and -epochs at least 1")
		fmt.Fprintln(out, err)
		return f, 2, err
	}
	return f, 0, nil
}

// variable returns the value of an environment variable. The last one wins.
func variable(environ []string, name string) string {
	value := ""
	for _, v := range environ {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			value = text
		}
	}
	return value
}
