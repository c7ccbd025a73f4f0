package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/settings"
)

var offlineCommand = command{
	name: "offline", args: "",
	summary: "keep the runs of this directory on this disk",
	long: `
Writes "mode = offline" to the settings file of the working directory
(wandb/settings). Programs started here then store their runs on disk only.
wandgo sync uploads them later; wandgo online undoes this.

Example:
  wandgo offline && go run ./train && wandgo online && wandgo sync
`,
	run: func(_ context.Context, a *app, c command, args []string) error { return a.setMode(c, "offline", args) },
}

var onlineCommand = command{
	name: "online", args: "",
	summary: "upload the runs of this directory again",
	long: `
Removes the mode that wandgo offline wrote to the settings file of the working
directory (wandb/settings).

Example:
  wandgo online
`,
	run: func(_ context.Context, a *app, c command, args []string) error { return a.setMode(c, "", args) },
}

// setMode writes the mode to the local settings file; "" means online.
func (a *app) setMode(c command, mode string, args []string) error {
	if err := a.parse(c, c.flags(), args); err != nil {
		return err
	}
	path := settings.LocalFile(a.env.settings())
	err := settings.EditFile(path, 0o644, func(data []byte) ([]byte, error) {
		return settings.SetFileOption(data, "mode", mode)
	})
	if err != nil {
		return failed("change the mode", err)
	}
	mode = cmp.Or(mode, "online")
	switch s, err := a.settings(); {
	case err != nil:
		return err
	case s.Mode.Text != mode && (s.Mode.Text != "" || mode != "online"):
		_ = a.tell(a.stderr, "Note: "+printable(s.Mode.Source)+" takes precedence; runs are "+printable(s.Mode.Text)+".")
	case mode == "offline":
		fmt.Fprintf(a.stdout, "Runs started in this directory stay on this disk. To upload them:\n\n    wandgo sync %s\n",
			plaintext.ShellPath(s.RunRoot()))
	default:
		fmt.Fprintln(a.stdout, "Runs started in this directory are uploaded.")
	}
	return nil
}
