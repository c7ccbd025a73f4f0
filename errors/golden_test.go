package errors_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

var update = flag.Bool("update", false, "write the golden files anew")

// refused returns a complete refusal of "create run acme/vision" for user jo. Each
// case changes it.
func refused(cause error, confidence errors.Confidence, change ...func(*errors.PermissionError)) *errors.PermissionError {
	e := &errors.PermissionError{
		Op:     "create run",
		Action: errors.ActionCreate, Resource: errors.ResourceRun,
		Entity:  "acme",
		Project: "vision",
		RunID:   "8c1fzq20",
		BaseURL: "https://api.forge.coreweave.com",
		AppURL:  "https://forge.coreweave.com/wandb",
		Viewer: &errors.Viewer{
			ID: "VXNlcjox", Username: "jo", Email: "jo@example.com", DefaultEntity: "jo-lab",
			Teams: []string{"jo-lab", "acme-research"}, TeamsComplete: true, AccountType: "USER",
		},
		KeySource:  "WANDB_API_KEY",
		Cause:      cause,
		Confidence: confidence,
		Evidence: []errors.Probe{
			{Name: "viewer", Question: "account", Outcome: errors.Answered, Result: `user "jo", teams: jo-lab, acme-research`, StatusCode: 200},
			{Name: "entity", Question: `entity "acme"`, Outcome: errors.Answered, Result: "visible, read-only", StatusCode: 200},
			{Name: "project", Question: `project "acme/vision"`, Outcome: errors.Empty, Result: "null: missing or hidden from you", StatusCode: 200},
		},
		StatusCode: 403,
		Message:    "permission denied",
		Code:       "PERMISSION_ERROR",
		RequestID:  "7d9f2c31",
		Time:       time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC),
		Err:        errors.New("returned error 403: permission denied"),
	}
	for _, c := range change {
		c(e)
	}
	return e
}

func member(e *errors.PermissionError) {
	e.Viewer.Teams = append(e.Viewer.Teams, "acme")
	e.Evidence[0].Result += ", acme"
}

func keyUnknown(e *errors.PermissionError) {
	e.Viewer = nil
	e.StatusCode, e.Message = 401, "user is not logged in"
	e.Evidence = []errors.Probe{{Name: "viewer", Question: "account", Outcome: errors.Empty, Result: "null: missing or hidden from you", StatusCode: 200}}
}

// malformed is the refusal of a key that was not sent.
func malformed(flaw string, change ...func(*errors.PermissionError)) *errors.PermissionError {
	return refused(errors.ErrBadAPIKey, errors.Certain, append([]func(*errors.PermissionError){noEvidence, func(e *errors.PermissionError) {
		e.Viewer, e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = nil, 0, "", "", "", errors.New(flaw)
	}}, change...)...)
}

func evidence(name, question string, outcome errors.Outcome, result string, status int) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) {
		e.Evidence = append(e.Evidence, errors.Probe{Name: name, Question: question, Outcome: outcome, Result: result, StatusCode: status})
	}
}

func selfHosted(e *errors.PermissionError) {
	e.BaseURL, e.AppURL = "https://wandb.corp.example:8443", "https://wandb.corp.example:8443"
}

func behindProxy(p *errors.Proxy, status int, message string) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) {
		e.Proxy, e.Viewer, e.StatusCode, e.Message, e.Code, e.RequestID = p, nil, status, message, "", ""
	}
}

func noEvidence(e *errors.PermissionError) { e.Evidence = nil }

func notes(lines ...string) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) { e.Notes = append(e.Notes, lines...) }
}

type golden struct {
	name string
	err  error
}

