package interop

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// refusedArtifact is a case in which the server or its store refuses an artifact.
type refusedArtifact struct {
	half, path string
	options    []wandbtest.Option
	prepare    func(t *testing.T, s *wandbtest.Server)
	// wants are parts of what wandgo says; nil if it is to succeed.
	wants []string
	// unnoticed says that the official client's run succeeds although the artifact is lost.
	unnoticed bool
	// patient says that the official client tries again for longer than a test may take.
	patient bool
}

const storeRefuses = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`

// store is a fault of uploads to, or downloads from, the object store.
func store(method, name string, status, count int) wandbtest.Fault {
	return wandbtest.Fault{
		Operation: method, Status: status, Count: count, Body: storeRefuses, Header: http.Header{"Content-Type": {"application/xml"}},
		Match: func(r *http.Request, _ []byte) bool { return strings.Contains(r.URL.Path, name) },
	}
}

// graphQL is a fault of an operation.
func graphQL(operation, field, message string, status, count int) wandbtest.Fault {
	return wandbtest.Fault{
		Operation: operation, Status: status, Count: count,
		Body: `{"errors":[{"message":"` + message + `","path":["` + field + `"]}],"data":{"` + field + `":null}}`,
	}
}

func inject(f wandbtest.Fault) func(t *testing.T, s *wandbtest.Server) {
	return func(_ *testing.T, s *wandbtest.Server) { s.Inject(f) }
}

// when calls do when a request of the operation arrives.
func when(operation string, do func(s *wandbtest.Server)) func(t *testing.T, s *wandbtest.Server) {
	return func(_ *testing.T, s *wandbtest.Server) {
		s.Inject(wandbtest.Fault{Operation: operation, Match: func(*http.Request, []byte) bool {
			do(s)
			return false
		}})
	}
}

// logOther logs art_files, and all that a case needs before.
func logOther(more ...func(t *testing.T, s *wandbtest.Server)) func(t *testing.T, s *wandbtest.Server) {
	return func(t *testing.T, s *wandbtest.Server) {
		t.Helper()
		out := execute(t.Context(), ourSide(t), s, t.TempDir(), nil, scenario.Phase{}, "art_files")
		require.NoError(t, out.err)
		require.Zero(t, out.exit, "%v", out.said)
		for _, f := range more {
			f(t, s)
		}
	}
}

var refusedArtifacts = map[string]refusedArtifact{
	"the role was changed to View-Only": {
		half: "refused_log", wants: []string{"log artifact", `has only the role "viewer"`},
		prepare: when("CreateArtifact", func(s *wandbtest.Server) { s.SetRole("acme", "alice", wandbtest.RoleViewer) }),
	},
	"the key was revoked": {
		half: "refused_log", wants: []string{"API key"},
		prepare: when("CreateArtifact", func(s *wandbtest.Server) { s.RevokeKey(scenario.Key) }),
	},
	"the alias is protected": {
		half: "refused_log", wants: []string{"protected"},
		prepare: when("CreateArtifact", func(s *wandbtest.Server) { s.ProtectAlias("acme", scenario.Project, "prod") }),
	},
	"the name has another type": {
		half: "refused_log", wants: []string{"has another type"},
		prepare: inject(graphQL("CreateArtifact", "createArtifact", "artifact collection refused already exists with type model; it cannot have an artifact of type dataset", 400, 0)),
	},
	"the store refuses all files": {
		half: "refused_log", wants: []string{"AccessDenied"}, prepare: inject(store("PUT", "/f", 403, 0)),
	},
	"the store refuses one file once": {half: "refused_log", prepare: inject(store("PUT", "/f1", 403, 1))},
	"the store fails once":            {half: "refused_log", prepare: inject(store("PUT", "/f1", 503, 1))},
	"the store refuses the manifest": {
		half: "refused_log", wants: []string{"AccessDenied"}, prepare: inject(store("PUT", "/manifests/", 403, 0)),
	},
	"the store is full": {
		half: "refused_log", wants: []string{"507"}, prepare: inject(store("PUT", "/f", 507, 0)), patient: true,
	},
	"two commits at the same time": {
		half:    "refused_log",
		prepare: inject(graphQL("CommitArtifact", "commitArtifact", "Error 1062: Duplicate entry 'x' for key 'unique_artifact_collection_membership_version'", 409, 1)),
	},
	"the commit is refused": {
		half: "refused_log", wants: []string{"log artifact", "undetermined"}, prepare: inject(graphQL("CommitArtifact", "commitArtifact", "permission denied", 403, 0)),
	},
	"nobody waits": {
		half: "refused_unnoticed", wants: []string{"log artifact", "permission denied"}, unnoticed: true,
		prepare: inject(graphQL("CreateArtifact", "createArtifact", "permission denied", 403, 0)),
	},
	"no such version":  {half: "refused_use", path: "art_files:v7", prepare: logOther(), wants: []string{"art_files:v7", "v0"}},
	"no such artifact": {half: "refused_use", path: "art_file", prepare: logOther(), wants: []string{"art_file", "art_files"}},
	"no such project":  {half: "refused_use", path: "acme/nowhere/art_files", wants: []string{"nowhere"}},
	"not committed yet": {
		half: "refused_use", path: "refused", options: []wandbtest.Option{wandbtest.WithPolicy(wandbtest.Policy{ShowPending: true})},
		prepare: func(t *testing.T, s *wandbtest.Server) {
			t.Helper()
			h := s.Inject(graphQL("CommitArtifact", "commitArtifact", "permission denied", 403, 0))
			execute(t.Context(), ourSide(t), s, t.TempDir(), nil, scenario.Phase{}, "refused_log")
			h.Remove()
		},
		wants: []string{"not complete"},
	},
	"the store refuses the download": {
		half: "refused_download", path: "acme/" + scenario.Project + "/art_files", wants: []string{"AccessDenied"},
		prepare: logOther(inject(store("GET", "/a.txt", 403, 0))),
	},
	"the store lost a file": {
		half: "refused_download", path: "acme/" + scenario.Project + "/art_files", wants: []string{"404"},
		prepare: logOther(inject(wandbtest.Fault{
			Operation: "GET", Status: 404, Body: strings.Replace(storeRefuses, "AccessDenied", "NoSuchKey", 1),
			Match: func(r *http.Request, _ []byte) bool { return strings.HasSuffix(r.URL.Path, "/a.txt") },
		})),
	},
}

// TestArtifacts_Refused logs what each client says if an artifact is refused.
func TestArtifacts_Refused(t *testing.T) {
	t.Parallel()
	_, both := artifactSides(t)
	for name, tc := range refusedArtifacts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := map[string]string{}
			for _, by := range []side{both.official, both.ours} {
				if tc.patient && by.name == both.official.name {
					continue
				}
				s := wandbtest.New(t, artifactWorld(), tc.options...)
				if tc.prepare != nil {
					tc.prepare(t, s)
				}
				before := len(s.Requests())
				out := execute(t.Context(), by, s, t.TempDir(), []string{scenario.PathsVariable + "=" + tc.path}, scenario.Phase{}, tc.half)
				require.NoError(t, out.err)
				said[by.name] = strings.Join(out.said[tc.half], "\n")
				t.Logf("%s: what %s says after %d requests and %d ms (exit status %d):\n%s",
					name, by.name, len(s.Requests())-before, out.took.Milliseconds(), out.exit, said[by.name])
			}
			if tc.wants == nil {
				assert.Contains(t, said["wandgo"], "not refused")
			} else {
				assert.NotContains(t, said["wandgo"], "not refused")
			}
			for _, want := range tc.wants {
				assert.Contains(t, said["wandgo"], want)
			}
			if tc.unnoticed {
				assert.Contains(t, said["official"], "not refused")
			}
		})
	}
}
