// Command bench alternates between the official client and wandgo and prints a Markdown
// table of their time, memory and traffic. Run it in the interop folder:
//
//	go run ./bench
//	go run ./bench -board # wandgo board beside leet, TensorBoard and trackio
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/interop/official"
)

func main() {
	log.SetFlags(0)
	var (
		rounds = flag.Int("rounds", 3, "how often each measurement is repeated")
		rows1  = flag.Int("rows1", 50_000, "rows with 1 metric")
		rows20 = flag.Int("rows20", 50_000, "rows with 20 metrics")
		rows5h = flag.Int("rows500", 2_000, "rows with 500 metrics")
		queued = flag.Int("queued", 100_000, "rows, of 1 metric, that Finish is timed with")
		starts = flag.Int("starts", 7, "how often the start is repeated")
		only   = flag.Bool("artifacts", false, "measure artifacts instead of rows")
		files  = flag.Int("files", 10_000, "files of the artifact with many")
		large  = flag.Int64("large", 1<<30, "size of the large file in bytes")
	)
	withMedia := flag.Bool("media", false, "measure media instead of rows")
	board := flag.Bool("board", false, "measure wandgo board and other viewers instead of rows")
	viewed := boardSizes{}
	flag.IntVar(&viewed.rows, "viewed", 1_000_000, "rows of the long runs that viewers show")
	flag.IntVar(&viewed.runs, "listed", 1000, "runs of the long list that viewers show")
	flag.DurationVar(&viewed.limit, "limit", 45*time.Second, "how long a viewer may take to show a run")
	flag.BoolVar(&viewed.alone, "alone", false, "measure wandgo board without other viewers")
	steps := flag.Int("histograms", 1000, "histograms of a million values")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *board:
		viewed.rounds = *rounds
		err = benchBoard(ctx, viewed, os.Stdout)
	case *only:
		err = printTable(ctx, func(_ *official.SDK, theirs, ours program) ([]string, error) {
			return benchArtifacts(ctx, theirs, ours, *rounds, *files, 10<<10, *large)
		})
	case *withMedia:
		err = printTable(ctx, func(sdk *official.SDK, theirs, ours program) ([]string, error) {
			packages, err := sdk.Media(ctx)
			if err != nil {
				return nil, err
			}
			return benchMedia(ctx, theirs, ours, *rounds, *steps, packages)
		})
	default:
		err = bench(ctx, sizes{*rounds, *rows1, *rows20, *rows5h, *queued, *starts})
	}
	if err != nil {
		stop()
		log.Fatal(err) //nolint:gocritic // nothing is deferred but stop
	}
}

type sizes struct{ rounds, rows1, rows20, rows500, queued, starts int }

// clients are the programs of both clients.
func clients(ctx context.Context, dir string) (sdk *official.SDK, theirs, ours program, size int64, err error) {
	if sdk, err = official.Find(ctx); err != nil {
		return nil, theirs, ours, 0, err
	}
	script, err := filepath.Abs(filepath.Join("bench", "official.py"))
	if err != nil {
		return nil, theirs, ours, 0, err
	}
	theirs = program{"official", func(ctx context.Context, dir string, args ...string) *exec.Cmd {
		return sdk.Command(ctx, dir, append([]string{script}, args...)...)
	}}
	ours, size, err = buildOurs(ctx, dir)
	return sdk, theirs, ours, size, err
}

