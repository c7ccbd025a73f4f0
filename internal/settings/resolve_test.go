package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// Every setting is resolved from each of its sources, from the strongest to
// the default, removing one source at a time.
func TestResolve_EverySetting_FollowsPrecedence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		option   string
		env      []string // the strongest first
		values   []string // of env, the local and the global file
		fallback Value
		got      func(*Settings) Value
	}{
		{"entity", []string{"WANDB_ENTITY"}, []string{"b", "c", "d"}, Value{}, func(s *Settings) Value { return s.Entity }},
		{"project", []string{"WANDB_PROJECT"}, []string{"b", "c", "d"}, Value{"uncategorized", SourceDefault}, func(s *Settings) Value { return s.Project }},
		{"run_id", []string{"WANDB_RUN_ID"}, []string{"b", "c", "d"}, Value{}, func(s *Settings) Value { return s.RunID }},
		{"run_name", []string{"WANDB_NAME", "WANDB_RUN_NAME"}, []string{"b", "b2", "c", "d"}, Value{}, func(s *Settings) Value { return s.Name }},
		{"run_group", []string{"WANDB_RUN_GROUP"}, []string{"b", "c", "d"}, Value{}, func(s *Settings) Value { return s.Group }},
		{"run_job_type", []string{"WANDB_JOB_TYPE", "WANDB_RUN_JOB_TYPE"}, []string{"b", "b2", "c", "d"}, Value{}, func(s *Settings) Value { return s.JobType }},
		{"run_notes", []string{"WANDB_NOTES", "WANDB_RUN_NOTES"}, []string{"b", "b2", "c", "d"}, Value{}, func(s *Settings) Value { return s.Notes }},
		{"mode", []string{"WANDB_MODE"}, []string{"offline", "disabled", "online"}, Value{"online", SourceDefault}, func(s *Settings) Value { return s.Mode }},
		{"base_url", []string{"WANDB_BASE_URL"}, []string{"http://b", "http://c", "http://d"}, Value{DefaultBaseURL, SourceDefault}, func(s *Settings) Value { return s.BaseURL }},
		{"sweep_id", []string{"WANDB_SWEEP_ID"}, []string{"b", "c", "d"}, Value{}, func(s *Settings) Value { return s.Sweep }},
		{"resume", []string{"WANDB_RESUME"}, []string{"must", "allow", "never"}, Value{}, func(s *Settings) Value { return s.Resume }},
		{"x_label", []string{"WANDB_X_LABEL", "WANDB__LABEL"}, []string{"b", "b2", "c", "d"}, Value{}, func(s *Settings) Value { return Value{s.Shared.Label, s.Shared.LabelSource} }},
	}
	for _, tt := range tests {
		t.Run(tt.option, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			files := tt.values[len(tt.env):]
			local := w.write(t, localFile, "[default]\n"+tt.option+" = "+files[0]+"\n")
			global := w.write(t, globalFile, "[default]\n"+tt.option+" = "+files[1]+"\n")
			for i, name := range tt.env {
				w.vars[name] = tt.values[i]
			}
			for i, name := range tt.env {
				assert.Equal(t, Value{tt.values[i], name}, tt.got(w.resolve(t, Explicit{})), "environment")
				delete(w.vars, name)
			}
			assert.Equal(t, Value{files[0], "settings file " + local}, tt.got(w.resolve(t, Explicit{})), "local file")
			require.NoError(t, os.Remove(local))
			assert.Equal(t, Value{files[1], "settings file " + global}, tt.got(w.resolve(t, Explicit{})), "global file")
			require.NoError(t, os.Remove(global))
			assert.Equal(t, tt.fallback, tt.got(w.resolve(t, Explicit{})), "default")
		})
	}
	w := newWorld(t)
	w.vars["WANDB_BASE_URL"] = "http://b"
	assert.Equal(t, Value{"http://a", "Options.BaseURL"}, w.resolve(t, Explicit{BaseURL: "http://a"}).BaseURL)
}

func TestResolve_EmptyVariable_HidesFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(t, globalFile, "[default]\nentity = team\nproject = p\nrun_name = n\nmode = offline\nrun_id = abc\nbase_url = http://h:1\n")
	for _, name := range []string{"ENTITY", "PROJECT", "NAME", "MODE", "RUN_ID", "BASE_URL", "TAGS", "SILENT", "INIT_TIMEOUT"} {
		w.vars["WANDB_"+name] = ""
	}
	s := w.resolve(t, Explicit{})
	// The official client takes the first three as "explicitly none" ...
	assert.Equal(t, Value{}, s.Entity)
	assert.Equal(t, Value{"uncategorized", SourceDefault}, s.Project)
	assert.Equal(t, Value{}, s.Name)
	// ... and refuses the others; here they count as not set.
	assert.Equal(t, "offline", s.Mode.Text)
	assert.Equal(t, "abc", s.RunID.Text)
	assert.Equal(t, "http://h:1", s.BaseURL.Text)
	assert.Nil(t, s.Tags)
	assert.False(t, s.Silent)
	assert.Equal(t, 90*time.Second, s.InitTimeout)
	assert.Empty(t, s.Warnings)
}

func TestResolve_EmptyOption_HidesWeakerFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(t, globalFile, "[default]\nentity = team\n")
	w.write(t, localFile, "[default]\nentity =\n")
	assert.Equal(t, Value{}, w.resolve(t, Explicit{}).Entity)
}

