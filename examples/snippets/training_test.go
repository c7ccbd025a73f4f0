package snippets

import (
	"testing"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestTraining(t *testing.T) {
	srv := wandbtest.New(t, wandbtest.Solo()) // alice is a member of the team acme
	t.Setenv("WANDB_BASE_URL", srv.URL())
	t.Setenv("WANDB_API_KEY", wandbtest.AliceKey)
	t.Setenv("WANDB_ENTITY", "acme")
	t.Setenv("WANDB_RUN_ID", "run1")
	t.Setenv("WANDB_DIR", t.TempDir())

	if err := train(t.Context()); err != nil {
		t.Fatal(err)
	}

	run, ok := srv.Run("acme", "digits", "run1")
	if !ok || run.State != "finished" {
		t.Errorf("run is %q", run.State)
	}
}
