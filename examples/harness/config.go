package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// The values of -refused.
const (
	offline = "offline" // train, with the data on disk
	stop    = "stop"    // do not train
)

// config holds the flags.
type config struct {
	entities      []string // in order of preference; "" is the account's default
	ownTeam       bool
	project       string
	refused       string
	dir           string
	environDir    string // WANDB_DIR, used without -dir
	initTimeout   time.Duration
	finishTimeout time.Duration
	pace          time.Duration
	resume        bool
	every         int // epochs between two checkpoints
	panicAt       int // the epoch that panics, or 0
	verbose       bool
	sync          bool
	scenario      *scenario
	training      penguins.Options
}

// errHelp means that the usage was requested and printed.
var errHelp = errors.New("help")

// parse reads the flags. The flags of a scenario come first, so the given ones override
// them.
func parse(args []string, getenv func(string) string, out io.Writer) (*config, error) {
	if getenv == nil {
		getenv = os.Getenv
	}
	cfg, err := parseOnce(args, getenv, out)
	if err != nil || cfg.scenario == nil {
		return cfg, err
	}
	return parseOnce(slices.Concat(cfg.scenario.args, args), getenv, out)
}

func parseOnce(args []string, getenv func(string) string, out io.Writer) (*config, error) {
	cfg := &config{training: penguins.Defaults(), refused: cmp.Or(getenv("HARNESS_REFUSED"), offline), environDir: getenv("WANDB_DIR")}
	flags := flag.NewFlagSet("harness", flag.ContinueOnError)
	flags.SetOutput(out)
	entity := flags.String("entity", getenv("WANDB_ENTITY"), "preferred team or user; the account's default if empty (WANDB_ENTITY)")
	fallback := flags.String("fallback", getenv("HARNESS_FALLBACK"), "comma-separated entities to try next (HARNESS_FALLBACK)")
	flags.BoolVar(&cfg.ownTeam, "own-team", false, "then try the account's own teams")
	flags.StringVar(&cfg.project, "project", cmp.Or(getenv("WANDB_PROJECT"), "wandgo-harness"), "project (WANDB_PROJECT)")
	flags.Func("refused", "if no entity accepts the run: offline (train, with the data on disk) or stop (HARNESS_REFUSED)", func(text string) error {
		cfg.refused = text
		return checkRefused(text)
	})
	flags.StringVar(&cfg.dir, "dir", "", "directory of runs and checkpoints; the working directory if empty (WANDB_DIR)")
	flags.DurationVar(&cfg.initTimeout, "init-timeout", 30*time.Second, "time limit for creating the run")
	flags.DurationVar(&cfg.finishTimeout, "finish-timeout", time.Minute, "time limit for the final upload")
	flags.DurationVar(&cfg.pace, "pace", 0, "pause after each epoch, to have time to press Ctrl-C")
	flags.BoolVar(&cfg.sync, "sync", false, "at the end, try again to upload a run that is only on disk")
	flags.BoolVar(&cfg.resume, "resume", false, "resume the last run if it did not finish; give it at the first start, too, as a batch system does")
	flags.IntVar(&cfg.every, "checkpoint-every", 10, "epochs between two checkpoints")
	flags.IntVar(&cfg.panicAt, "panic-at", 0, "panic in this epoch; never if 0")
	flags.BoolVar(&cfg.verbose, "v", false, "print the client's log")
	flags.IntVar(&cfg.training.Epochs, "epochs", cfg.training.Epochs, "passes over the training data")
	flags.Float64Var(&cfg.training.LearningRate, "lr", cfg.training.LearningRate, "initial learning rate")
	flags.Uint64Var(&cfg.training.Seed, "seed", cfg.training.Seed, "seed")
	flags.Func("scenario", "run against a simulated server; see below", func(name string) (err error) {
		cfg.scenario, err = findScenario(name)
		return err
	})
	flags.Usage = func() {
		fmt.Fprintln(out, "usage: harness [flags]")
		flags.PrintDefaults()
		fmt.Fprintln(out, "\nThe scenarios:")
		for _, s := range scenarios() {
			fmt.Fprintf(out, "  %-11s %s\n", s.name, s.story)
		}
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, err
	}
	if cfg.every < 1 {
		err := errors.New("-checkpoint-every must be at least 1")
		fmt.Fprintln(out, err)
		return nil, err
	}
	if err := checkRefused(cfg.refused); err != nil {
		fmt.Fprintln(out, "HARNESS_REFUSED", err)
		return nil, err
	}
	cfg.entities = []string{*entity}
	for name := range strings.SplitSeq(*fallback, ",") {
		if name = strings.TrimSpace(name); name != "" {
			cfg.entities = append(cfg.entities, name)
		}
	}
	return cfg, nil
}

func checkRefused(text string) error {
	if text != offline && text != stop {
		return fmt.Errorf("must be %s or %s, not %q", offline, stop, text)
	}
	return nil
}
