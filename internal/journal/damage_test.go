package journal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

const block = 32 << 10

// long makes the tests that run a sample run everything; .ci/run sets it.
var long = os.Getenv("WANDGO_TEST_LONG") != ""

// TestEveryPrefix cuts a real file at every byte (in the short run at every fifth, and at
// each about the start of a record): what was whole comes back, and what is left out is
// the end, reported to the byte.
func TestEveryPrefix(t *testing.T) {
	t.Parallel()
	whole := fixture(t, officialFull)
	all, _ := readAll(t, whole)
	start := make([]bool, len(whole)+16)
	for _, rec := range all {
		for i := range 10 {
			start[int(rec.Offset)+i-1] = true
		}
	}
	for n := range whole {
		if !long && n%5 != 0 && !start[n] {
			continue
		}
		records, skipped := readAll(t, whole[:n])
		want, end := 0, 7 // end of the last whole record
		for i, rec := range all {
			next := len(whole)
			if i+1 < len(all) {
				next = int(all[i+1].Offset)
			}
			if next <= n {
				want, end = i+1, next
			} else if int(rec.Offset) < n {
				break
			}
		}
		require.Len(t, records, want, "at %d", n)
		for i := range records {
			require.True(t, bytes.Equal(all[i].Payload, records[i].Payload), "record %d of the first %d bytes", i, n)
		}
		switch {
		case n < 7 && n > 0:
			require.Equal(t, []journal.Skipped{{Offset: 0, Length: int64(n), Reason: journal.ReasonTorn}}, skipped)
		case n > end:
			require.Equal(t, []journal.Skipped{{Offset: int64(end), Length: int64(n - end), Reason: journal.ReasonTorn}}, skipped)
		default:
			require.Empty(t, skipped)
		}
	}
}

// blocks makes a file of several blocks with rows of 300 to 3000 bytes, some of
// which cross from one block to the next.
func blocks(tb testing.TB) []byte {
	tb.Helper()
	w, path := create(tb, journal.Options{})
	for i := range 120 {
		text := strings.Repeat("x", 300+(i*977)%2700)
		require.NoError(tb, w.Append(&record.OutputLogger{Text: text}))
	}
	require.NoError(tb, w.Close())
	return file(tb, path)
}

// extents gives where each record begins and ends.
func extents(file []byte, all []*wire.Entry) [][2]int {
	out := make([][2]int, len(all))
	for i, rec := range all {
		out[i] = [2]int{int(rec.Offset), len(file)}
		if i > 0 {
			out[i-1][1] = int(rec.Offset)
		}
	}
	return out
}

// requireOthers checks that every record that has no byte of from..to came back, in
// order, and nothing else did.
func requireOthers(t *testing.T, whole []byte, all []*wire.Entry, got []*wire.Entry, from, to int) {
	t.Helper()
	ext := extents(whole, all)
	lost := func(i int) {
		require.True(t, ext[i][0] < to && ext[i][1] > from, "record %d at %v was lost to damage at %d", i, ext[i], from)
	}
	i := 0
	for _, rec := range got {
		for i < len(all) && !bytes.Equal(all[i].Payload, rec.Payload) {
			lost(i)
			i++
		}
		require.Less(t, i, len(all), "a record that was never written")
		i++
	}
	for ; i < len(all); i++ {
		lost(i)
	}
}

// TestSingleBitFlips flips a bit here and there, and one in the header of each chunk (in
// the short run of every fourth record).
func TestSingleBitFlips(t *testing.T) {
	t.Parallel()
	step, every := 911, 4
	if long {
		step, every = 197, 1
	}
	whole := blocks(t)
	require.Greater(t, len(whole), 4*block)
	all, skipped := readAll(t, whole)
	require.Empty(t, skipped)
	damaged := bytes.Clone(whole)
	most := 0
	places := make(map[int]bool)
	for at := 0; at < len(whole); at += step {
		places[at] = true
	}
	for i := 0; i < len(all); i += every { // what is in the headers of chunks steers the reader
		for n := range 7 {
			places[int(all[i].Offset)+n] = true
		}
	}
	for at := range places {
		bit := byte(1) << (at % 8)
		damaged[at] ^= bit
		got, skipped := readAll(t, damaged)
		requireOthers(t, whole, all, got, at, at+1)
		padding := len(got) == len(all) && len(skipped) == 0 // of a block's end
		if !padding {
			require.NotEmpty(t, skipped)
		}
		most = max(most, len(all)-len(got))
		damaged[at] ^= bit
	}
	require.LessOrEqual(t, most, 1, "of %d records", len(all))
}

