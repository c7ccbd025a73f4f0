package api

import (
	"fmt"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// page has the rows of a response as JSON text. It reads the response itself, which has millions of
// bytes, in one pass.
type page struct {
	sampled bool // of SampleRows, which has rows as objects, and not RunRows, which has strings
	lines   [][]byte
	found   bool // the response has the run
}

// DecodeData reads the data of a response.
func (p *page) DecodeData(data []byte) error {
	p.lines, p.found = nil, false
	run, field, rows := "bucket", "history", p.quoted
	if p.sampled {
		run, field, rows = "run", "sampledHistory", p.objects
	}
	end := member(data, 0, "project", func(at int) int {
		return member(data, at, run, func(at int) int {
			p.found = at < len(data) && data[at] == '{'
			return member(data, at, field, func(at int) int { return rows(data, at) })
		})
	})
	if end != len(data) {
		return fmt.Errorf("read rows: %w", jsonx.ErrSyntax)
	}
	return nil
}

// rows returns the rows of a response, or why there are none.
func (p *page) rows(err error) ([][]byte, error) {
	switch {
	case err != nil:
		return nil, err
	case !p.found:
		return nil, errNoRun
	}
	return p.lines, nil
}

// quoted reads a list of strings.
func (p *page) quoted(data []byte, i int) int {
	text := make([]byte, 0, len(data)-i) // no string is longer than in quotes
	return elements(data, i, func(at int) int {
		begin := len(text)
		var n int
		var ok bool
		if text, n, ok = jsonx.Unquote(text, data[at:]); !ok {
			return -1
		}
		p.lines = append(p.lines, text[begin:])
		return at + n
	})
}

// objects reads a list with one list of objects.
func (p *page) objects(data []byte, i int) int {
	return elements(data, i, func(at int) int {
		return elements(data, at, func(at int) int {
			end := jsonx.Skip(data, at, 0)
			if end >= 0 {
				p.lines = append(p.lines, data[at:end])
			}
			return end
		})
	})
}

// member calls take for a member of the object or null at data[i], and returns the index after the
// object, or -1.
func member(data []byte, i int, key string, take func(at int) int) int {
	if i >= len(data) || data[i] != '{' {
		return null(data, i)
	}
	return jsonx.EachMember(data, i, func(begin, end, at int) int {
		if string(data[begin+1:end-1]) == key {
			return take(at)
		}
		return jsonx.Skip(data, at, 0)
	})
}

// elements calls take for each element of the list or null at data[i], and returns the index after the
// list, or -1.
func elements(data []byte, i int, take func(at int) int) int {
	if i >= len(data) || data[i] != '[' {
		return null(data, i)
	}
	return jsonx.EachElement(data, i, take)
}

// null returns the index after the null at data[i], or -1.
func null(data []byte, i int) int {
	if i >= len(data) || data[i] != 'n' {
		return -1
	}
	return jsonx.Skip(data, i, 0)
}
