package journal_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

func quote(s string) []byte { return jsonx.AppendQuoted(nil, []byte(s)) }

// repair gives every chunk of data, which is one block, its right checksum.
func repair(data []byte) {
	for at := 7; at+7 <= len(data); {
		end := at + 7 + int(binary.LittleEndian.Uint16(data[at+4:]))
		if end > len(data) {
			return
		}
		binary.LittleEndian.PutUint32(data[at:], crc32.ChecksumIEEE(data[at+6:end]))
		at = end
	}
}

// FuzzReader reads files that were tampered with: it must end, and account for
// what it left out within the file. Real files of the official client are small,
// so that fuzzing is quick; blocks more of the same follow them.
func FuzzReader(f *testing.F) {
	full, merge := fixture(f, officialFull), fixture(f, officialMerge)
	f.Add(full, uint8(0), uint32(0), byte(0), uint32(len(full)), false)
	f.Add(merge, uint8(2), uint32(90), byte(0x80), uint32(3*block), false)
	f.Add(merge[:1000], uint8(1), uint32(300), byte(1), uint32(block+500), true)
	f.Add(fixture(f, officialKilled)[:2000], uint8(1), uint32(12), byte(0xff), uint32(block+9), false)
	f.Add([]byte(":W&B\xe1\xbe\x00"), uint8(0), uint32(0), byte(0), uint32(7), true)
	f.Fuzz(func(t *testing.T, data []byte, more uint8, at uint32, flip byte, size uint32, crc bool) {
		data = bytes.Clone(data[:min(len(data), block)])
		if crc {
			repair(data)
		}
		if one := data; len(one) > 7 {
			for n := range int(more % 4) {
				data = append(append(data, make([]byte, (n+1)*block-len(data))...), one[7:]...)
			}
		}
		if int64(at) < int64(len(data)) {
			data[at] ^= flip
		}
		data = data[:min(int64(size), int64(len(data)))]
		r := journal.NewReader(bytes.NewReader(data))
		rows := 0
		s, err := journal.Replay(r, &journal.Handler{
			History: func(line []byte, _ int64) error {
				rows++
				requireLine(t, line)
				return nil
			},
			Event: func(line []byte) error { requireLine(t, line); return nil },
			Other: func(rec *wire.Entry) error {
				if rec.Offset < 0 || rec.Offset >= int64(len(data)) {
					t.Fatalf("record at %d of %d", rec.Offset, len(data))
				}
				return nil
			},
		})
		if err != nil {
			require.ErrorIs(t, err, journal.ErrFormat)
		}
		require.EqualValues(t, s.Rows, rows)
		requireLine(t, s.Config.AppendJSON(nil))
		requireLine(t, s.Summary.AppendJSON(nil))
		for _, sk := range s.Skipped {
			if sk.Offset < 0 || sk.Length < 0 || sk.Offset+sk.Length > int64(len(data)) {
				t.Fatalf("%v of %d bytes", sk, len(data))
			}
		}
	})
}

// requireLine checks that a line is one JSON object, after the tokens that JSON
// lacks were replaced. It leaves out lines that hold those words within text.
func requireLine(t *testing.T, line []byte) {
	t.Helper()
	if bytes.IndexByte(line, '\n') >= 0 || line[0] != '{' {
		t.Fatalf("not a line: %q", line)
	}
	plain := bytes.ReplaceAll(line, []byte("-Infinity"), []byte("0"))
	plain = bytes.ReplaceAll(plain, []byte("Infinity"), []byte("0"))
	plain = bytes.ReplaceAll(plain, []byte("NaN"), []byte("0"))
	if !json.Valid(plain) {
		t.Fatalf("not JSON: %q", line)
	}
}

// FuzzRecord decodes arbitrary bytes. What it makes of them must stay the same
// after writing and reading once more.
func FuzzRecord(f *testing.F) {
	for _, b := range bodies() {
		f.Add(wire.Append(nil, &wire.Entry{Num: 3, Body: b}))
	}
	for _, rec := range must(readAll(f, fixture(f, officialFull))) {
		f.Add(rec.Payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		rec, err := wire.Decode(payload)
		if err != nil {
			require.ErrorIs(t, err, wire.ErrRecord)
			return
		}
		once := wire.Append(nil, rec)
		again, err := wire.Decode(once)
		require.NoError(t, err)
		require.Equal(t, once, wire.Append(nil, again))
	})
}

func must[T, U any](v T, _ U) T { return v }

// FuzzLine gives arbitrary text as a row: it is refused, or it comes back as a
// JSON object.
func FuzzLine(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":{"c":NaN}}`, `{"\ud83d\ude00":[1,{"x":-Infinity}]}`, `{"a":{"b":1},"a":2}`, `{}`, `[`, `{"a":1e5}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		payload, err := new(wire.LineEncoder).AppendHistory(nil, 0, line, nil, 0)
		if err != nil {
			require.ErrorIs(t, err, wire.ErrLine)
			return
		}
		rec, err := wire.Decode(payload)
		require.NoError(t, err)
		h, ok := rec.Body.(*record.History)
		require.True(t, ok)
		got, bad := new(wire.RowWriter).AppendRow(nil, h.Items)
		require.Zero(t, bad)
		requireLine(t, got)
		// Splitting what came out once more changes nothing.
		payload, err = new(wire.LineEncoder).AppendHistory(nil, 0, got, nil, 0)
		require.NoError(t, err)
		rec, err = wire.Decode(payload)
		require.NoError(t, err)
		again, _ := new(wire.RowWriter).AppendRow(nil, rec.Body.(*record.History).Items)
		require.Equal(t, string(got), string(again))
	})
}
