package diagnose

import (
	"regexp"

	"github.com/wandgo/wandgo/errors"
)

// statements are messages in which a server names the cause itself. Their status
// varies, so that only the text counts.
var statements = []struct {
	message *regexp.Regexp
	cause   error
}{
	{regexp.MustCompile(`(?i)\bdoes not have models write access\b`), errors.ErrSeatRequired},
	{regexp.MustCompile(`(?i)\bAPI key cannot access this resource\b`), errors.ErrKeyScope},
	{regexp.MustCompile(`(?i)\bprotected alias(es)?\b|\balias(es)?\b.{0,80}\b(is|are) protected\b`), errors.ErrProtectedAlias},
	{regexp.MustCompile(`(?i)\bentityName required\b`), errors.ErrNoDefaultEntity},
}

// statedBy returns the cause that a message names, or nil.
func statedBy(message string) error {
	for _, s := range statements {
		if s.message.MatchString(message) {
			return s.cause
		}
	}
	return nil
}

// stated returns the cause that the server named when it refused to show the entity
// or the project, or nil. A missing default entity does not count, because the
// questions name none if the request does not.
func (f *Findings) stated() error {
	for _, a := range []Answer{f.Team.Answer, f.Project.Answer} {
		if a.Outcome != errors.Refused {
			continue
		}
		if cause := statedBy(a.Detail); cause != nil && !errors.Is(cause, errors.ErrNoDefaultEntity) {
			return cause
		}
	}
	return nil
}

// decideStated is the verdict if the refusal itself names the cause.
func decideStated(cause error, f *Findings) Verdict {
	if errors.Is(cause, errors.ErrNoDefaultEntity) {
		return decideNoDefault(f)
	}
	return certain(cause)
}

// decideNoDefault is the verdict if no entity was named. The account's teams decide
// whether there is one to name.
func decideNoDefault(f *Findings) Verdict {
	switch v := f.Who.Viewer; {
	case v == nil:
		return likely(errors.ErrNoDefaultEntity)
	case v.DefaultEntity != "":
		return likely(errors.ErrNoDefaultEntity,
			"the server shows "+quote(v.DefaultEntity)+" as the default entity but does not use it")
	case v.Teams != nil && len(v.Teams) == 0 && v.TeamsComplete && f.Account.HasEntity != Yes:
		return likely(errors.ErrNoTeam)
	}
	return certain(errors.ErrNoDefaultEntity)
}
