package resume

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// file holds the id of the run that the next start with resume mode auto
// continues.
func file(root string) string { return filepath.Join(root, "wandb-resume.json") }

// remembered is the content of wandb-resume.json, which the official client
// reads and writes as well.
type remembered struct {
	RunID string `json:"run_id"`
}

// Recall returns the id that [Remember] stored below root, the directory of runs. It returns
// "" if nothing is stored, or something that is not a run id.
func Recall(root string) string {
	text, err := smallfile.Read(file(root))
	if err != nil {
		return ""
	}
	var r remembered
	if json.Unmarshal(text, &r) != nil || settings.CheckRunID(r.RunID) != nil {
		return ""
	}
	return r.RunID
}

// Remember stores the id of a run for the next start.
func Remember(root, id string) error {
	text, err := json.Marshal(remembered{RunID: id})
	if err != nil {
		return fmt.Errorf("encode run id: %w", err)
	}
	if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // like the official client's
		return fmt.Errorf("make %s: %w", root, err)
	}
	if err := smallfile.Write(file(root), text); err != nil {
		return fmt.Errorf("write %s: %w", file(root), err)
	}
	return nil
}

// Forget removes the id. It is also called when a run ended well.
func Forget(root string) { _ = os.Remove(file(root)) }
