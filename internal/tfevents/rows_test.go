package tfevents

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// describe writes all that is read of directories.
func describe(t *testing.T, root string) string {
	t.Helper()
	dirs, err := Find(t.Context(), root)
	require.NoError(t, err)
	var b strings.Builder
	for _, d := range dirs {
		c, err := d.Scan(t.Context())
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s: %d files, started %s\n", d.Name, len(d.Files), c.Started.UTC().Format("15:04:05.000"))
		require.NoError(t, c.Rows(t.Context(), func(r Row) error {
			fmt.Fprintf(&b, "  step %d at %.2f\n", r.Step, r.Time)
			for _, key := range slices.Sorted(maps.Keys(r.Values)) {
				if images, ok := r.Values[key].(Images); ok {
					for _, data := range images {
						fmt.Fprintf(&b, "    %s: image %.4q…, %d bytes\n", key, data, len(data))
					}
					continue
				}
				fmt.Fprintf(&b, "    %s: %T %v\n", key, r.Values[key], r.Values[key])
			}
			if r.Params != nil {
				fmt.Fprintf(&b, "    params %v\n", r.Params)
			}
			return nil
		}))
		fmt.Fprintf(&b, "  replaced %d, skipped %v, damage %q\n", c.Replaced, c.Skipped, c.Damage)
	}
	return b.String()
}

func TestRows_FilesOfTensorBoardX_AreRead(t *testing.T) {
	t.Parallel()
	got := describe(t, "testdata/logs")
	const golden = "testdata/rows.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// oneFile makes a directory with one event file.
func oneFile(t *testing.T, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "events.out.tfevents.1.host"), data, 0o600))
	return dir
}

func readAll(ctx context.Context, t *testing.T, dir string) (*Contents, []Row) {
	t.Helper()
	dirs, err := Find(ctx, dir)
	require.NoError(t, err)
	require.Len(t, dirs, 1)
	c, err := dirs[0].Scan(ctx)
	require.NoError(t, err)
	var rows []Row
	require.NoError(t, c.Rows(ctx, func(r Row) error {
		rows = append(rows, r)
		return nil
	}))
	return c, rows
}

func TestRows_DamagedFile_TheRestIsRead(t *testing.T) {
	t.Parallel()
	whole := slices.Concat(frame(scalarEvent(1, 0.5)), frame(scalarEvent(2, 0.25)), frame(scalarEvent(3, 0.125)))
	second := len(frame(scalarEvent(1, 0.5)))
	flip := func(at int) []byte {
		data := slices.Clone(whole)
		data[at] ^= 1
		return data
	}
	for name, c := range map[string]struct {
		data   []byte
		steps  []int64
		damage string
	}{
		"whole":                {whole, []int64{1, 2, 3}, ""},
		"cut off in contents":  {whole[:len(whole)-5], []int64{1, 2}, "events.out.tfevents.1.host ends in the middle of a record (byte 66)"},
		"cut off in length":    {whole[:second+5], []int64{1}, "events.out.tfevents.1.host ends in the middle of a record (byte 33)"},
		"damaged contents":     {flip(second + header + 3), []int64{1, 3}, "events.out.tfevents.1.host has a record with a wrong checksum (byte 33)"},
		"damaged length":       {flip(second + 1), []int64{1}, "events.out.tfevents.1.host has a record with a damaged length, so the rest cannot be read (byte 33)"},
		"not an event":         {append(frame([]byte{0xff}), whole...), []int64{1, 2, 3}, "events.out.tfevents.1.host has a record that is not an event (byte 0)"},
		"nothing in the file":  {nil, nil, ""},
		"not an event file":    {[]byte("# these are notes, not events"), nil, "events.out.tfevents.1.host has a record with a damaged length, so the rest cannot be read (byte 0)"},
		"a length of 10^18":    {append(length(1e18), whole...), nil, "events.out.tfevents.1.host ends in the middle of a record (byte 0)"},
		"a length of 2^64-1":   {append(length(1<<64-1), whole...), nil, "events.out.tfevents.1.host has a record with a damaged length, so the rest cannot be read (byte 0)"},
		"a length within 64 M": {append(length(MaxRecord), whole...), nil, "events.out.tfevents.1.host ends in the middle of a record (byte 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contents, rows := readAll(t.Context(), t, oneFile(t, c.data))
			var steps []int64
			for _, r := range rows {
				steps = append(steps, r.Step)
			}
			assert.Equal(t, c.steps, steps)
			assert.Equal(t, c.damage, strings.Join(contents.Damage, "; "))
		})
	}
}

func TestRows_SameTagAtOneStep_AreTwoRows(t *testing.T) {
	t.Parallel()
	_, rows := readAll(t.Context(), t, oneFile(t, slices.Concat(frame(scalarEvent(1, 0.5)), frame(scalarEvent(1, 0.25)))))
	require.Len(t, rows, 2)
	assert.Equal(t, map[string]any{"loss": float32(0.25)}, rows[1].Values)
}

func TestFind_SubdirectoriesAndLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o750))
	for _, name := range []string{"events.out.tfevents.2.host", "events.out.tfevents.10.host", "a/notes.txt", "a/b/events.out.tfevents.1.host"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, os.Symlink("a", filepath.Join(dir, "link")))
	dirs, err := Find(t.Context(), dir)
	require.NoError(t, err)
	names := map[string][]string{}
	for _, d := range dirs {
		names[d.Name] = d.Files
	}
	assert.Equal(t, map[string][]string{
		".":   {"events.out.tfevents.10.host", "events.out.tfevents.2.host"},
		"a/b": {"events.out.tfevents.1.host"},
	}, names)
	_, err = Find(t.Context(), filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Find(ctx, dir)
	require.ErrorIs(t, err, context.Canceled)
}
