package main

import (
	"context"
	"fmt"
	"io"

	"github.com/wandgo/wandgo/errors"
)

// The exit statuses that are no cause of a refusal or failure.
const (
	exitAllowed     = 0
	exitInternal    = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// exitCause gives a cause its exit status.
type exitCause struct {
	status int
	cause  error
}

// exitCauses are stable: scripts branch on them. 10 to 29 are refusals, 30 to
// 49 failures that are none.
func exitCauses() []exitCause {
	return []exitCause{
		{10, errors.ErrPermissionDenied}, // the cause is undetermined
		{11, errors.ErrNoAPIKey},
		{12, errors.ErrBadAPIKey},
		{13, errors.ErrNotTeamMember},
		{14, errors.ErrViewerRole},
		{15, errors.ErrProjectMissing},
		{16, errors.ErrEntityMissing},
		{17, errors.ErrNoPersonalEntity},
		{18, errors.ErrProjectRestricted},
		{19, errors.ErrSeatRequired},
		{20, errors.ErrServiceAccountScope},
		{21, errors.ErrIntermediary},
		{22, errors.ErrAnonymousKey},
		{23, errors.ErrNoTeam},
		{24, errors.ErrProjectHidden},
		{25, errors.ErrTeamFrozen},
		{30, errors.ErrServerUnavailable},
		{31, errors.ErrWrongBaseURL},
		{32, errors.ErrRateLimited},
		{33, errors.ErrInvalidInput},
		{34, errors.ErrSchemaMismatch},
		{35, errors.ErrUnexpectedAnswer},
		{36, errors.ErrRunDeleted},
		{37, errors.ErrRunFinished},
		{38, errors.ErrRunExists},
		{39, errors.ErrRunMissing},
		{40, errors.ErrStepInPast},
		{41, errors.ErrRowLost},
	}
}

// exitStatus is the status for an error: that of its most specific cause.
func exitStatus(err error) int {
	if err == nil {
		return exitAllowed
	}
	code := errors.Code(err)
	for _, c := range exitCauses() {
		if code != "" && errors.Code(c.cause) == code {
			return c.status
		}
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitInternal
}

// writeExitCodes prints the table of exit statuses.
func writeExitCodes(w io.Writer) {
	row := func(status int, code, meaning string) {
		fmt.Fprintf(w, "  %3d  %-21s  %s\n", status, code, meaning)
	}
	row(exitAllowed, "allowed", "a run can be created, as far as the server tells")
	row(exitInternal, "", "wandgo itself failed, for example to write a file")
	row(exitUsage, "", "the command line is wrong")
	for _, c := range exitCauses() {
		meaning := c.cause.Error()
		if c.cause == errors.ErrPermissionDenied { //nolint:errorlint // this very value, not what it covers
			meaning = "refused or in doubt, and the cause is undetermined"
		}
		row(c.status, errors.Code(c.cause), meaning)
	}
	row(exitInterrupted, "", "interrupted")
}
