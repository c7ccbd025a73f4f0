package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/filelock"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

const (
	// runColumn is the column of the run's id, and ownColumn that of a metric of the
	// run with this name.
	runColumn = "_run"
	ownColumn = "_run_metric"

	partSuffix = ".part"
)

// part is an export that is not complete: a line that says what is exported, then rows in JSON, with
// NaN and infinities as tokens.
type part struct {
	path  string
	file  *os.File
	out   *bufio.Writer
	rows  int   // how many it has
	first int64 // where they start
	enc   history.Encoder
	line  []byte

	// Where an earlier export was: in which run, from which step on rows are missing, and
	// which runs are complete.
	run      string
	step     int64
	complete map[string]bool
}

// partHeader is the first line of a part.
type partHeader struct {
	Export string `json:"_export"`
}

// openPart opens the part of an export, or makes it. A row that was not written completely, and those of
// the same step, are cut off.
func openPart(path, describes string) (*part, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if _, e := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) && errors.Is(e, fs.ErrNotExist) {
		return nil, badOutput(path, "is in a directory that does not exist; create it first")
	}
	if err != nil {
		return nil, err
	}
	if err := own(f, path); err != nil {
		_ = f.Close()
		return nil, err
	}
	p := &part{path: path, file: f, out: bufio.NewWriterSize(f, 1<<20), complete: map[string]bool{}}
	keep, err := p.resume(describes)
	if err == nil {
		err = f.Truncate(keep)
	}
	if err == nil {
		_, err = f.Seek(keep, io.SeekStart)
	}
	if err == nil && keep == 0 {
		var header []byte
		header, err = json.Marshal(partHeader{describes})
		p.first = int64(len(header)) + 1
		_, _ = p.out.Write(append(header, '\n')) // what is flushed later has the error
	}
	if err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

// badOutput is the error of a file that cannot be written. The path is that of its part.
func badOutput(part, rule string) error {
	return &errors.InputError{Field: "--output", Value: secret.Redact(strings.TrimSuffix(relative(part), partSuffix)), Source: "--output", Rule: rule}
}

// release lets the next export have the part.
func (p *part) release() {
	filelock.Unlock(p.file)
	_ = p.file.Close()
}

// own locks the part, so that two exports do not write the same file.
func own(f *os.File, path string) error {
	err := filelock.Lock(f)
	if err == nil {
		ours, _ := f.Stat()
		if there, e := os.Stat(path); e != nil || !os.SameFile(ours, there) {
			err = filelock.ErrInUse // until now, and it has removed the part
		}
	}
	if errors.Is(err, filelock.ErrInUse) {
		return badOutput(path, "is being written by another export")
	}
	return nil // without locks as well
}

// resume finds out where an earlier export was, and returns how much of the file is kept.
func (p *part) resume(describes string) (keep int64, err error) {
	r := bufio.NewReaderSize(p.file, 1<<20)
	at := int64(0)
	for n := 0; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return keep, nil // what follows is no complete line
		}
		if err != nil {
			return 0, err
		}
		begin := at
		at += int64(len(line))
		if n == 0 {
			var header partHeader
			if json.Unmarshal(line, &header) != nil || header.Export != describes {
				return 0, badOutput(p.path, "has a part of another export; to start over, delete "+relative(p.path))
			}
			p.first, keep = at, at
			continue
		}
		row, err := jsonx.ParseObject(line)
		if err != nil {
			return keep, nil //nolint:nilerr // it was not written completely
		}
		id, _ := row[runColumn].(string)
		step := api.Row(row).Step()
		if id == p.run && step == p.step {
			continue
		}
		if id != p.run && p.run != "" {
			p.complete[p.run] = true
		}
		p.rows = n - 1                        // those before
		p.run, p.step, keep = id, step, begin // the rows of this step are read again
	}
}

// add writes a row.
func (p *part) add(runID string, row api.Row) error {
	if own, ok := row[runColumn]; ok {
		row[ownColumn] = own
	}
	row[runColumn] = runID
	if at, ok := row["_timestamp"].(float64); ok && !math.IsNaN(at) && !math.IsInf(at, 0) {
		row["_timestamp"] = json.Number(strconv.FormatFloat(at, 'f', -1, 64)) // without an exponent
	}
	line, err := p.enc.AppendValue(p.line[:0], map[string]any(row))
	if err != nil {
		return fmt.Errorf("export row %d of run %s: %w", row.Step(), runID, err)
	}
	line = append(line, '\n')
	p.line = line
	p.rows++
	_, err = p.out.Write(line)
	return err
}

// close closes the part. The next export continues there, unless it has no rows.
func (p *part) close() {
	_ = p.out.Flush() // what is missing is read again
	p.release()
	if p.rows == 0 {
		_ = os.Remove(p.path)
	}
}

// finish writes the rows in a format to the file, and removes the part.
func (p *part) finish(ctx context.Context, path, format, converter string) error {
	if err := p.out.Flush(); err != nil {
		return err
	}
	to, err := os.CreateTemp(filepath.Dir(path), ".export-*")
	if err != nil {
		return err
	}
	defer os.Remove(to.Name()) // unless it was renamed
	out := bufio.NewWriterSize(to, 1<<20)
	switch format {
	case "csv":
		err = p.writeCSV(out)
	case "parquet":
		err = p.convert(ctx, converter, to)
	default:
		err = p.each(func(line []byte) error { _, err := out.Write(line); return err })
	}
	if err == nil {
		err = errors.Join(out.Flush(), to.Chmod(0o644))
	}
	if closed := to.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(to.Name(), path)
	}
	if err == nil {
		err = os.Remove(p.path)
	}
	return err
}

// each calls do with each row, in which NaN and infinities are null.
func (p *part) each(do func(line []byte) error) error {
	if _, err := p.file.Seek(p.first, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(p.file, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = do(jsonx.NullNonFinite(line))
		}
		if err != nil {
			return err
		}
	}
}

// writeCSV writes a table of all rows: run and step first, then the metrics by name.
func (p *part) writeCSV(out io.Writer) error {
	known := map[string]bool{}
	err := p.each(func(line []byte) error {
		row, err := jsonx.ParseObject(line)
		for key := range row {
			known[key] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	first := []string{runColumn, "_step"}
	for _, key := range first {
		delete(known, key)
	}
	columns := slices.Concat(first, sortedKeys(known))
	w := csv.NewWriter(out)
	titles := make([]string, len(columns))
	for i, name := range columns {
		titles[i] = plaintext.NoFormula(name)
	}
	if err := w.Write(titles); err != nil {
		return err
	}
	cells := make([]string, len(columns))
	err = p.each(func(line []byte) error {
		clear(cells)
		end := jsonx.EachMember(line, jsonx.SkipSpace(line, 0), func(key, keyEnd, at int) int {
			name, _, _ := jsonx.Unquote(nil, line[key:keyEnd])
			end := jsonx.Skip(line, at, 1)
			if i := slices.Index(columns, string(name)); i >= 0 && end >= 0 {
				cells[i] = csvCell(line[at:end])
			}
			return end
		})
		if end < 0 {
			return jsonx.ErrSyntax
		}
		return w.Write(cells)
	})
	w.Flush()
	return errors.Join(err, w.Error())
}

// csvCell is a JSON value in a cell: a text without quotes, nothing for null, anything else as it is.
func csvCell(value []byte) string {
	switch value[0] {
	case '"':
		text, _, _ := jsonx.Unquote(nil, value)
		return plaintext.NoFormula(string(text))
	case 'n':
		return ""
	}
	return string(value)
}
