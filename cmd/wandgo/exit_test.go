package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

func TestExitStatus_EverySentinel_HasItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[int]string{exitAllowed: "allowed", exitInternal: "internal", exitUsage: "usage", exitInterrupted: "interrupted"}
	given := map[string]int{}
	for _, c := range exits {
		code := errors.Code(c.cause)
		if code == "" {
			continue
		}
		assert.Empty(t, seen[c.status], "status %d has two causes", c.status)
		seen[c.status] = code
		given[code] = c.status
		assert.Less(t, c.status, 126, "shells use the statuses above")
	}
	table := exitTable()
	for _, s := range errors.Sentinels() {
		assert.NotZero(t, given[s.Code()], "%s has no exit status", s.Code())
		assert.Equal(t, given[s.Code()], exitStatus(fmt.Errorf("wrapped: %w", s)))
		assert.Contains(t, table, fmt.Sprintf("  %3d  %s ", given[s.Code()], s.Code()))
	}
	assert.Len(t, errors.Sentinels(), len(given))
	assert.Equal(t, exitInternal, exitStatus(errors.New("anything else")))
	assert.Equal(t, exitInterrupted, exitStatus(context.Canceled))
	assert.Equal(t, exitTrialsFailed, exitStatus(fmt.Errorf("wrapped: %w", sweep.ErrTooManyFailures)))
	assert.Equal(t, exitAllowed, exitStatus(nil))
	assert.Equal(t, 10, exitStatus(&errors.PermissionError{}))
	assert.Equal(t, 13, exitStatus(&errors.PermissionError{Cause: errors.ErrNotTeamMember, Confidence: errors.Likely}))
}

func TestWriteExitCodes_Table_Golden(t *testing.T) {
	t.Parallel()
	r := in(t, nil).run(t, "doctor", "--exit-codes")
	assert.Zero(t, r.status)
	golden(t, "exit_codes.golden", r.stdout)
}