func TestResolve_Mode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"online": "online", "run": "online", "offline": "offline", "dryrun": "offline", "disabled": "disabled", "shared": "shared",
	} {
		w := newWorld(t)
		w.vars["WANDB_MODE"] = in
		assert.Equal(t, want, w.resolve(t, Explicit{}).Mode.Text, in)
	}
	for _, in := range []string{"offlin", "OFFLINE", " offline"} {
		w := newWorld(t)
		w.vars["WANDB_MODE"] = in
		_, err := Resolve(w.env(), Explicit{})
		assert.Equal(t, "WANDB_MODE", requireInputError(t, err, "mode").Source)
		assert.ErrorContains(t, err, "WANDB_MODE")
	}
}

func TestResolve_Tags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(t, globalFile, "[default]\nrun_tags = x, y\n")
	assert.Equal(t, []string{"x, y"}, w.resolve(t, Explicit{}).Tags, "a file has one tag")
	w.vars["WANDB_TAGS"] = "a, b,,c"
	s := w.resolve(t, Explicit{})
	assert.Equal(t, []string{"a", " b", "c"}, s.Tags)
	assert.Equal(t, "WANDB_TAGS", s.TagsSource)
	assert.Len(t, s.Warnings, 1)
}

func TestResolve_Directories(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	assert.Equal(t, filepath.Join(w.work, "wandb"), w.resolve(t, Explicit{}).RunRoot())
	w.write(t, "wandb/settings", "[default]\nentity = plain\n")
	w.vars["WANDB_DIR"] = "sub"
	s := w.resolve(t, Explicit{})
	assert.Equal(t, filepath.Join(w.work, "sub", "wandb"), s.RunRoot())
	assert.Equal(t, "plain", s.Entity.Text, "WANDB_DIR does not move the local file")
	w.vars["WANDB_DIR"] = "~/runs"
	assert.Equal(t, filepath.Join(w.home, "runs"), w.resolve(t, Explicit{}).Dir)
	delete(w.vars, "WANDB_DIR")

	w.write(t, ".wandb/settings", "[default]\nproject = dot\n")
	s = w.resolve(t, Explicit{})
	assert.Equal(t, filepath.Join(w.work, ".wandb"), s.RunRoot())
	assert.Equal(t, Value{}, s.Entity, ".wandb replaces wandb")
	assert.Equal(t, "dot", s.Project.Text)

	w.write(t, globalFile, "[default]\nentity = home\n")
	w.write(t, "~/cfg/settings", "[default]\nentity = moved\n")
	w.vars["WANDB_CONFIG_DIR"] = "~/cfg"
	assert.Equal(t, "moved", w.resolve(t, Explicit{}).Entity.Text)
}

func TestResolve_UnreadableFile_Warns(t *testing.T) {
	t.Parallel()
	t.Run("syntax", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		path := w.write(t, globalFile, "[default]\nentity = team\napi_key "+hexKey+"\n")
		s := w.resolve(t, Explicit{BaseURL: "https://wandb.test"})
		assert.Equal(t, Value{}, s.Entity)
		assert.Equal(t, []string{"settings file " + path + " is ignored: line 3: expected name = value"}, s.Warnings)
		assert.Empty(t, s.Files)
	})
	t.Run("settings without effect", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		path := w.write(t, globalFile, "[default]\nroot_dir = /tmp\nsettings_system = /x\nunheard_of = 1\n")
		s := w.resolve(t, Explicit{})
		assert.Equal(t, w.work, s.Dir)
		assert.Len(t, s.Warnings, 2)
		assert.Equal(t, []string{path}, s.Files)
	})
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.write(t, globalFile, strings.Repeat("#\n", smallfile.DefaultLimit/2+1))
		s := w.resolve(t, Explicit{BaseURL: "https://wandb.test"})
		require.Len(t, s.Warnings, 1)
		assert.Contains(t, s.Warnings[0], "file is too large (limit: 1024 KiB)")
	})
	t.Run("directories", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for _, name := range []string{globalFile, localFile, "~/.netrc"} {
			w.write(t, name+"/x", "")
		}
		s := w.resolve(t, Explicit{})
		assert.Len(t, s.Warnings, 3, "both settings files and netrc")
		assert.True(t, s.Key.Empty())
	})
	t.Run("netrc too large", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		path := w.write(t, "~/.netrc", strings.Repeat("#\n", smallfile.DefaultLimit/2+1))
		assert.Equal(t, []string{"netrc " + path + " could not be read: file is too large (limit: 1024 KiB)"}, w.resolve(t, Explicit{}).Warnings)
	})
}

func TestResolve_ZeroEnv_Works(t *testing.T) {
	t.Setenv("WANDB_ENTITY", "team")
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir())
	s, err := Resolve(Env{}, Explicit{})
	require.NoError(t, err)
	assert.Equal(t, Value{"team", "WANDB_ENTITY"}, s.Entity)
}

func TestResolve_AppURL_IsOverridden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["WANDB_APP_URL"] = "https://pages.example/"
	assert.Equal(t, "https://pages.example", w.resolve(t, Explicit{BaseURL: "http://h:1"}).AppURL)
}

func TestResolve_HeadersFromEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["WANDB_USERNAME"], w.vars["WANDB_EMAIL"] = "jo", "weak@example.com"
	assert.Equal(t, "weak@example.com", w.resolve(t, Explicit{}).Email)
	w.vars["WANDB_USER_EMAIL"] = "jo@example.com"
	s := w.resolve(t, Explicit{})
	assert.Equal(t, "jo", s.Username)
	assert.Equal(t, "jo@example.com", s.Email)
}
