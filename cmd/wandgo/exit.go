package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

// The exit statuses that do not stand for a cause.
const (
	exitAllowed      = 0
	exitInternal     = 1
	exitUsage        = 2
	exitTrialsFailed = 70
	exitInterrupted  = 130
)

// exitCause gives a cause its exit status.
type exitCause struct {
	status int
	cause  error
}

// exitCauses are stable: scripts branch on them. 10 to 29 and 50 to 69 are
// refusals, 30 to 49 other failures.
func exitCauses() []exitCause {
	return []exitCause{
		{10, errors.ErrPermissionDenied}, // undetermined cause
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
		{26, errors.ErrKeyScope},
		{27, errors.ErrNoDefaultEntity},
		{28, errors.ErrStoreRefused},
		{29, errors.ErrOrganizationEntity},
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
		{42, errors.ErrMetricLimit},
		{43, errors.ErrArtifactNotReady},
		{44, errors.ErrDigestMismatch},
		{45, errors.ErrTypeClash},
		{46, errors.ErrSweepMissing},
		{47, errors.ErrRowsExported},
		{50, errors.ErrArtifactMissing},
		{51, errors.ErrProtectedAlias},
	}
}

// exitStatus returns the status of the most specific cause of err.
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
	switch {
	case errors.Is(err, sweep.ErrTooManyFailures):
		return exitTrialsFailed
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitInternal
}

// writeExitCodes prints the table of exit statuses.
func writeExitCodes(w io.Writer) {
	row := func(status int, code, meaning string) {
		lead := fmt.Sprintf("  %3d  %-21s  ", status, code)
		p := &printer{w: w}
		p.hanging(lead, strings.Repeat(" ", len(lead)), meaning)
	}
	row(exitAllowed, "allowed", "a run can be created, according to the server")
	row(exitInternal, "", "wandgo itself failed, for example while writing a file")
	row(exitUsage, "", "invalid command line")
	for _, c := range exitCauses() {
		meaning := c.cause.Error()
		if c.cause == errors.ErrPermissionDenied { //nolint:errorlint // this value itself, not what it covers
			meaning = "refused or uncertain; the cause is undetermined"
		}
		row(c.status, errors.Code(c.cause), meaning)
	}
	row(exitTrialsFailed, "", "every trial of a sweep's agent failed, or it gave up")
	row(exitInterrupted, "", "interrupted")
}
