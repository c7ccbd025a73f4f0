package dashboard

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// exported returns a report of all runs of a board, and the data in it.
func exported(t *testing.T, b *Board) (page string, data report) {
	t.Helper()
	var out bytes.Buffer
	_, err := b.Export(t.Context(), &out, b.store.Runs())
	require.NoError(t, err)
	m := regexp.MustCompile(`(?s)<script type="application/json" id="board-data">(.*?)</script>`).FindStringSubmatch(out.String())
	require.NotNil(t, m)
	require.NoError(t, json.Unmarshal([]byte(m[1]), &data))
	return out.String(), data
}

func TestExport_OneRun_HasTheAnswersOfItsPage(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, `{"lr":0.1}`)
	for range 10 {
		l.row(`"train/loss":1,"my metric*~":2,"word":"hello"`)
	}
	l.add(&record.Stats{Timestamp: noon, Items: []record.Item{{Key: "cpu", Value: []byte("1")}}}, &record.OutputRaw{Text: "hello\n", Timestamp: noon})
	l.finish(0)
	b := serve(t, root, Options{Version: "v1"})
	key := keyOf(t, b, "a")
	_, data := exported(t, b)
	assert.Equal(t, "export", data.Mode)
	assert.Equal(t, "/runs/"+key, data.Start)
	for _, want := range []string{
		"/-/info", "/-/runs", "/-/runs/" + key, "/-/runs/" + key + "/console", "/-/runs/" + key + "/files",
		"/-/find?entity=jo&project=vision&id=a", "/-/runs/" + key + "/values?m=word&limit=100",
		"/-/series?run=" + key + "&m=train%2Floss", "/-/series?run=" + key + "&m=train%2Floss&x=_runtime",
		"/-/series?run=" + key + "&m=my+metric*%7E", "/-/series?run=" + key + "&s=cpu&x=_runtime",
	} {
		assert.Contains(t, data.Answers, want)
	}
	answer, ok := data.Answers["/-/series?run="+key+"&m=train%2Floss"].(map[string]any)
	require.True(t, ok)
	text, err := base64.StdEncoding.DecodeString(fmt.Sprint(answer["base64"]))
	require.NoError(t, err)
	want := series(t, b, url.Values{"run": {key}, "m": {"train/loss"}})
	assert.Equal(t, want[0].ys, decodeSeries(t, text)[0].ys)
	run, err := json.Marshal(data.Answers["/-/runs/"+key])
	require.NoError(t, err)
	assert.NotContains(t, string(run), root, "no path of this machine")
}

func TestExport_SeveralRuns_CanBeCompared(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	var keys []string
	for _, r := range b.store.Runs() {
		keys = append(keys, r.Key())
	}
	_, data := exported(t, b)
	query := "run=" + strings.Join(keys, "&run=")
	assert.Equal(t, "/compare?"+query, data.Start)
	for _, key := range keys {
		assert.Contains(t, data.Answers, "/-/series?run="+key+"&m=loss")
	}
	list, ok := data.Answers["/-/runs"].(map[string]any)
	require.True(t, ok)
	assert.Len(t, list["runs"], 3)
}

// A report is opened from a disk, where nothing but its own policy protects the reader.
func TestExport_HostileTexts_StayTexts(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const attack = `</script><script>alert(1)</script><img src=x onerror=alert(1)><!--`
	l := start(t, root, "a", 0, `{}`)
	text, err := json.Marshal(attack)
	require.NoError(t, err)
	l.add(&record.Run{ID: "a", DisplayName: attack, Notes: attack, Tags: []string{attack}}, &record.OutputRaw{Text: attack + "\n"})
	l.row(string(text) + `:1`)
	l.finish(0)
	page, _ := exported(t, serve(t, root, Options{}))
	assert.NotContains(t, page, "<img")
	assert.NotContains(t, page, "alert(1)</script>")

	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, policy)
	assert.Contains(t, policy[1], "default-src 'none'")
	assert.NotContains(t, policy[1], "unsafe")
	assert.NotContains(t, policy[1], "http")
	for _, m := range regexp.MustCompile(`(?s)<script( type="(?:module|importmap)")?>(.*?)</script>`).FindAllStringSubmatch(page, -1) {
		sum := sha256.Sum256([]byte(m[2]))
		assert.Contains(t, policy[1], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", "every script that runs is in the policy")
	}
	assert.NotContains(t, page, "/-/assets/")
	assert.NotRegexp(t, `(?:src|href)="(?:https?:)?//`, page)
}
