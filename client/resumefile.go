package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// chooseID sets the run's id if it has none. In resume mode auto that is the id of the last run
// that did not end well, and it is kept for the next start. A start that resumes nothing forgets
// it: what comes next is not to go on with a run from before.
func (c *Client) chooseID(p *plan) {
	root := c.settings.RunRoot()
	switch {
	case p.mode == settings.ModeDisabled: // leaves no trace
	case p.resume == ResumeAuto:
		kept := recallRunID(root)
		if p.ID != "" && kept != "" && kept != p.ID {
			c.log.Warn("resume mode auto leaves the run kept for it aside: another id is given", "kept", kept, "given", p.ID)
		}
		p.ID = cmp.Or(p.ID, kept, runid.New())
		if err := rememberRunID(root, p.ID); err != nil {
			c.log.Warn("remember the run id for the next start", "error", err)
		}
	case p.resume == "":
		forgetRunID(root)
	}
	p.ID = cmp.Or(p.ID, runid.New())
}

// resumeFile holds the id of the run that the next start with resume mode auto
// continues.
func resumeFile(root string) string { return filepath.Join(root, "wandb-resume.json") }

// remembered is the content of wandb-resume.json, which the official client
// reads and writes as well.
type remembered struct {
	RunID string `json:"run_id"`
}

// recallRunID returns "" if nothing is stored, or something that is not a run id.
func recallRunID(root string) string {
	text, err := smallfile.Read(resumeFile(root))
	if err != nil {
		return ""
	}
	var r remembered
	if json.Unmarshal(text, &r) != nil || settings.CheckRunID(r.RunID) != nil {
		return ""
	}
	return r.RunID
}

func rememberRunID(root, id string) error {
	text, err := json.Marshal(remembered{RunID: id})
	if err != nil {
		return fmt.Errorf("encode run id: %w", err)
	}
	if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // like the official client's
		return fmt.Errorf("make %s: %w", root, err)
	}
	if err := smallfile.Write(resumeFile(root), text); err != nil {
		return fmt.Errorf("write %s: %w", resumeFile(root), err)
	}
	return nil
}

// forgetRunID is also called when a run ended well.
func forgetRunID(root string) { _ = os.Remove(resumeFile(root)) }
