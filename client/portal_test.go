package client_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// A captive portal or a proxy answers with status 200 and a page of its own, or with a
// redirect to it. That is no acknowledgement: the rows would be missing on the server and
// counted as uploaded. Nor does it mean that the address is wrong.
func TestFinish_PortalAnswersForAWhile_EveryRowIsOnTheServer(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]wandbtest.Fault{
		"web page":   {Body: "<!DOCTYPE html><html><body>Sign in to the network</body></html>", Header: http.Header{"Content-Type": {"text/html"}}},
		"empty":      {Status: http.StatusOK, Body: " "},
		"no content": {Status: http.StatusNoContent},
		"text":       {Body: "ok"},
		"JSON list":  {Body: "[]"},
		"JSON, torn": {Body: `{"limits":{`},
		"blocked":    {Status: http.StatusForbidden, Body: "<html>blocked</html>"},
		"redirect":   {Status: http.StatusFound, Header: http.Header{"Location": {"http://portal.example/login"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, client.RunOptions{})
			page.Operation, page.After, page.Count = "file_stream", 1, 2
			st.s.Inject(page)
			for i := range 300 {
				require.NoError(t, st.run.Log(map[string]any{"loss": i}))
				if i%100 == 50 {
					require.NoError(t, st.run.Flush(t.Context()))
				}
			}
			v := st.finish(t)
			assert.Len(t, v.History(), 300)
		})
	}
}

func TestFinish_PortalAnswersUpload_FileIsOnTheServer(t *testing.T) {
	t.Parallel()
	st := newStage(t, client.RunOptions{})
	st.s.Inject(wandbtest.Fault{Operation: "PUT", Count: 2, Body: "<html><body>Sign in</body></html>"})
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.bin"), []byte("weights"), 0o600))
	_, err := st.run.SaveFile(filepath.Join(dir, "model.bin"), dir, client.SaveNow)
	require.NoError(t, err)
	v := st.finish(t)
	assert.Equal(t, "weights", string(v.Files["model.bin"]))
}
