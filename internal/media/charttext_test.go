package media_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/media"
)

func TestChartText_Entries_NameTableAndKind(t *testing.T) {
	t.Parallel()
	query := `"userQuery":{"queryFields":[{"fields":[{"name":"id"},{"args":[{"name":"tableKey","value":"cm_table"}]}]}]}}}`
	for entry, want := range map[string][2]string{
		`{"panel_config":{"panelDefId":"wandb/confusion_matrix/v1",` + query: {"cm_table", "confusion matrix"},
		`{"panel_config":{"panelDefId":"acme/own",` + query:                  {"cm_table", "chart"},
		`{"panel_config":{}}`: {"", "chart"},
		`[`:                   {"", ""},
	} {
		table, text := media.ChartText([]byte(entry))
		assert.Equal(t, want, [2]string{table, text}, entry)
	}
}
