package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestFinish_SilentServer_SaysThatItWaits: while Finish waits for a server that does not
// answer, a person sees that, on a terminal and in a log file.
func TestFinish_SilentServer_SaysThatItWaits(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) (set func(*client.Options), text func() string){
		"terminal": func(t *testing.T) (func(*client.Options), func() string) {
			t.Helper()
			tty := ptytest.Open(t)
			return func(o *client.Options) { o.Output = tty.File }, tty.Raw
		},
		"log file": func(t *testing.T) (func(*client.Options), func() string) {
			t.Helper()
			file := &logFile{}
			return file.listen, file.String
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, text := open(t)
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly, output)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			log(t, run, 0, 1)
			stored(t, s, run, 1)
			pause := s.Inject(wandbtest.Fault{Operation: "file_stream", Delay: 7 * time.Second, Count: 1})
			log(t, run, 1, 30)
			require.NoError(t, run.Finish(t.Context()))
			assert.Equal(t, 1, pause.Hits())
			shown := text()
			i := strings.Index(shown, "waiting for the server")
			require.GreaterOrEqual(t, i, 0, shown)
			assert.Contains(t, shown[i:], "1 of 30 rows")
			assert.Greater(t, strings.LastIndex(shown, "30 rows uploaded"), i, shown)
		})
	}
}
