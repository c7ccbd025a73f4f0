package stored

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func view(change func(*wandbtest.RunView)) wandbtest.RunView {
	code := 0
	v := wandbtest.RunView{
		RunKey: wandbtest.RunKey{Entity: "acme", Project: "p", ID: "r"}, State: "finished", ExitCode: &code,
		Tags: []string{"a"}, DisplayName: "brisk-glade-1",
		RawConfig:    `{"lr":{"value":0.1},"_wandb":{"value":{"cli_version":"1","m":[{"1":"loss","5":2,"6":[1,3],"7":[]},{"1":"epoch","6":[],"7":[]}]}}}`,
		RawSummary:   `{"loss":1,"_runtime":3,"_wandb":{"runtime":3}}`,
		HistoryLines: []string{`{"loss":1,"big":9007199254740993,"nan":NaN,"_step":0,"_runtime":0.5}`},
		EventLines:   []string{`{"system.cpu":1.5,"_wandb":true}`},
		Logs:         []string{"2026-11-23T11:13:34.305615 hello"},
		Files:        map[string][]byte{"a.bin": {1, 2}, "config.yaml": []byte("lr:\n    value: 0.1\n")},
	}
	if change != nil {
		change(&v)
	}
	return v
}

// TestDifferencesAreFound changes one value at a time and checks that the comparison
// detects it.
func TestDifferencesAreFound(t *testing.T) {
	t.Parallel()
	code := 3
	for name, change := range map[string]func(*wandbtest.RunView){
		"state":        func(v *wandbtest.RunView) { v.State = "failed" },
		"exit code":    func(v *wandbtest.RunView) { v.ExitCode = &code },
		"no exit code": func(v *wandbtest.RunView) { v.ExitCode = nil },
		"tags":         func(v *wandbtest.RunView) { v.Tags = nil },
		"display name": func(v *wandbtest.RunView) { v.DisplayName = "mine" },
		"value": func(v *wandbtest.RunView) {
			v.HistoryLines[0] = `{"loss":2,"big":9007199254740993,"nan":NaN,"_step":0,"_runtime":0.5}`
		},
		"big integer": func(v *wandbtest.RunView) {
			v.HistoryLines[0] = `{"loss":1,"big":9007199254740992,"nan":NaN,"_step":0,"_runtime":0.5}`
		},
		"NaN as string": func(v *wandbtest.RunView) {
			v.HistoryLines[0] = `{"loss":1,"big":9007199254740993,"nan":"NaN","_step":0,"_runtime":0.5}`
		},
		"step": func(v *wandbtest.RunView) {
			v.HistoryLines[0] = `{"loss":1,"big":9007199254740993,"nan":NaN,"_step":1,"_runtime":0.5}`
		},
		"runtime as text": func(v *wandbtest.RunView) {
			v.HistoryLines[0] = `{"loss":1,"big":9007199254740993,"nan":NaN,"_step":0,"_runtime":"0.5"}`
		},
		"one row more": func(v *wandbtest.RunView) { v.HistoryLines = append(v.HistoryLines, `{}`) },
		"broken row":   func(v *wandbtest.RunView) { v.HistoryLines[0] = `{` },
		"config":       func(v *wandbtest.RunView) { v.RawConfig = `{"lr":{"value":0.2}}` },
		"unwrapped":    func(v *wandbtest.RunView) { v.RawConfig = `{"lr":0.1}` },
		"summary":      func(v *wandbtest.RunView) { v.RawSummary = `{"loss":1}` },
		"event key":    func(v *wandbtest.RunView) { v.EventLines = []string{`{"system.gpu":1,"_wandb":true}`} },
		"console":      func(v *wandbtest.RunView) { v.Logs[0] = "ERROR " + v.Logs[0] },
		"file":         func(v *wandbtest.RunView) { v.Files["a.bin"] = []byte{1} },
		"no file":      func(v *wandbtest.RunView) { delete(v.Files, "a.bin") },
		"yaml":         func(v *wandbtest.RunView) { v.Files["config.yaml"] = []byte("lr:\n    value: 0.2\n") },
		"metric's x axis": func(v *wandbtest.RunView) {
			v.RawConfig = `{"lr":{"value":0.1},"_wandb":{"value":{"cli_version":"1","m":[{"1":"loss","5":1,"6":[1,3],"7":[]},{"1":"epoch","6":[],"7":[]}]}}}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.NotEmpty(t, Compare(Of(view(nil)), Of(view(change)), MayDiffer(), nil))
		})
	}
}

func TestWhatMayDiffer(t *testing.T) {
	t.Parallel()
	other := view(func(v *wandbtest.RunView) {
		v.DisplayName = "calm-harbor-2"
		v.RawConfig = `{"lr":{"value":1e-1},"_wandb":{"value":{"cli_version":"2","m":[{"1":"epoch","6":[],"7":[]},{"1":"loss","5":1,"6":[1,3],"7":[]}]}}}`
		v.RawSummary = `{"_runtime":4.5,"loss":1.0,"_wandb":{"runtime":4}}`
		v.HistoryLines[0] = `{"_step":0,"big":9007199254740993,"nan":NaN,"loss":1.00,"_runtime":0.25}`
		v.EventLines = []string{`{"system.cpu":99,"_wandb":true}`}
		v.Logs[0] = "2026-11-23T12:00:00.000000 hello"
	})
	rules := MayDiffer()
	used := make([]bool, len(rules))
	assert.Empty(t, Compare(Of(view(nil)), Of(other), rules, used))
	assert.Contains(t, used, true)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{`5.0`, "5"},
		{`1e+21`, "1000000000000000000000"},
		{`-0.0`, "-0"},
		{`NaN`, "NaN"},
		{`-Infinity`, "-Infinity"},
		{`"NaN \"Infinity"`, `"NaN \"Infinity"`},
		{`18446744073709551615`, "18446744073709551615"},
	} {
		f := Fields{}
		f.json("x", tt.text)
		assert.Equal(t, tt.want, f["x"], "%s", tt.text)
	}
	_, err := decode(`{} {}`)
	assert.Error(t, err)
}
