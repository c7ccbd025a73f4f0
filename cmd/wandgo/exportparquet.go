package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// parquetProgram writes Parquet files. It is a program of its own, so that wandgo does not link the
// library for them.
const parquetProgram = "wandgo-parquet"

// installParquet installs it, in a clone of the repository.
const installParquet = "go -C contrib/parquet install ./cmd/" + parquetProgram

const noParquetWriter = `wandgo export: the format parquet needs the program ` + parquetProgram + `, which is
neither beside wandgo nor in PATH. To install it, in a clone of the repository:

  ` + installParquet + `
`

// parquetWriter returns the path of the program that writes Parquet files, or "" if it is neither beside this
// program nor in PATH. As in exec.LookPath, directories that depend on the working directory do not count.
func (a *app) parquetWriter() string {
	var dirs []string
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(self))
	}
	for _, dir := range append(dirs, filepath.SplitList(a.env.get("PATH"))...) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, parquetProgram)); err == nil {
			return found
		}
	}
	return ""
}

// convert runs a program that reads the rows and writes the file. If ctx ends, it is killed.
func (p *part) convert(ctx context.Context, program string, to *os.File) error {
	if _, err := p.file.Seek(p.first, io.SeekStart); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin, cmd.Stdout = p.file, to // as files, of which the program reads one twice
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	said, _ := io.ReadAll(io.LimitReader(stderr, 4<<10))
	_, _ = io.Copy(io.Discard, stderr)
	if err := cmd.Wait(); err != nil {
		why, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(said)), parquetProgram+": "), "\n")
		return fmt.Errorf("run %s: %w: %s", program, err, printable(why))
	}
	return nil
}