func refusals() []golden {
	return append(artifactRefusals(), []golden{
		{"bad_api_key", refused(errors.ErrBadAPIKey, errors.Certain, keyUnknown)},
		{"bad_api_key_likely", refused(errors.ErrBadAPIKey, errors.Likely, keyUnknown, selfHosted, func(e *errors.PermissionError) {
			e.StatusCode, e.Message = 403, "permission denied"
			e.KeySource = "netrc /home/jo/.netrc (machine wandb.corp.example:8443)"
		}, notes("a bad key should have been answered with 401; yet the server recognises no account behind this one"))},
		{"bad_api_key_malformed", malformed("the API key is too short: 5 characters, at least 40 are needed")},
		{"bad_api_key_malformed_twice", malformed("the API key ends with a line break; it also is the same text 3 times (120 characters in all)",
			selfHosted, func(e *errors.PermissionError) {
				e.EntityDefaulted, e.Entity = true, ""
				e.KeySource = "netrc /home/jo/.netrc (machine wandb.corp.example:8443)"
			})},
		{"bad_api_key_malformed_unsaid", malformed("", func(e *errors.PermissionError) { e.Err, e.KeySource = nil, "" })},
		{"no_api_key", refused(errors.ErrNoAPIKey, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer, e.KeySource, e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = nil, "", 0, "", "", "", nil
		})},
		{"bad_identity", refused(errors.ErrBadAPIKey, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer, e.KeySource, e.StatusCode, e.Message, e.Code = nil, "identity token from /run/secrets/token", 400, "invalid_grant", ""
		})},
		{"no_identity", refused(errors.ErrNoAPIKey, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer, e.KeySource = nil, "identity token from /run/secrets/token"
			e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = 0, "", "", "", nil
		}, notes("the identity token file /run/secrets/token is empty"))},
		{"identity_of_an_outsider", refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) {
			e.KeySource = "identity token from /run/secrets/token"
		})},
		{"anonymous_key", refused(errors.ErrAnonymousKey, errors.Certain, func(e *errors.PermissionError) {
			e.Viewer = &errors.Viewer{Username: "anony-mouse-123", AccountType: "ANONYMOUS", Teams: []string{}, TeamsComplete: true}
			e.Evidence = e.Evidence[:1]
			e.Evidence[0].Result = `user "anony-mouse-123" (anonymous account), in no team`
		})},
		{"not_team_member", refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) {
			e.Suggestions = []string{"acme-research"}
		})},
		{"not_team_member_likely", refused(errors.ErrNotTeamMember, errors.Likely, func(e *errors.PermissionError) {
			e.Evidence[1].Outcome, e.Evidence[1].Result = errors.Empty, "null: missing or hidden from you"
			e.KeySource = "Options.APIKey"
		}, notes("the entity is hidden from you; it exists, or the server would have said that it does not"))},
		{"not_team_member_placeholder", refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) {
			e.Entity = "None"
			e.Evidence[1].Question = `entity "None"`
			e.Evidence[2].Question = `project "None/vision"`
		}, notes(`the entity "None" looks like Python's None turned into text`))},
		{"not_team_member_no_teams", refused(errors.ErrNotTeamMember, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer = &errors.Viewer{Username: "jo", Teams: []string{}, TeamsComplete: true}
		})},
		{"not_team_member_many_teams", refused(errors.ErrNotTeamMember, errors.Likely, noEvidence, func(e *errors.PermissionError) {
			e.Viewer.Teams, e.Viewer.TeamsComplete = nil, false
			for i := range 250 {
				e.Viewer.Teams = append(e.Viewer.Teams, fmt.Sprintf("course-team-%03d", i))
			}
		})},
		{"viewer_role", refused(errors.ErrViewerRole, errors.Certain, member, func(e *errors.PermissionError) { e.Role = "View-Only" },
			evidence("role", `your role in "acme"`, errors.Answered, `"View-Only"`, 200))},
		{"viewer_role_unnamed", refused(errors.ErrViewerRole, errors.Likely, member,
			evidence("role", `your role in "acme"`, errors.Refused, "not disclosed (HTTP 403: permission denied)", 403))},
		{"viewer_account", refused(errors.ErrViewerRole, errors.Likely, member, func(e *errors.PermissionError) { e.Viewer.AccountType = "VIEWER" },
			notes("your account is of the view-only type"))},
		{"project_missing", refused(errors.ErrProjectMissing, errors.Likely, member, func(e *errors.PermissionError) {
			e.Op, e.StatusCode, e.Message, e.Code = "resume run", 404, "project not found", ""
		})},
		{"project_hidden", refused(errors.ErrProjectHidden, errors.Likely, member, func(e *errors.PermissionError) {
			e.StatusCode, e.Message, e.Code = 404, "project not found", ""
			e.Evidence[1].Result = "visible, writable"
		})},
		{"entity_missing", refused(errors.ErrEntityMissing, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Entity, e.StatusCode, e.Message, e.Code = "acme-reserch", 404, "entity acme-reserch not found during upsertBucket", ""
			e.Suggestions = []string{"acme-research"}
		})},
		{"no_personal_entity", refused(errors.ErrNoPersonalEntity, errors.Certain, func(e *errors.PermissionError) {
			e.Entity, e.Viewer.PersonalEntity, e.Suggestions = "jo", errors.PersonalEntityAbsent, []string{"jo-lab"}
			e.StatusCode, e.Message, e.Code = 404, "entity jo not found during upsertBucket", ""
			e.Evidence = e.Evidence[:1]
		}, evidence("account", "personal entity", errors.Answered, "disabled", 200))},
		{"no_personal_entity_default", refused(errors.ErrNoPersonalEntity, errors.Likely, func(e *errors.PermissionError) {
			e.Entity, e.EntityDefaulted, e.Viewer.DefaultEntity = "jo", true, "jo"
			e.Evidence = e.Evidence[:1]
		}, evidence("account", "personal entity", errors.Unsupported, "not supported by this server", 200))},
		{"no_team", refused(errors.ErrNoTeam, errors.Likely, noEvidence, func(e *errors.PermissionError) {
			e.Viewer = &errors.Viewer{Username: "jo", Teams: []string{}, TeamsComplete: true}
			e.Entity, e.StatusCode, e.Message, e.Code = "jo", 404, "entity jo not found during upsertBucket", ""
		})},
		{"project_restricted", refused(errors.ErrProjectRestricted, errors.Certain, member, func(e *errors.PermissionError) {
			e.Evidence[1].Result = "visible, writable"
			e.Evidence[2].Outcome, e.Evidence[2].Result = errors.Answered, `visible, read-only, access RESTRICTED, owner "sam"`
		}, notes("the project is Restricted and does not list you"))},
		{"project_restricted_role", refused(errors.ErrProjectRestricted, errors.Certain, member, func(e *errors.PermissionError) {
			e.Role = "View-Only"
			e.Evidence[1].Result = "visible, writable"
			e.Evidence[2].Outcome, e.Evidence[2].Result = errors.Answered, "visible, read-only, access PRIVATE"
		}, evidence("project-role", `your role in project "acme/vision"`, errors.Answered, `"View-Only"`, 200))},
		{"seat_required", refused(errors.ErrSeatRequired, errors.Likely, member, func(e *errors.PermissionError) { e.Role = "member" },
			evidence("seat", "your seat in the organization", errors.Answered, `"viewer" in "Acme Inc"`, 200),
			notes(`your Models seat is "viewer" in the organization "Acme Inc"`))},
		{"team_frozen", refused(errors.ErrTeamFrozen, errors.Likely, member, func(e *errors.PermissionError) { e.Role = "admin" },
			evidence("entity-kind", `kind of entity "acme"`, errors.Answered, "team, frozen by an administrator: true", 200))},
		{"organization_entity", refused(errors.ErrOrganizationEntity, errors.Certain, evidence("kind", `kind of entity "acme"`, errors.Answered, "organization, not frozen", 200))},
		{"service_account_scope", refused(errors.ErrServiceAccountScope, errors.Likely, func(e *errors.PermissionError) {
			e.Viewer = &errors.Viewer{Username: "ci-bot", DefaultEntity: "acme-research", Teams: []string{"acme-research"}, TeamsComplete: true, AccountType: "SERVICE"}
			e.Evidence[0].Result = `user "ci-bot" (service account), teams: acme-research`
			e.KeySource = "netrc /root/.netrc (machine api.forge.coreweave.com)"
		})},
		{"seat_required_stated", refused(errors.ErrSeatRequired, errors.Certain, member, noEvidence, func(e *errors.PermissionError) {
			e.Message = "user does not have models write access for this org"
		})},
		{"key_scope", refused(errors.ErrKeyScope, errors.Certain, member, noEvidence, func(e *errors.PermissionError) {
			e.Message = "the provided API key cannot access this resource"
		})},
		{"running_key_scope", refused(errors.ErrKeyScope, errors.Certain, member, noEvidence, func(e *errors.PermissionError) {
			e.Op, e.Message = "upload run", "the provided API key cannot access this resource"
		})},
		{"no_default_entity", refused(errors.ErrNoDefaultEntity, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Entity, e.EntityDefaulted, e.Viewer.DefaultEntity = "", true, ""
			e.StatusCode, e.Message, e.Code = 400, "entityName required for upsertBucket (user has no default)", ""
		})},
		{"intermediary", refused(errors.ErrIntermediary, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer, e.Code, e.RequestID = nil, "", ""
			e.Message = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>Blocked by policy</body></html>"
		}, notes("the body is an HTML page"))},
		{"proxy_wants_login", refused(errors.ErrIntermediary, errors.Certain, noEvidence, behindProxy(&errors.Proxy{
			Address: "http://proxy.corp.example:3128", Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443",
		}, 407, "Proxy Authentication Required"))},
		{"proxy_wants_another_login", refused(errors.ErrIntermediary, errors.Certain, noEvidence, behindProxy(&errors.Proxy{
			Address: "http://proxy.corp.example:3128", Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443", Schemes: []string{"Negotiate", "NTLM"},
		}, 407, "Proxy Authentication Required"))},
		{"proxy_rejects_login", refused(errors.ErrIntermediary, errors.Certain, noEvidence, behindProxy(&errors.Proxy{
			Address: "http://proxy.corp.example:3128", Source: "settings file /home/jo/.config/wandb/settings", Login: true, Target: "api.forge.coreweave.com:443",
		}, 407, "Proxy Authentication Required"))},
		{"proxy_refuses", refused(errors.ErrIntermediary, errors.Certain, noEvidence, behindProxy(&errors.Proxy{
			Address: "http://proxy.corp.example:3128", Target: "api.forge.coreweave.com:443",
		}, 403, "Forbidden"))},
		{"google_front_end", refused(errors.ErrIntermediary, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Viewer, e.Code, e.RequestID, e.Message = nil, "", "", "Error 403 (Forbidden)!!1"
		}, notes("the body is an HTML page"))},
		{"store_refused", refused(errors.ErrStoreRefused, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Dir = "/data/wandb/run-20261123_140000-8c1fzq20"
			e.Op, e.File, e.Store, e.Viewer, e.RequestID = "upload files of run", "checkpoint.pt", "bucket.s3.example.com", nil, ""
			e.Message, e.Code = "AccessDenied: Access Denied", "AccessDenied"
		})},
		{"store_refused_clock", refused(errors.ErrStoreRefused, errors.Certain, noEvidence, func(e *errors.PermissionError) {
			e.Op, e.File, e.Store, e.Viewer, e.RequestID = "sync run", "checkpoint.pt", "bucket.s3.example.com", nil, ""
			e.Message = "RequestTimeTooSkewed: The difference between the request time and the current time is too large."
			e.Code = "RequestTimeTooSkewed"
		})},
		{"store_refused_too_large", refused(errors.ErrStoreRefused, errors.Certain, noEvidence, selfHosted, func(e *errors.PermissionError) {
			e.Dir = "/data/wandb/run-20261123_140000-8c1fzq20"
			e.Op, e.File, e.Store, e.Viewer, e.RequestID = "upload files of run", "checkpoint.pt", "minio.corp.example", nil, ""
			e.StatusCode, e.Message, e.Code = 400, "EntityTooLarge: Your proposed upload exceeds the maximum allowed size", "EntityTooLarge"
		})},
		{"store_refused_likely", refused(errors.ErrStoreRefused, errors.Likely, noEvidence, func(e *errors.PermissionError) {
			e.Dir = "/data/wandb/run-20261123_140000-8c1fzq20"
			e.Op, e.File, e.Store, e.Viewer, e.RequestID = "upload files of run", "checkpoint.pt", "bucket.s3.example.com", nil, ""
			e.StatusCode, e.Message, e.Code = 405, "405 Not Allowed", ""
		}, notes("the body is an HTML page"))},
		{"undetermined", refused(nil, errors.Undetermined, member, func(e *errors.PermissionError) {
			e.Candidates = []error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrSeatRequired}
			e.Evidence[1].Result = "visible, writable"
		})},
		{"undetermined_every_candidate", refused(nil, errors.Undetermined, noEvidence, func(e *errors.PermissionError) {
			for _, s := range errors.Sentinels() {
				if errors.Is(s, errors.ErrPermissionDenied) && error(s) != errors.ErrPermissionDenied {
					e.Candidates = append(e.Candidates, s)
				}
			}
		})},
		{"undetermined_probes_failed", refused(nil, errors.Undetermined, func(e *errors.PermissionError) {
			e.Viewer = nil
			e.Evidence = nil
			e.Candidates = []error{errors.ErrNotTeamMember, errors.ErrViewerRole}
		}, evidence("viewer", "account", errors.Failed, "no usable response (HTTP 502: bad gateway)", 502),
			evidence("entity", `entity "acme"`, errors.Refused, "", 403),
			evidence("project", `project "acme/vision"`, errors.Failed, "", 0),
			evidence("project-role", `your role in project "acme/vision"`, errors.Unsupported, "", 200),
			evidence("seat", "your seat in the organization", errors.Skipped, "", 0))},
		{"undetermined_nothing_known", &errors.PermissionError{Op: "create run", StatusCode: 403}},
		{"defaulted_entity", refused(errors.ErrViewerRole, errors.Certain, member, func(e *errors.PermissionError) {
			e.EntityDefaulted, e.Viewer.DefaultEntity, e.Role = true, "acme", "View-Only"
		})},
		{"hostile_server", refused(nil, errors.Undetermined, func(e *errors.PermissionError) {
			e.Message = "\x1b[31mdenied\x1b[0m\r\nINFO all is well\u2028\u202ereversed\xff\xfe\x00 " + strings.Repeat("A", 1<<20)
			e.Code = "CODE\nX"
			e.RequestID = "id\x1b]0;title\x07"
			e.Viewer.Username = "jo\"; rm -rf /\n"
			e.Viewer.Teams = []string{"a'b\nc", strings.Repeat("long ", 100)}
			e.Viewer.DefaultEntity = ""
			e.Evidence[1].Result = "line one\nline two\x1b[2J"
			e.Candidates = []error{errors.New("a cause of\nour own"), nil}
		})},
		{"foreign_cause", refused(errors.New("a cause this package does not know"), errors.Likely, noEvidence)},
		{"zero", &errors.PermissionError{}},
	}...)
}

