package client_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestInit_OneThingCannotBeStored_RunStartsWithoutIt: a value that cannot be stored does not
// cost the run. The rest is stored, and a warning names what was dropped.
func TestInit_OneThingCannotBeStored_RunStartsWithoutIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts client.RunOptions
		env  []string
		says string
	}{
		"config key is empty": {opts: client.RunOptions{Config: map[string]any{"": 1, "good": 1}}, says: `config[""] is reserved and was dropped`},
		"config has _wandb":   {opts: client.RunOptions{Config: map[string]any{"_wandb": fields{"a": 1}, "good": 1}}, says: `config["_wandb"] is reserved and was dropped`},
		"config file has an empty key": {
			env:  []string{"WANDB_CONFIG_PATHS", written(t, "c.yaml", "'-': {value: 1}\ngood: {value: 1}\n")},
			says: `c.yaml is reserved and was dropped`,
		},
		"notes have NUL": {
			opts: client.RunOptions{Notes: "a\x00b", Config: map[string]any{"good": 1}}, says: "the NUL characters in the notes were dropped",
		},
	} {
		for _, mode := range []client.Mode{client.ModeOnline, client.ModeOffline} {
			t.Run(name+" "+string(mode), func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody())
				var file logFile
				c := newClient(t, s, key("member"), environ(tt.env...), file.listen)
				opts := tt.opts
				opts.Entity, opts.Project, opts.Mode = "acme", "team", mode
				run, err := c.Init(t.Context(), opts)
				require.NoError(t, err)
				require.NoError(t, run.Finish(t.Context()))
				assert.Equal(t, 1, strings.Count(file.String(), tt.says), file.String())
				if mode == client.ModeOffline {
					synced(t, c, client.SyncOptions{}, run.Dir())
				}
				v := onServer(t, s, "acme", "team", run.ID())
				assert.InDelta(t, 1, v.Config["good"], 0)
				assert.NotContains(t, v.Config, "")
				if opts.Notes != "" {
					assert.Equal(t, "ab", v.Notes)
				}
			})
		}
	}
}

// TestInit_LongRunID_IsStored: the id is longer than a name of a file may be.
func TestInit_LongRunID_IsStored(t *testing.T) {
	t.Parallel()
	for _, id := range []string{strings.Repeat("x", 129), strings.Repeat("job-17-", 70), strings.Repeat("ä", 300)} {
		for _, mode := range []client.Mode{client.ModeOnline, client.ModeOffline} {
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"))
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: id, Mode: mode})
			require.NoError(t, err)
			require.NotEmpty(t, run.Dir())
			log(t, run, 0, 3)
			require.NoError(t, run.Finish(t.Context()))
			if mode == client.ModeOffline {
				synced(t, c, client.SyncOptions{})
			}
			assert.Len(t, onServer(t, s, "acme", "team", id).HistoryLines, 3)
		}
	}
}

// TestAlert_WithoutTitle_OnlyTheAlertIsRefused: the run and its other alerts are not affected.
func TestAlert_WithoutTitle_OnlyTheAlertIsRefused(t *testing.T) {
	t.Parallel()
	v := finished(t, client.RunOptions{}, func(run *client.Run) {
		require.Error(t, run.Alert(t.Context(), client.Alert{Text: "no title"}))
		require.NoError(t, run.Alert(t.Context(), client.Alert{Title: "b"}))
		require.NoError(t, run.Log(map[string]any{"a": 1}))
		require.NoError(t, run.Err())
	})
	assert.Len(t, v.HistoryLines, 1)
	require.Len(t, v.Alerts, 1)
}
