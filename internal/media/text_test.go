package media

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestText_EachType_IsInAPersonsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"_type":"image-file","width":256,"height":128,"path":"a.png"}`:     "image 256×128",
		`{"_type":"images/separated","count":2,"width":10,"height":8}`:       "2 × image 10×8",
		`{"_type":"table-file","nrows":10,"ncols":4}`:                        "table 10 rows × 4",
		`{"_type":"incremental-table-file","nrows":1,"ncols":4}`:             "table 1 row × 4",
		`{"_type":"histogram","values":[1,2,3],"bins":[0,1,2,3]}`:            "histogram 3 bins",
		`{"_type":"histogram","packedBins":{"min":0}}`:                       "histogram",
		`{"_type":"object3D-file","path":"x"}`:                               "3D object",
		`{"_type":"something-new","width":"wide","height":null,"count":1.5}`: "something-new",
		`{"_type":""}`: "",
		`{"_type":1}`:  "",
		`{}`:           "",
	} {
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &v))
		assert.Equal(t, want, Text(v), text)
	}
}

func TestChartText_Entries_NameTableAndKind(t *testing.T) {
	t.Parallel()
	query := `"userQuery":{"queryFields":[{"fields":[{"name":"id"},{"args":[{"name":"tableKey","value":"cm_table"}]}]}]}}}`
	for entry, want := range map[string][2]string{
		`{"panel_config":{"panelDefId":"wandb/confusion_matrix/v1",` + query: {"cm_table", "confusion matrix"},
		`{"panel_config":{"panelDefId":"acme/own",` + query:                  {"cm_table", "chart"},
		`{"panel_config":{}}`: {"", "chart"},
		`[`:                   {"", ""},
	} {
		table, text := ChartText([]byte(entry))
		assert.Equal(t, want, [2]string{table, text}, entry)
	}
}
