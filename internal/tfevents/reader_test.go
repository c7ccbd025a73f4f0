package tfevents

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// length is the start of a record.
func length(n uint64) []byte {
	b := binary.LittleEndian.AppendUint64(nil, n)
	return binary.LittleEndian.AppendUint32(b, maskedCRC(b))
}

// frame is a whole record.
func frame(data []byte) []byte {
	b := append(length(uint64(len(data))), data...)
	return binary.LittleEndian.AppendUint32(b, maskedCRC(data))
}

// scalarEvent is an event with a value of loss. The step is less than 128.
func scalarEvent(step byte, loss float32) []byte {
	v := append([]byte{1<<3 | 2, 4}, "loss"...)
	v = binary.LittleEndian.AppendUint32(append(v, 2<<3|5), math.Float32bits(loss))
	summary := append([]byte{1<<3 | 2, byte(len(v))}, v...)
	return append([]byte{2 << 3, step, 5<<3 | 2, byte(len(summary))}, summary...)
}

func TestReader_DiskFails_ReturnsItsError(t *testing.T) {
	t.Parallel()
	r := newReader(io.MultiReader(bytes.NewReader(frame([]byte("a"))), iotest.ErrReader(os.ErrPermission)))
	data, err := r.next()
	require.NoError(t, err)
	assert.Equal(t, "a", string(data))
	_, err = r.next()
	require.ErrorIs(t, err, os.ErrPermission)
	_, err = r.next()
	require.ErrorIs(t, err, io.EOF)
}

func TestReader_RecordTooLarge_IsSkipped(t *testing.T) {
	t.Parallel()
	r := newReader(io.MultiReader(
		bytes.NewReader(length(MaxRecord+1)), io.LimitReader(zeros{}, MaxRecord+1+footer), bytes.NewReader(frame([]byte("b"))),
	))
	_, err := r.next()
	require.ErrorContains(t, err, tooLarge)
	data, err := r.next()
	require.NoError(t, err)
	assert.Equal(t, "b", string(data))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// FuzzEvents reads anything as an event file: it ends, and what is there is a value.
func FuzzEvents(f *testing.F) {
	files, err := filepath.Glob("testdata/logs/*/events*")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data, false)
		f.Add(data[:len(data)/2], false)
	}
	f.Add(scalarEvent(1, 0.5), true)
	f.Fuzz(func(t *testing.T, data []byte, framed bool) {
		if framed { // the fuzzer cannot compute checksums
			data = frame(data)
		}
		_, rows := readAll(t.Context(), t, oneFile(t, data))
		for _, row := range rows {
			for _, v := range row.Values {
				switch v := v.(type) {
				case float32, float64, Text, Images:
				case Histogram:
					if len(v.Edges) != len(v.Counts)+1 || len(v.Counts) > MaxBins {
						t.Errorf("%d edges, %d counts", len(v.Edges), len(v.Counts))
					}
				case PRCurve:
					if len(v.Precision) != len(v.Recall) {
						t.Errorf("%d precisions, %d recalls", len(v.Precision), len(v.Recall))
					}
				default:
					t.Errorf("%T", v)
				}
			}
		}
	})
}
