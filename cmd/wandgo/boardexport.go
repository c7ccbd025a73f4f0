package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/syncrun"
	"github.com/wandgo/wandgo/internal/version"
)

// maxExported bounds the runs of a report.
const maxExported = 50

// runBoardExport writes runs as one file.
func runBoardExport(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	file := set.String("o", "report.html", "")
	paths, err := a.parsePaths(c, set, args)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usageError(c, "export: name at least one run")
	}
	dirs, err := a.boardDirs(paths)
	if err == nil {
		_, err = syncrun.Find(dirs...)
	}
	if err != nil {
		return err
	}
	store := runstore.Open(dirs, runstore.Options{Staging: rundir.Staging(a.env.get, a.env.home())})
	defer store.Close()
	store.Refresh(ctx)
	runs := store.Runs()
	if len(runs) > maxExported {
		return usageError(c, "export: there are %d runs; a report has at most %d", len(runs), maxExported)
	}
	slices.SortFunc(runs, func(x, y *runstore.Run) int {
		return cmp.Or(x.Info().Started.Compare(y.Info().Started), cmp.Compare(x.Key(), y.Key()))
	})
	var page bytes.Buffer
	board := dashboard.New(store, dashboard.Options{Version: version.Module(), Mode: "export"})
	left, err := board.Export(ctx, &page, runs)
	if err != nil {
		if ctx.Err() != nil {
			return exitCode(exitInterrupted)
		}
		return commandFailed(c, err)
	}
	for _, run := range runs {
		if err := run.Info().Err; err != nil {
			fmt.Fprintf(a.stderr, "wandgo board: %s: %s\n", printable(relative(run.Info().Dir)), printable(err.Error()))
		}
	}
	if left.Files > 0 {
		fmt.Fprintf(a.stderr, "wandgo board: %s of media and tables (%s) not in the report: it holds files up to %s, and up to %s in all\n", counted(left.Files, "file"), size(left.Bytes), size(dashboard.MaxExportedFile), size(dashboard.MaxExportedFiles))
	}
	if *file == "-" {
		_, err := a.stdout.Write(page.Bytes())
		return failed("print the report", err)
	}
	if err := smallfile.Write(a.env.path(*file), page.Bytes()); err != nil {
		return commandFailed(c, err)
	}
	p := &printer{w: a.stdout}
	p.printf("%s (%s) in %s\n", counted(len(runs), "run"), size(int64(page.Len())), printable(*file))
	return failed("print the file's name", p.err)
}
