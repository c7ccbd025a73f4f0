package client_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
	"github.com/wandgo/wandgo/wandbtest"
)

// assertPrintable checks the texts of an error.
func assertPrintable(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		assert.Empty(t, hostile.Raw(err.Error()), "%s: error", what)
		assert.Empty(t, hostile.Raw(errors.Explain(err)), "%s: explanation", what)
	}
}

// TestErrors_HostileText_ArePrintable puts hostile texts where a program or its environment
// can put them, and looks at every text that comes back.
func TestErrors_HostileText_ArePrintable(t *testing.T) {
	t.Parallel()
	for name, text := range hostile.Texts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for field, opts := range map[string]client.RunOptions{
				"entity": {Entity: text}, "project": {Project: text}, "id": {ID: text}, "name": {Name: text}, "group": {Group: text},
				"job type": {JobType: text}, "notes": {Notes: text}, "tag": {Tags: []string{text}}, "config": {Config: map[string]any{text: text}},
				"resume": {Resume: client.Resume(text)}, "mode": {Mode: client.Mode(text)},
			} {
				if opts.Mode == "" {
					opts.Mode = client.ModeOffline
				}
				c, err := client.New(client.Options{Dir: t.TempDir(), Getenv: alone})
				require.NoError(t, err)
				run, err := c.Init(t.Context(), opts)
				assertPrintable(t, field, err)
				if err == nil {
					assert.Empty(t, hostile.Raw(run.String()), "%s: the run", field)
					assertPrintable(t, field+": Log", run.Log(map[string]any{text: func() {}}))
					assertPrintable(t, field+": LogAt", errors.Join(run.LogAt(5, map[string]any{"a": 1}), run.LogAt(4, map[string]any{text: 1})))
					_, err = run.SaveFile(text, text, client.FilePolicy(text))
					assertPrintable(t, field+": SaveFile", err)
					_, err = run.SaveFile(text, "", client.SaveNow)
					assertPrintable(t, field+": SaveFile", err)
					assertPrintable(t, field+": SetGroup", run.SetGroup(text))
					assertPrintable(t, field+": DefineMetric", run.DefineMetric(text, client.MetricOptions{StepMetric: text}))
					assertPrintable(t, field+": Alert", run.Alert(t.Context(), client.Alert{Title: text, Level: client.AlertLevel(text)}))
					assertPrintable(t, field+": Finish", run.Finish(t.Context()))
					assertPrintable(t, field+": Log after Finish", run.Log(map[string]any{text: 1}))
				}
				require.NoError(t, c.Close())
			}
			_, err := client.New(client.Options{BaseURL: "http://" + text, APIKey: text, Getenv: alone})
			assertPrintable(t, "base URL", err)
		})
	}
}

// TestErrors_HostileServer_ArePrintable lets the server, or what is before it, say the texts.
func TestErrors_HostileServer_ArePrintable(t *testing.T) {
	t.Parallel()
	for name, text := range hostile.Texts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for where, fault := range map[string]wandbtest.Fault{
				"plain body":    {Operation: "UpsertBucket", Status: http.StatusForbidden, Body: text},
				"JSON":          {Operation: "UpsertBucket", Status: http.StatusForbidden, Body: `{"errors":[{"message":` + strconv.QuoteToASCII(text) + `}]}`},
				"rows":          {Operation: "file_stream", Status: http.StatusForbidden, Body: `{"error":` + strconv.QuoteToASCII(text) + `}`},
				"rows, plain":   {Operation: "file_stream", Status: http.StatusConflict, Body: text},
				"an upload":     {Operation: "PUT", Status: http.StatusForbidden, Body: text},
				"a store's XML": {Operation: "PUT", Status: http.StatusForbidden, Body: "<Error><Code>" + text + "</Code><Message>" + text + "</Message></Error>"},
			} {
				s := wandbtest.New(t, wandbtest.Solo())
				c := newClient(t, s, wandbtest.AliceKey, quickly)
				s.Inject(fault)
				run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "p", Name: text})
				assertPrintable(t, where+": Init", err)
				if err != nil {
					continue
				}
				require.NoError(t, run.Log(map[string]any{"a": 1}))
				file := filepath.Join(t.TempDir(), "a.txt")
				require.NoError(t, os.WriteFile(file, []byte("a"), 0o600))
				_, err = run.SaveFile(file, "", client.SaveNow)
				require.NoError(t, err)
				assertPrintable(t, where+": Finish", run.Finish(t.Context()))
				assertPrintable(t, where+": Err", run.Err())
			}
		})
	}
}
