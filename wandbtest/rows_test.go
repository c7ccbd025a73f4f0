package wandbtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

const rowsQuery = `query($min: Int64, $max: Int64, $n: Int, $specs: [JSONString!]!) { project(name: "p", entityName: "acme") { run(name: "r") {
  history(minStep: $min, maxStep: $max, samples: $n) sampledHistory(specs: $specs) historyKeys parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData } } } }`

func TestRows_Ranges_AreReturned(t *testing.T) {
	t.Parallel()
	spec := []string{`{"keys":["_step","a"],"minStep":1,"maxStep":3,"samples":10}`}
	for name, tc := range map[string]struct {
		policy           wandbtest.Policy
		vars             map[string]any
		history, sampled string
		exports, live    int
	}{
		"a range":      {vars: map[string]any{"min": 1, "max": 3, "specs": spec}, history: "1 2", sampled: "[map[_step:1 a:NaN] map[_step:3 a:3]]", live: 5},
		"all":          {vars: map[string]any{"specs": []string{}}, history: "0 1 2 3 4", live: 5},
		"samples":      {vars: map[string]any{"n": 2, "specs": []string{`{"keys":["a"],"samples":1}`}}, history: "0 2", sampled: "[map[a:0]]", live: 5},
		"exported":     {policy: wandbtest.Policy{ExportedRows: 3}, vars: map[string]any{"specs": spec}, history: "0 1 2 3 4", sampled: "[map[_step:1 a:NaN] map[_step:3 a:3]]", live: 2, exports: 1},
		"hidden":       {policy: wandbtest.Policy{ExportedRows: 3, ExportedRowsHidden: true}, vars: map[string]any{"specs": spec}, history: "3 4", sampled: "[map[_step:3 a:3]]", live: 2, exports: 1},
		"hidden range": {policy: wandbtest.Policy{ExportedRows: 3, ExportedRowsHidden: true}, vars: map[string]any{"min": 2, "max": 4, "specs": spec}, history: "3", sampled: "[map[_step:3 a:3]]", live: 2, exports: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(tc.policy))
			c := as(t, srv, wandbtest.AliceKey)
			c.mustUpsert("acme", "p", "r")
			status, body := c.stream("acme", "p", "r", `{"files":{"wandb-history.jsonl":{"content":["{\"_step\":0,\"a\":0}","{\"_step\":1,\"a\":NaN}","{\"_step\":2}","{\"_step\":3,\"a\":3}","{\"_step\":4,\"a\":4}"]}}}`)
			require.Equal(t, http.StatusOK, status, body)
			run := c.query("project.run", rowsQuery, tc.vars)
			var steps []string
			for _, line := range at(run, "history").([]any) {
				step, _, _ := strings.Cut(strings.TrimPrefix(line.(string), `{"_step":`), ",")
				steps = append(steps, strings.TrimSuffix(step, "}"))
			}
			assert.Equal(t, tc.history, strings.Join(steps, " "))
			assert.Equal(t, tc.sampled, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(at(run, "sampledHistory")), "["), "]"))
			assert.EqualValues(t, 4, at(run, "historyKeys.lastStep"))
			assert.Len(t, at(run, "parquetHistory.parquetUrls"), tc.exports)
			assert.Len(t, at(run, "parquetHistory.liveData"), tc.live)
		})
	}
}
