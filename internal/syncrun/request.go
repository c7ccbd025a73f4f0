package syncrun

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/jsonx"
)

// requestBytes is about how much goes into one request. The server takes more;
// smaller ones show how far it is, and take less memory.
const requestBytes = 4 << 20

// requests gathers lines into requests to a file stream. One goroutine uses it.
type requests struct {
	send func(ctx context.Context, body []byte) error
	// taken is called when the server took a request.
	taken func()

	history, events lines
	console         []consoleLine // in the order of index
	summary         []byte
	uploaded        []string
	size            int
	body            []byte

	tooLong int64 // lines that no server takes
}

// lines are consecutive lines of one file, quoted and each with a comma.
type lines struct {
	file   filestream.File
	offset int64 // index of the first
	count  int64
	buf    []byte
	quoter jsonx.Quoter
}

type consoleLine struct {
	index  int64
	quoted []byte
}

func (q *requests) add(ctx context.Context, l *lines, line []byte) error {
	if len(line) > filestream.DefaultMaxLineBytes {
		q.tooLong++
		return nil
	}
	before := len(l.buf)
	l.buf = append(l.quoter.Append(l.buf, line), ',')
	l.count++
	return q.grew(ctx, len(l.buf)-before)
}

// setConsole sets a line. One that was sent may come again.
func (q *requests) setConsole(ctx context.Context, index int64, line []byte) error {
	if len(line) > filestream.DefaultMaxLineBytes {
		q.tooLong++
		return nil
	}
	quoted := append(jsonx.AppendQuoted(nil, line), ',')
	i, found := slices.BinarySearchFunc(q.console, index, func(l consoleLine, i int64) int { return cmp.Compare(l.index, i) })
	if found {
		before := len(q.console[i].quoted)
		q.console[i].quoted = quoted
		return q.grew(ctx, len(quoted)-before)
	}
	q.console = slices.Insert(q.console, i, consoleLine{index, quoted})
	return q.grew(ctx, len(quoted))
}

func (q *requests) grew(ctx context.Context, by int) error {
	if q.size += by; q.size < requestBytes {
		return nil
	}
	return q.flush(ctx, nil)
}

// flush sends what has gathered. With an exit code it tells the server that the
// run ended.
func (q *requests) flush(ctx context.Context, exit *int32) error {
	for {
		// A request names only the first index of its console lines.
		n := 0
		for n < len(q.console) && (n == 0 || q.console[n].index == q.console[n-1].index+1) {
			n++
		}
		more := n < len(q.console)
		end := exit
		if more {
			end = nil
		}
		if !q.build(n, end) {
			return nil
		}
		if err := q.send(ctx, q.body); err != nil {
			return err
		}
		q.sent(n)
		q.taken()
		if !more {
			return nil
		}
	}
}

// build makes the request, and says whether there is anything in it.
func (q *requests) build(console int, exit *int32) bool {
	b := q.body[:0]
	b = append(b, `{"files":{`...)
	files := len(b)
	for _, l := range []*lines{&q.history, &q.events} {
		if l.count > 0 {
			b = openFile(b, l.file.String(), l.offset)
			b = closeFile(append(b, l.buf...))
		}
	}
	if q.summary != nil {
		b = openFile(b, "wandb-summary.json", 0)
		b = closeFile(append(jsonx.AppendQuoted(b, q.summary), ','))
	}
	if console > 0 {
		b = openFile(b, filestream.Console.String(), q.console[0].index)
		for _, l := range q.console[:console] {
			b = append(b, l.quoted...)
		}
		b = closeFile(b)
	}
	if len(b) == files {
		b = b[:1]
	} else {
		b[len(b)-1] = '}'
		b = append(b, ',')
	}
	if len(q.uploaded) > 0 {
		b = append(b, `"uploaded":[`...)
		for _, name := range q.uploaded {
			b = append(jsonx.AppendQuoted(b, []byte(name)), ',')
		}
		b[len(b)-1] = ']'
		b = append(b, ',')
	}
	if exit != nil {
		b = append(b, `"complete":true,"exitcode":`...)
		b = append(strconv.AppendInt(b, int64(*exit), 10), ',')
	}
	if len(b) == 1 {
		return false
	}
	b[len(b)-1] = '}'
	q.body = b
	return true
}

func openFile(b []byte, name string, offset int64) []byte {
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, `":{"offset":`...)
	b = strconv.AppendInt(b, offset, 10)
	return append(b, `,"content":[`...)
}

// closeFile ends a file whose lines each end in a comma, and adds one.
func closeFile(b []byte) []byte {
	b[len(b)-1] = ']'
	return append(b, '}', ',')
}

// sent forgets what the server has now.
func (q *requests) sent(console int) {
	for _, l := range []*lines{&q.history, &q.events} {
		l.offset, l.count, l.buf = l.offset+l.count, 0, l.buf[:0]
	}
	q.console = slices.Delete(q.console, 0, console)
	q.summary, q.uploaded, q.size = nil, nil, 0
	for _, l := range q.console {
		q.size += len(l.quoted)
	}
}
