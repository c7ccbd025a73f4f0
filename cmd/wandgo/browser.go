package main

import (
	"context"
	"os/exec"
	"runtime"
)

// openBrowser opens a link in the user's browser, if there is a desktop. The link is
// printed, so that nothing is lost if it fails.
func openBrowser(ctx context.Context, link string, getenv func(string) string) {
	var name string
	args := []string{link}
	switch runtime.GOOS {
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", link}
	case "darwin":
		name = "open"
	default:
		if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		name = "xdg-open"
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...) // the browser outlives the board
	if cmd.Start() == nil {
		_ = cmd.Process.Release() // nobody waits for it
	}
}
