package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestVerify_Server_ExitsByFirstFailure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, key string
		args      []string
		status    int
		says      []string
	}{
		{"all good", joKey, nil, exitAllowed, []string{"ok    read back  40 rows and the summary", "Every check passed"}},
		{"unknown key", unknownKey, nil, 12, []string{"FAIL  key"}},
		{"viewer", viewerKey, []string{"--entity", "acme-research"}, 14, []string{"ok    key", "FAIL  create"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, testWorld())
			r := in(t, map[string]string{"WANDB_API_KEY": tt.key}).run(t, append([]string{"verify", "--host", s.URL()}, tt.args...)...)
			assert.Equal(t, tt.status, r.status, r.stdout+r.stderr)
			for _, text := range tt.says {
				assert.Contains(t, r.stdout, text)
			}
			wantRuns := 0
			if tt.status == exitAllowed {
				wantRuns = 1
			}
			assert.Len(t, s.Runs(), wantRuns)
		})
	}
}

// There is no code to change: the remedy is a flag.
func TestVerify_Refused_SuggestsTheFlag(t *testing.T) {
	t.Parallel()
	r := on(t, wandbtest.New(t, testWorld()).URL(), joKey).run(t, "verify", "--entity", "acme")
	assert.Equal(t, 13, r.status)
	text := flat(r.stderr)
	assert.Contains(t, text, "Cannot create test run acme/verify: ")
	assert.Contains(t, text, `To verify with your team "acme-research" instead: wandgo verify --entity acme-research`)
	assert.NotContains(t, text, "your code")
}
