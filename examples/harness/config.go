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

// What to do when no entity takes the run.
const (
	offline = "offline" // train, and keep the data on disk
	stop    = "stop"    // do not train
)

// config is what the harness was started with.
type config struct {
	entities      []string // in the order of preference; "" is the account's default
	ownTeam       bool
	project       string
	refused       string
	dir           string
	environDir    string // WANDB_DIR, where there is no -dir
	initTimeout   time.Duration
	finishTimeout time.Duration
	pace          time.Duration
	resume        bool
	every         int // epochs between two checkpoints
	panicAt       int // the epoch that panics, 0 for none
	verbose       bool
	sync          bool
	scenario      *scenario
	training      penguins.Options
}

// errHelp says that the usage was asked for, and printed.
var errHelp = errors.New("help")

// parse reads the flags; the flags of a scenario come before those given, which
// therefore win.
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
	fallback := flags.String("fallback", getenv("HARNESS_FALLBACK"), "entities to try after it, separated by commas (HARNESS_FALLBACK)")
	flags.BoolVar(&cfg.ownTeam, "own-team", false, "then try the account's own teams")
	flags.StringVar(&cfg.project, "project", cmp.Or(getenv("WANDB_PROJECT"), "wandgo-harness"), "project (WANDB_PROJECT)")
	flags.Func("refused", "when no entity takes the run: offline (train, keep the data) or stop (HARNESS_REFUSED)", func(text string) error {
		cfg.refused = text
		return checkRefused(text)
	})
	flags.StringVar(&cfg.dir, "dir", "", "where to keep runs and checkpoints; the working directory if empty (WANDB_DIR)")
	flags.DurationVar(&cfg.initTimeout, "init-timeout", 30*time.Second, "how long to wait for the server at the start")
	flags.DurationVar(&cfg.finishTimeout, "finish-timeout", time.Minute, "how long to wait for the upload at the end")
	flags.DurationVar(&cfg.pace, "pace", 0, "pause after each epoch, to have time to press Ctrl-C")
	flags.BoolVar(&cfg.sync, "sync", false, "at the end, try once more to upload a run that is on disk only")
	flags.BoolVar(&cfg.resume, "resume", false, "go on with the last run that did not end well, if there is one")
	flags.IntVar(&cfg.every, "checkpoint-every", 10, "epochs between two checkpoints")
	flags.IntVar(&cfg.panicAt, "panic-at", 0, "panic in this epoch, to see what becomes of the run; never if 0")
	flags.BoolVar(&cfg.verbose, "v", false, "show what the client logs")
	flags.IntVar(&cfg.training.Epochs, "epochs", cfg.training.Epochs, "passes over the training data")
	flags.Float64Var(&cfg.training.LearningRate, "lr", cfg.training.LearningRate, "learning rate at the start")
	flags.Uint64Var(&cfg.training.Seed, "seed", cfg.training.Seed, "seed")
	flags.Func("scenario", "play against a server in this process; see below", func(name string) (err error) {
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