// TestBytesMissingAndTooMany: what moved the rest of the file, or took a part of it
// away, costs the records it touched.
func TestBytesMissingAndTooMany(t *testing.T) {
	t.Parallel()
	whole := blocks(t)
	all, _ := readAll(t, whole)
	zeros := make([]byte, block)
	for name, damage := range map[string]struct {
		size   int // of what it touches
		change func(at int) []byte
	}{
		"a byte missing":  {1, func(at int) []byte { return append(bytes.Clone(whole[:at]), whole[at+1:]...) }},
		"bytes missing":   {1000, func(at int) []byte { return append(bytes.Clone(whole[:at]), whole[at+1000:]...) }},
		"a block missing": {block, func(at int) []byte { return append(bytes.Clone(whole[:at]), whole[at+block:]...) }},
		"a byte too many": {1, func(at int) []byte { return append(append(bytes.Clone(whole[:at]), 'x'), whole[at:]...) }},
		"zeros too many":  {1, func(at int) []byte { return append(append(bytes.Clone(whole[:at]), zeros[:5000]...), whole[at:]...) }},
		"a sector zeroed": {512, func(at int) []byte { return append(append(bytes.Clone(whole[:at]), zeros[:512]...), whole[at+512:]...) }},
		"a header zeroed": {16, func(at int) []byte { return append(append(bytes.Clone(whole[:at]), zeros[:16]...), whole[at+16:]...) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var places []int
			for i := 1; i < len(all); i += 7 {
				places = append(places, int(all[i].Offset), int(all[i].Offset)+5, int(all[i].Offset)+100)
			}
			places = append(places, block-3, block, block+3, 2*block-100)
			for _, at := range places {
				if at+damage.size > len(whole) {
					continue
				}
				got, skipped := readAll(t, damage.change(at))
				requireOthers(t, whole, all, got, at, at+damage.size)
				require.LessOrEqual(t, len(skipped), 3, "at %d: %v", at, skipped)
			}
		})
	}
}

// TestFlipInData costs a record no more than itself.
func TestFlipInData(t *testing.T) {
	t.Parallel()
	whole := fixture(t, officialFull)
	all, _ := readAll(t, whole)
	for i, rec := range all {
		damaged := bytes.Clone(whole)
		damaged[rec.Offset+9] ^= 4
		got, skipped := readAll(t, damaged)
		require.Len(t, got, len(all)-1)
		assert.Equal(t, []journal.Skipped{{
			Offset: rec.Offset, Length: int64(len(rec.Payload)) + 7, Reason: journal.ReasonChecksum,
		}}, skipped)
		for j, g := range got {
			k := j
			if j >= i {
				k++
			}
			require.Equal(t, all[k].Payload, g.Payload)
		}
	}
}

func TestBlocksLost(t *testing.T) {
	t.Parallel()
	whole := blocks(t)
	all, _ := readAll(t, whole)
	for name, change := range map[string]func(b []byte){
		"zeroed": func(b []byte) { clear(b) },
		"ones": func(b []byte) {
			for i := range b {
				b[i] = 0xff
			}
		},
		"half zeroed": func(b []byte) { clear(b[len(b)/2:]) },
		"as if full chunks": func(b []byte) {
			for i := range b {
				b[i] = 1
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range len(whole) / block {
				damaged := bytes.Clone(whole)
				change(damaged[n*block : (n+1)*block])
				got, skipped := readAll(t, damaged)
				requireOthers(t, whole, all, got, n*block, (n+1)*block)
				require.NotEmpty(t, skipped)
				assert.GreaterOrEqual(t, skipped[0].Offset+skipped[0].Length, int64(n)*block)
			}
		})
	}
}

