package filestream

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The memory is reused only after the sender has returned it, and if most of it is needed.
func TestBuild_SenderReturnedTheBody_ReusesItsMemory(t *testing.T) {
	t.Parallel()
	const rows = 10_000 // half a megabyte
	for _, tt := range []struct {
		name     string
		returned bool
		rows     int // in the second request
		again    bool
	}{
		{"returned", true, rows, true},
		{"a little less", true, rows * 9 / 10, true},
		{"still being read", false, rows, false},
		{"more than before", true, 3 * rows, false},
		{"far less than before", true, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var first, second []byte
				var text string
				s := New(Config{Interval: time.Second, Sender: sendFunc(func(_ context.Context, body []byte) (*Reply, error) {
					if first == nil {
						first, text = body, string(body)
					} else if second == nil {
						second = body
					}
					return &Reply{Returned: tt.returned}, nil
				})})
				for i := range rows {
					require.NoError(t, s.AppendRow(line(i), nil))
				}
				s.Start()
				synctest.Wait()
				for i := range tt.rows {
					require.NoError(t, s.AppendRow(line(rows+i), nil))
				}
				<-time.After(2 * time.Second)
				synctest.Wait()
				require.NotEmpty(t, second)
				assert.Equal(t, tt.again, &first[0] == &second[0])
				if !tt.again {
					assert.Equal(t, text, string(first), "it is the sender's")
				}
				require.NoError(t, s.Finish(t.Context(), 0))
			})
		})
	}
}