// printTable prints the lines of a measurement.
func printTable(ctx context.Context, measure func(sdk *official.SDK, theirs, ours program) ([]string, error)) error {
	dir, err := os.MkdirTemp("", "wandgo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sdk, theirs, ours, _, err := clients(ctx, dir)
	if err != nil {
		return err
	}
	lines, err := measure(sdk, theirs, ours)
	if err != nil {
		return err
	}
	fmt.Printf("wandb %s beside wandgo, %s, %s. Medians, in brackets the range; each client against a server of its own on loopback, by turns.\n\n",
		sdk.Version, time.Now().UTC().Format(time.DateOnly), machine())
	fmt.Println("| | official | wandgo | ratio | |\n|---|---|---|---|---|")
	fmt.Println(strings.Join(lines, "\n"))
	return nil
}

func bench(ctx context.Context, n sizes) error {
	dir, err := os.MkdirTemp("", "wandgo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sdk, theirs, ours, ourSize, err := clients(ctx, dir)
	if err != nil {
		return err
	}
	theirSize, err := sdk.Size()
	if err != nil {
		return err
	}

	began := time.Now()
	m := &measurer{ctx: ctx, theirs: theirs, ours: ours}
	table := &table{}
	start := m.both(load{"online", 1, 1}, n.starts)
	table.add(start, "process start to run created", "ms", lower, func(s sample) float64 { return s.start * 1e3 })
	table.add(start, "Init alone", "ms", lower, func(s sample) float64 { return s.init * 1e3 })
	table.add(start, "requests until the run is created", "", lower, func(s sample) float64 { return s.before })
	table.add(start, "requests of a run with one row", "", lower, func(s sample) float64 { return s.requests })
	for _, l := range []load{{"online", 1, n.rows1}, {"online", 20, n.rows20}, {"online", 500, n.rows500}} {
		pair := m.both(l, n.rounds)
		pair.plain = m.one(ours, load{"plain", l.metrics, l.rows}, n.rounds)
		rows := float64(l.rows)
		name := fmt.Sprintf("%d metrics: ", l.metrics)
		if l.metrics == 1 {
			name = "1 metric: "
		}
		table.add(pair, name+"rows/s accepted by Log", "", higher, func(s sample) float64 { return rows / s.log })
		table.add(pair, name+"rows/s stored", "", higher, func(s sample) float64 { return rows / s.total() })
		table.add(pair, name+"CPU per row", "µs", lower, func(s sample) float64 { return s.cpu / rows * 1e6 })
		table.add(pair, name+"bytes on the wire per row", "", lower, func(s sample) float64 { return s.wire / rows })
		table.add(pair, name+"peak memory of all processes", "MB", lower, func(s sample) float64 { return s.memory / 1e6 })
	}
	finish := m.both(load{"online", 1, n.queued}, n.rounds)
	table.add(finish, fmt.Sprintf("Finish after %d rows", n.queued), "ms", lower, func(s sample) float64 { return s.finish * 1e3 })
	table.add(finish, fmt.Sprintf("Log and Finish of %d rows", n.queued), "ms", lower, func(s sample) float64 { return s.total() * 1e3 })
	offline := m.both(load{"offline", 20, n.rows20}, n.rounds)
	rows := float64(n.rows20)
	table.add(offline, "offline, 20 metrics: rows/s kept", "", higher, func(s sample) float64 { return rows / s.total() })
	table.add(offline, "offline, 20 metrics: CPU per row", "µs", lower, func(s sample) float64 { return s.cpu / rows * 1e6 })
	table.add(offline, "offline, 20 metrics: bytes on disk per row", "", lower, func(s sample) float64 { return s.disk / rows })
	table.add(offline, "offline, 20 metrics: peak memory", "MB", lower, func(s sample) float64 { return s.memory / 1e6 })
	if m.err != nil {
		return m.err
	}
	table.lines = append(table.lines, fmt.Sprintf("| installation (official: with what it depends on, without Python) | %.1f MB | %.1f MB | %.1f× smaller | |",
		float64(theirSize)/1e6, float64(ourSize)/1e6, float64(theirSize)/float64(ourSize)))

	fmt.Printf("wandb %s beside wandgo, %s, %s. Medians, in brackets the range; each client against a server of its own in memory, on loopback, by turns; %.0f s in all.\n\n",
		sdk.Version, time.Now().UTC().Format(time.DateOnly), machine(), time.Since(began).Seconds())
	fmt.Println("| | official | wandgo | ratio | plain program (share of it) |\n|---|---|---|---|---|")
	fmt.Println(strings.Join(table.lines, "\n"))
	return nil
}

// machine describes the machine of the measurement.
func machine() string {
	model := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(text), "model name"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
		}
	}
	return fmt.Sprintf("%s/%s, %d cores (%s), %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), model, runtime.Version())
}

// measurer stores the first error, so that the measurements stay a plain list.
type measurer struct {
	ctx          context.Context
	theirs, ours program
	err          error
}

// pair holds both clients' samples of one load.
type pair struct{ theirs, ours, plain []sample }

// both alternates between the clients, so that noise affects both.
func (m *measurer) both(l load, rounds int) pair {
	var p pair
	for range rounds {
		p.theirs = append(p.theirs, m.one(m.theirs, l, 1)...)
		p.ours = append(p.ours, m.one(m.ours, l, 1)...)
	}
	return p
}

func (m *measurer) one(p program, l load, rounds int) []sample {
	var samples []sample
	for range rounds {
		if m.err != nil {
			return nil
		}
		s, err := measure(m.ctx, p, l)
		if err != nil {
			m.err = err
			return nil
		}
		fmt.Fprintf(os.Stderr, "%-8s %-7s %3d metrics %6d rows: start %.3f init %.3f log %.3f finish %.3f cpu %.3f s, %.0f MB, %.0f requests, %.1f MB sent\n",
			p.name, l.mode, l.metrics, l.rows, s.start, s.init, s.log, s.finish, s.cpu, s.memory/1e6, s.requests, s.wire/1e6)
		samples = append(samples, s)
	}
	return samples
}

// better tells whether lower or higher values are better.
type better bool

const (
	lower  better = false
	higher better = true
)

type table struct{ lines []string }

func (t *table) add(p pair, what, unit string, b better, figure func(sample) float64) {
	if len(p.theirs) == 0 || len(p.ours) == 0 {
		return // measuring failed; the error is reported
	}
	theirs, ours := figures(p.theirs, figure), figures(p.ours, figure)
	ratio := median(theirs) / median(ours)
	if b == higher {
		ratio = 1 / ratio
	}
	plain := ""
	if len(p.plain) > 0 {
		f := figures(p.plain, figure)
		share := median(f) / median(ours)
		if b == higher {
			share = 1 / share
		}
		plain = fmt.Sprintf("%s (%.0f %%)", shown(f, unit), 100*share)
	}
	t.lines = append(t.lines, fmt.Sprintf("| %s | %s | %s | %.1f× | %s |", what, shown(theirs, unit), shown(ours, unit), ratio, plain))
}

func figures(samples []sample, figure func(sample) float64) []float64 {
	list := make([]float64, len(samples))
	for i, s := range samples {
		list[i] = figure(s)
	}
	slices.Sort(list)
	return list
}

func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

func shown(sorted []float64, unit string) string {
	text := number(median(sorted))
	if unit != "" {
		text += " " + unit
	}
	if first, last := sorted[0], sorted[len(sorted)-1]; first != last {
		text += fmt.Sprintf(" (%s–%s)", number(first), number(last))
	}
	return text
}

func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v == float64(int(v)):
		return strconv.Itoa(int(v))
	default:
		return fmt.Sprintf("%.3g", v)
	}
}
