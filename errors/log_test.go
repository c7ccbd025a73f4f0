package errors_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

// logged is the error in the formats of log/slog.
func logged(err error) string {
	var b bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&b, nil))
	logger.Error("refused", "err", err)
	b.WriteString("\n")
	slog.New(slog.NewTextHandler(&b, nil)).Error("refused", "err", err)
	return b.String()
}

func TestLogValue_AnyError_HasCauseAndFields(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Error("refused", "err", refused(errors.ErrNotTeamMember, errors.Certain))
	var record struct {
		Err map[string]any `json:"err"`
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &record))
	assert.Equal(t, "not_team_member", record.Err["cause"])
	assert.Equal(t, "certain", record.Err["confidence"])
	assert.Equal(t, "acme", record.Err["entity"])
	assert.Equal(t, "jo", record.Err["username"])
	assert.Len(t, record.Err["evidence"], 3)
	assert.NotContains(t, record.Err, "role", "what is empty is left out")
	assert.NotContains(t, b.String(), "jo@example.com", "an email is not for logs")
}

func TestFormat_EachVerb_PrintsLineOrExplanation(t *testing.T) {
	t.Parallel()
	e := refused(errors.ErrNotTeamMember, errors.Certain)
	assert.Equal(t, e.Error(), fmt.Sprintf("%v", e))
	assert.Equal(t, e.Error(), fmt.Sprintf("%s", e))
	assert.Equal(t, fmt.Sprintf("%q", e.Error()), fmt.Sprintf("%q", e))
	assert.Equal(t, e.Explain(), fmt.Sprintf("%+v", e))
	assert.Equal(t, fmt.Sprintf("errors.PermissionError(%q)", e.Error()), fmt.Sprintf("%#v", e))
	assert.Equal(t, "%!d(*errors.PermissionError="+e.Error()+")", fmt.Sprintf("%d", e))
	assert.Equal(t, "rank 3: "+e.Error(), fmt.Errorf("rank 3: %w", e).Error())
}
