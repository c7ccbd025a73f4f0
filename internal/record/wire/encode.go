package wire

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// Append appends the entry in wire form, without the framing of the file.
func Append(dst []byte, r *Entry) []byte {
	dst = appendInt(dst, fieldNum, r.Num)
	if r.Control != (Control{}) {
		c := coder{dst: dst}
		c.write(fieldControl, func() { layoutControl(&c, &r.Control) })
		dst = c.dst
	}
	switch b := r.Body.(type) {
	case nil:
		return dst
	case *record.History: // a coder would be an allocation for each row
		dst, mark := begin(dst, fieldHistory)
		return end(appendStep(appendItems(dst, 1, b.Items), b.Step), mark)
	}
	return appendBody(dst, r.Body)
}

func appendBody(dst []byte, body record.Record) []byte {
	c := coder{dst: dst}
	num, layout := layoutOf(body)
	c.write(num, func() { layout(&c) })
	return c.dst
}

func appendItems(dst []byte, num protowire.Number, items []record.Item) []byte {
	for i := range items {
		var mark int
		dst, mark = begin(dst, num)
		dst = appendString(dst, 1, items[i].Key)
		for _, k := range items[i].NestedKey {
			dst = appendElem(dst, 2, k)
		}
		dst = appendBytes(dst, 16, items[i].Value)
		dst = end(dst, mark)
	}
	return dst
}

// appendStep appends the step of a row, a message that step 0 leaves empty.
func appendStep(dst []byte, step int64) []byte {
	dst, mark := begin(dst, 2)
	dst = appendInt(dst, 1, step)
	return end(dst, mark)
}