func TestZerosAtTheEnd(t *testing.T) {
	t.Parallel()
	whole := fixture(t, officialFull)
	all, _ := readAll(t, whole)
	got, skipped := readAll(t, append(bytes.Clone(whole), make([]byte, 3*block)...))
	assert.Len(t, got, len(all))
	for _, s := range skipped {
		assert.Equal(t, journal.ReasonZeros, s.Reason)
	}
}

func TestNotAJournal(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"text":          strings.Repeat("hello\n", 10_000),
		"zeros":         strings.Repeat("\x00", 100_000),
		"short":         "hello",
		"newer version": ":W&B\xe1\xbe\x01" + strings.Repeat("x", 100),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var last error
			for _, err := range journal.NewReader(strings.NewReader(data)).All() {
				last = err
			}
			require.ErrorIs(t, last, journal.ErrFormat)
		})
	}
	records, skipped := readAll(t, nil)
	assert.Empty(t, records, "an empty file is one that was never flushed")
	assert.Empty(t, skipped)
}

// TestBombs has records that would grow to a multiple of their size (in the short run of
// one kind).
func TestBombs(t *testing.T) {
	t.Parallel()
	const n = 2 << 20
	for name, bomb := range map[string]*record.Raw{
		"items":  {Field: 2, Data: bytes.Repeat([]byte{0x0a, 0x00}, n)},
		"tags":   {Field: 17, Data: bytes.Repeat([]byte{0x52, 0x00}, n)},
		"args":   {Field: 26, Data: bytes.Repeat([]byte{0x2a, 0x00}, n)},
		"files":  {Field: 6, Data: bytes.Repeat([]byte{0x0a, 0x00}, n)},
		"length": {Field: 2, Data: []byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x07}}, // 2 GiB
	} {
		if !long && name != "items" && name != "length" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, path := create(t, journal.Options{})
			require.NoError(t, w.Append(bomb))
			require.NoError(t, w.Append(&record.Exit{}))
			require.NoError(t, w.Close())
			records, skipped := readAll(t, file(t, path))
			assert.Len(t, records, 1)
			require.Len(t, skipped, 1)
			assert.Equal(t, journal.ReasonRecord, skipped[0].Reason)
			assert.EqualValues(t, 7, skipped[0].Offset)
		})
	}
}

// TestHugeRecord has a record that never ends: what is kept of it is bounded.
func TestHugeRecord(t *testing.T) {
	t.Parallel()
	middle := func(typ byte, size int) []byte {
		b := append(make([]byte, 6), typ)
		b = append(b, make([]byte, size)...)
		binary.LittleEndian.PutUint16(b[4:], uint16(size))
		binary.LittleEndian.PutUint32(b, crc32.ChecksumIEEE(b[6:]))
		return b
	}
	src := []io.Reader{
		strings.NewReader(":W&B\xe1\xbe\x00"),
		bytes.NewReader(middle(2, block-14)),
	}
	next := middle(3, block-7)
	for range journal.MaxRecordBytes/block + 10 {
		src = append(src, bytes.NewReader(next))
	}
	r := journal.NewReader(io.MultiReader(src...))
	for range r.All() {
		t.Error("there is no whole record")
	}
	skipped, _ := r.Skipped()
	require.NotEmpty(t, skipped)
	assert.Equal(t, journal.ReasonSize, skipped[0].Reason)
}

func TestErrorsOfReading(t *testing.T) {
	t.Parallel()
	_, err := journal.Open("testdata/none.wandb")
	require.Error(t, err)
	whole := blocks(t)
	broken := errors.New("broken cable")
	src := io.MultiReader(bytes.NewReader(whole[:2*block]), iotest.ErrReader(broken))
	var n int
	for rec, err := range journal.NewReader(src).All() {
		if err != nil {
			require.ErrorIs(t, err, broken)
			assert.Nil(t, rec)
			break
		}
		n++
	}
	assert.Positive(t, n)
}

func TestSmallReads(t *testing.T) {
	t.Parallel()
	whole := blocks(t)
	all, _ := readAll(t, whole)
	r := journal.NewReader(iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(whole))))
	n := 0
	for _, err := range r.All() {
		require.NoError(t, err)
		if n++; n == len(all)/2 {
			break
		}
	}
	for _, err := range r.All() { // goes on where the first loop broke off
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, len(all), n)
}
