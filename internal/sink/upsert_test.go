package sink_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/sink"
)

func TestUpsert_Run_SendsOnlyWhatIsSet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		run     record.Run
		config  string
		program string
		want    string
	}{
		{name: "only an id", run: record.Run{ID: "r1"}, want: `{"name":"r1"}`},
		{
			name: "everything",
			run: record.Run{
				ID: "r1", Entity: "acme", Project: "p", StorageID: "s1", DisplayName: "named", Notes: "n",
				Group: "g", JobType: "train", Tags: []string{"a", "b"}, SweepID: "sw", Host: "h",
				Git: &record.Git{RemoteURL: "https://example.com/r", Commit: "abc"},
			},
			config: `{"lr":{"value":1}}`, program: "train.go",
			want: `{"name":"r1","entityName":"acme","modelName":"p","id":"s1","displayName":"named","notes":"n",
				"groupName":"g","jobType":"train","tags":["a","b"],"sweep":"sw","host":"h","jobProgram":"train.go",
				"commit":"abc","jobRepo":"https://example.com/r","config":"{\"lr\":{\"value\":1}}"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var config []byte
			if tt.config != "" {
				config = []byte(tt.config)
			}
			text, err := json.Marshal(sink.Upsert(&tt.run, config, tt.program))
			require.NoError(t, err)
			var set map[string]any
			require.NoError(t, json.Unmarshal(text, &set))
			for key, v := range set {
				if v == nil {
					delete(set, key)
				}
			}
			text, err = json.Marshal(set)
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(text))
		})
	}
}
