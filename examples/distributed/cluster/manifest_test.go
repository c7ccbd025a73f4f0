package cluster

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func manifest(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../agents.yaml")
	require.NoError(t, err)
	return string(text)
}

// parse refuses fields that a Job does not have, and fields that are there twice.
func parse(text string) (batch.Job, error) {
	var job batch.Job
	err := yaml.UnmarshalStrict([]byte(text), &job)
	return job, err
}

func TestManifest_IsAnIndexedJob(t *testing.T) {
	t.Parallel()
	job, err := parse(manifest(t))
	require.NoError(t, err)
	assert.Equal(t, "batch/v1", job.APIVersion)
	assert.Equal(t, "Job", job.Kind)
	assert.NotEmpty(t, job.Name)
	spec, pod := job.Spec, job.Spec.Template.Spec
	require.NotNil(t, spec.CompletionMode)
	assert.Equal(t, batch.IndexedCompletion, *spec.CompletionMode)
	require.NotNil(t, spec.Completions, "an Indexed Job needs it")
	require.NotNil(t, spec.Parallelism)
	assert.Equal(t, *spec.Completions, *spec.Parallelism, "all agents work at the same time")
	assert.NotNil(t, spec.BackoffLimitPerIndex)
	// The API server demands it for backoffLimitPerIndex and for podFailurePolicy.
	assert.Equal(t, core.RestartPolicyNever, pod.RestartPolicy)

	require.NotNil(t, spec.PodFailurePolicy)
	require.Len(t, spec.PodFailurePolicy.Rules, 1)
	rule := spec.PodFailurePolicy.Rules[0]
	assert.Equal(t, batch.PodFailurePolicyActionIgnore, rule.Action)
	assert.Equal(t, []batch.PodFailurePolicyOnPodConditionsPattern{{Type: core.DisruptionTarget, Status: core.ConditionTrue}}, rule.OnPodConditions)
	// An agent takes up to 30 s to finish the run of a trial that was interrupted.
	require.NotNil(t, pod.TerminationGracePeriodSeconds)
	assert.Greater(t, *pod.TerminationGracePeriodSeconds, int64(30))
}

func TestManifest_Container_HasWhatAnAgentNeeds(t *testing.T) {
	t.Parallel()
	job, err := parse(manifest(t))
	require.NoError(t, err)
	pod := job.Spec.Template.Spec
	require.Len(t, pod.Containers, 1)
	c := pod.Containers[0]
	env := map[string]core.EnvVar{}
	for _, v := range c.Env {
		assert.NotContains(t, env, v.Name, "is there twice")
		env[v.Name] = v
	}
	for _, name := range []string{"WANDB_ENTITY", "WANDB_PROJECT", "WANDB_SWEEP_ID", "WANDB_DIR"} {
		assert.NotEmpty(t, env[name].Value, name)
	}
	key := env["WANDB_API_KEY"]
	assert.Empty(t, key.Value, "a manifest must not have a key in it")
	require.NotNil(t, key.ValueFrom)
	require.NotNil(t, key.ValueFrom.SecretKeyRef)
	secret := key.ValueFrom.SecretKeyRef
	assert.Contains(t, manifest(t), "kubectl create secret generic "+secret.Name+" --from-literal="+secret.Key+"=", "the comment makes the secret")

	require.Len(t, c.VolumeMounts, 1)
	require.Len(t, pod.Volumes, 1)
	assert.Equal(t, pod.Volumes[0].Name, c.VolumeMounts[0].Name)
	assert.Equal(t, c.VolumeMounts[0].MountPath, env["WANDB_DIR"].Value)
	for name, limit := range c.Resources.Requests {
		assert.Positive(t, limit.Sign(), name)
	}
}

func TestManifest_WrongFields_AreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, changed, want string }{
		"unknown field of the job":       {"completionMode:", "completionsMode:", `unknown field "completionsMode"`},
		"unknown field of the pod":       {"restartPolicy:", "restart:", `unknown field "restart"`},
		"unknown field of the container": {"volumeMounts:", "mounts:", `unknown field "mounts"`},
		"text for a number":              {"completions: 4", "completions: four", "cannot unmarshal string"},
		"not a quantity":                 {"memory: 2Gi", "memory: two", "quantities must match"},
		"there twice":                    {"completions: 4", "completions: 4\n  completions: 5", "already set in map"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := manifest(t)
			require.Contains(t, text, tc.old)
			_, err := parse(strings.Replace(text, tc.old, tc.changed, 1))
			require.ErrorContains(t, err, tc.want)
		})
	}
}
