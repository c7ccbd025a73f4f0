package history_test

import (
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
)

// frame is a struct with pixels.
type frame struct {
	Width int
	Pix   []byte
}

// gradient is an image whose value has the methods.
type gradient struct{ Seed int }

func (gradient) ColorModel() color.Model { return color.GrayModel }
func (gradient) Bounds() image.Rectangle { return image.Rect(0, 0, 1, 1) }
func (gradient) At(int, int) color.Color { return color.Gray{} }

// Binary data has no JSON form. The error names the key and the type, and the rest of
// the row is written.
func TestAppendRow_BinaryData_ErrorNamesKeyAndType(t *testing.T) {
	t.Parallel()
	type m = map[string]any
	type chunk []byte
	for _, tt := range []struct {
		name          string
		v             any
		key, typ, row string
	}{
		{"bytes", []byte("x"), "v", "a []byte", `{"loss":1}`},
		{"no bytes", []byte{}, "v", "a []byte", `{"loss":1}`},
		{"named bytes", chunk("x"), "v", "a history_test.chunk", `{"loss":1}`},
		{"pointer to bytes", &[]byte{1}, "v", "a []byte", `{"loss":1}`},
		{"lines of pixels", [][]byte{{1}, {2}}, "v", "a []byte", `{"loss":1}`},
		{"bytes in a list", []any{1, []byte("x")}, "v", "a []byte", `{"loss":1}`},
		{"bytes in a map", m{"a": m{"b": []byte("x")}, "c": 2}, "v.a.b", "a []byte", `{"loss":1,"v":{"c":2}}`},
		{"image", image.NewRGBA(image.Rect(0, 0, 2, 2)), "v", "a *image.RGBA", `{"loss":1}`},
		{"image by value", gradient{1}, "v", "a history_test.gradient", `{"loss":1}`},
		{"uniform image", image.NewUniform(color.Black), "v", "a *image.Uniform", `{"loss":1}`},
		{"images", []image.Image{image.NewGray(image.Rect(0, 0, 1, 1))}, "v", "a *image.Gray", `{"loss":1}`},
		{"image in a map", m{"a": image.NewGray(image.Rect(0, 0, 1, 1))}, "v.a", "a *image.Gray", `{"loss":1}`},
		{"struct with pixels", frame{2, []byte{1, 2}}, "v.Pix", "a []byte", `{"loss":1,"v":{"Width":2}}`},
		{"pointer to one", &frame{2, []byte{1, 2}}, "v.Pix", "a []byte", `{"loss":1,"v":{"Width":2}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var enc history.Encoder
			got, err := enc.AppendRow(nil, m{"v": tt.v, "loss": 1}, history.Meta{})
			require.ErrorIs(t, err, history.ErrUnsupported)
			bad, ok := errors.AsType[*history.RowError](err)
			require.True(t, ok)
			require.Len(t, bad.Keys, 1)
			assert.Equal(t, tt.key, bad.Keys[0].Key)
			assert.Contains(t, err.Error(), tt.typ+" cannot be logged")
			var row m
			require.NoError(t, json.Unmarshal(got, &row))
			delete(row, "_runtime")
			delete(row, "_timestamp")
			rest, err := json.Marshal(row)
			require.NoError(t, err)
			assert.JSONEq(t, tt.row, string(rest))
		})
	}
}

// Bytes whose type says how they are written are no binary data.
func TestAppendRow_BytesWithAForm_AreWritten(t *testing.T) {
	t.Parallel()
	var enc history.Encoder
	row := map[string]any{
		"address": net.IPv4(127, 0, 0, 1), "raw": json.RawMessage(`[1]`), "nil": []byte(nil),
	}
	got, err := enc.AppendRow(nil, row, history.Meta{})
	require.NoError(t, err)
	assert.Contains(t, string(got), `"address":"127.0.0.1"`)
	assert.Contains(t, string(got), `"raw":[1]`)
	assert.Contains(t, string(got), `"nil":null`)
}
