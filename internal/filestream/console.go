package filestream

import (
	"cmp"
	"slices"
)

// console holds the waiting console lines. Unlike a row, a line has an index of its own and
// may be set again with other text, as by a progress bar.
type console struct {
	lines   []consoleLine // in the order of index
	bytes   int64
	dropped int64
}

type consoleLine struct {
	index  int64
	quoted []byte
}

// set adds a line, or replaces the one with the same index.
func (c *console) set(index int64, quoted []byte, limit int64) {
	i, found := c.find(index)
	if found {
		c.bytes += int64(len(quoted) - len(c.lines[i].quoted))
		c.lines[i].quoted = quoted
	} else {
		c.bytes += int64(len(quoted))
		c.lines = slices.Insert(c.lines, i, consoleLine{index, quoted})
	}
	for c.bytes > limit && len(c.lines) > 1 {
		c.bytes -= int64(len(c.lines[0].quoted))
		c.lines[0].quoted = nil
		c.lines = c.lines[1:]
		c.dropped++
	}
}

func (c *console) find(index int64) (int, bool) {
	// Nearly always the line is behind all others.
	if n := len(c.lines); n == 0 || c.lines[n-1].index < index {
		return n, false
	}
	return slices.BinarySearchFunc(c.lines, index, func(l consoleLine, i int64) int { return cmp.Compare(l.index, i) })
}

// first returns the size of the next line, or 0.
func (c *console) first() int {
	if len(c.lines) == 0 {
		return 0
	}
	return len(c.lines[0].quoted)
}

// take removes and returns the first lines, of at most budget bytes. They are consecutive,
// because a request has the index of the first line only. With force the first line is
// returned regardless of its size.
func (c *console) take(budget int, force bool) (lines []consoleLine, size int) {
	n := 0
	for n < len(c.lines) {
		l := c.lines[n]
		if n > 0 && l.index != c.lines[n-1].index+1 {
			break
		}
		if size+len(l.quoted) > budget && (!force || n > 0) {
			break
		}
		size += len(l.quoted)
		n++
	}
	lines = slices.Clone(c.lines[:n])
	c.lines = slices.Delete(c.lines, 0, n)
	c.bytes -= int64(size)
	return lines, size
}

// back puts lines back, unless they have newer text.
func (c *console) back(lines []consoleLine) {
	for _, l := range lines {
		if i, found := c.find(l.index); !found {
			c.lines = slices.Insert(c.lines, i, l)
			c.bytes += int64(len(l.quoted))
		}
	}
}
