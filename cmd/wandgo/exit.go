package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

// Exit statuses that the commands themselves give.
const (
	exitAllowed      = 0
	exitInternal     = 1
	exitUsage        = 2
	exitTrialsFailed = 70
	exitInterrupted  = 130
)

// exits are the exit statuses. They are stable: scripts branch on them. 10 to 29 and 50 to 69
// are refusals, 30 to 49 other failures. Without a meaning, it is the text of the cause.
var exits = []struct {
	status  int
	cause   error // nil for a status that no error has
	meaning string
}{
	{exitAllowed, nil, "a run can be created, according to the server"},
	{exitInternal, nil, "wandgo itself failed, for example while writing a file"},
	{exitUsage, nil, "invalid command line"},
	{10, errors.ErrPermissionDenied, "refused or uncertain; the cause is undetermined"},
	{11, errors.ErrNoAPIKey, ""},
	{12, errors.ErrBadAPIKey, ""},
	{13, errors.ErrNotTeamMember, ""},
	{14, errors.ErrViewerRole, ""},
	{15, errors.ErrProjectMissing, ""},
	{16, errors.ErrEntityMissing, ""},
	{17, errors.ErrNoPersonalEntity, ""},
	{18, errors.ErrProjectRestricted, ""},
	{19, errors.ErrSeatRequired, ""},
	{20, errors.ErrServiceAccountScope, ""},
	{21, errors.ErrIntermediary, ""},
	{22, errors.ErrAnonymousKey, ""},
	{23, errors.ErrNoTeam, ""},
	{24, errors.ErrProjectHidden, ""},
	{25, errors.ErrTeamFrozen, ""},
	{26, errors.ErrKeyScope, ""},
	{27, errors.ErrNoDefaultEntity, ""},
	{28, errors.ErrStoreRefused, ""},
	{29, errors.ErrOrganizationEntity, ""},
	{30, errors.ErrServerUnavailable, ""},
	{31, errors.ErrWrongBaseURL, ""},
	{32, errors.ErrRateLimited, ""},
	{33, errors.ErrInvalidInput, ""},
	{34, errors.ErrSchemaMismatch, ""},
	{35, errors.ErrUnexpectedAnswer, ""},
	{36, errors.ErrRunDeleted, ""},
	{37, errors.ErrRunFinished, ""},
	{38, errors.ErrRunExists, ""},
	{39, errors.ErrRunMissing, ""},
	{40, errors.ErrStepInPast, ""},
	{41, errors.ErrRowLost, ""},
	{42, errors.ErrMetricLimit, ""},
	{43, errors.ErrArtifactNotReady, ""},
	{44, errors.ErrDigestMismatch, ""},
	{45, errors.ErrTypeClash, ""},
	{46, errors.ErrSweepMissing, ""},
	{47, errors.ErrRowsExported, ""},
	{50, errors.ErrArtifactMissing, ""},
	{51, errors.ErrProtectedAlias, ""},
	{exitTrialsFailed, sweep.ErrTooManyFailures, "every trial of a sweep's agent failed, or it gave up"},
	{exitInterrupted, context.Canceled, "interrupted"},
}

// exitStatus returns the status of the most specific cause of err.
func exitStatus(err error) int {
	if err == nil {
		return exitAllowed
	}
	code := errors.Code(err)
	for _, e := range exits {
		own := errors.Code(e.cause)
		if own == code && (own != "" || e.cause != nil && errors.Is(err, e.cause)) {
			return e.status
		}
	}
	return exitInternal
}

// exitTable is the exit statuses for a person.
func exitTable() string {
	var b strings.Builder
	p := &printer{w: &b}
	for _, e := range exits {
		code := errors.Code(e.cause)
		if e.status == exitAllowed {
			code = client.Allowed.String()
		}
		lead := fmt.Sprintf("  %3d  %-21s  ", e.status, code)
		if e.meaning == "" {
			e.meaning = e.cause.Error()
		}
		p.hanging(lead, strings.Repeat(" ", len(lead)), e.meaning)
	}
	return b.String()
}
