// Command wandgo-parquet writes rows as a Parquet file. wandgo export --format parquet runs it.
//
//	wandgo-parquet <rows.jsonl >rows.parquet
//
// The input has one JSON object for each row, in which the tokens NaN, Infinity and -Infinity are numbers.
// The columns are those of [parquet.Write]. Input that is not a file is first copied to the temporary
// directory. The exit status is 1 if a row cannot be read or the file cannot be written, and 2 for
// arguments, of which there are none.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/contrib/parquet"
	"github.com/wandgo/wandgo/internal/jsonx"
)

const help = `Usage: wandgo-parquet <ROWS >FILE

Writes rows as a Parquet file with a column for each key. Each line of the input
is a row: a JSON object, in which NaN, Infinity and -Infinity are numbers, too.
Lists and objects become JSON texts. wandgo export --format parquet runs it.
`

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the program except for the process around it. It returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help"):
		_, _ = io.WriteString(stdout, help)
		return 0
	case len(args) > 0:
		fmt.Fprintf(stderr, "wandgo-parquet: unexpected argument %q\n%s", args[0], help)
		return 2
	}
	if err := convert(stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "wandgo-parquet: %v\n", err)
		return 1
	}
	return 0
}

// convert writes the rows of in to out.
func convert(in io.Reader, out io.Writer) error {
	file, ok := in.(io.ReadSeeker)
	start := int64(0)
	if ok {
		var err error
		start, err = file.Seek(0, io.SeekCurrent)
		ok = err == nil // else it is a pipe or a terminal
	}
	if !ok { // the rows are read twice
		copied, err := os.CreateTemp("", "wandgo-parquet-*")
		if err != nil {
			return err
		}
		defer os.Remove(copied.Name()) // after Close, for Windows
		defer copied.Close()
		if _, err := io.Copy(copied, in); err != nil {
			return fmt.Errorf("copy the input: %w", err)
		}
		file = copied
	}
	return parquet.Write(out, rows(file, start))
}

// rows returns the rows of a file from an offset on. Empty lines are none.
func rows(file io.ReadSeeker, start int64) iter.Seq2[api.Row, error] {
	return func(yield func(api.Row, error) bool) {
		if _, err := file.Seek(start, io.SeekStart); err != nil {
			yield(nil, err)
			return
		}
		r := bufio.NewReaderSize(file, 1<<20)
		for n := 1; ; n++ {
			line, err := r.ReadBytes('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				yield(nil, err)
				return
			}
			if len(bytes.TrimSpace(line)) > 0 {
				row, err := jsonx.ParseObject(line)
				if err != nil {
					yield(nil, fmt.Errorf("line %d: %w", n, err))
					return
				}
				if !yield(row, nil) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}