// Each golden file holds the one-line text, then the full text.
func TestExplain_EachCause_MatchesGolden(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(refusals(), failures(), invalidInputs(), syncs()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := tt.err.Error() + "\n\n" + errors.Explain(tt.err) + "\n"
			path := filepath.Join("testdata", tt.name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err, "run go test -run TestExplain_EachCause_MatchesGolden -update ./errors")
			assert.Equal(t, string(want), got)
		})
	}
}

func TestGoldenFiles_All_BelongToACase(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	for _, tt := range slices.Concat(refusals(), failures(), invalidInputs(), syncs()) {
		used[filepath.Join("testdata", tt.name+".golden")] = true
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	require.NoError(t, err)
	for _, file := range files {
		assert.True(t, used[file], "%s belongs to no case", file)
	}
}

// TestGoldenFiles_EveryCause_HasOne leaves out the causes that methods of a run return
// without a request.
func TestGoldenFiles_EveryCause_HasOne(t *testing.T) {
	t.Parallel()
	named := map[string]bool{} // by the case's name
	seen := map[string]bool{
		errors.Code(errors.ErrStepInPast): true, errors.Code(errors.ErrRowLost): true,
	}
	for _, tt := range slices.Concat(refusals(), failures(), invalidInputs()) {
		named[tt.name], seen[errors.Code(tt.err)] = true, true
	}
	for _, cause := range causesOfRefusal() {
		assert.True(t, named[cause.Code()], "refusals needs a case named %s", cause.Code())
	}
	for _, s := range errors.Sentinels() {
		assert.True(t, seen[s.Code()], "failures needs a case for %s", s.Code())
	}
}
