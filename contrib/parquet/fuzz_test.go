package parquet_test

import (
	"bytes"
	"testing"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/contrib/parquet"
)

// FuzzRead reads damaged files: an error ends the rows, and no panic. A page header that asks for
// gigabytes is not bounded yet (README), so long fuzzing may run out of memory.
func FuzzRead(f *testing.F) {
	var rows []api.Row
	for i := range 20 {
		rows = append(rows, api.Row{"_step": int64(i), "loss": 1 / float64(i+1), "ok": i%2 == 0, "text": "ä"})
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, seq(rows...)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), "loss")
	f.Add(b.Bytes()[:b.Len()-9], "")
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"), "_step")
	f.Fuzz(func(t *testing.T, file []byte, key string) {
		for _, keys := range [][]string{nil, {key}} {
			n := 0
			for row, err := range parquet.Read(bytes.NewReader(file), int64(len(file)), keys) {
				if (row == nil) == (err == nil) {
					t.Fatalf("row %v, error %v", row, err)
				}
				if n++; n > 10_000 {
					break // a number of rows that is in the file, not their values
				}
			}
		}
	})
}
