package rundir

import (
	"path/filepath"
	"runtime"
)

// Staging is where the official client keeps the files of artifacts that are to be synced,
// "" if that is not known. getenv reads the environment, and home is the user's home
// directory, "" if there is none.
func Staging(getenv func(string) string, home string) string {
	data := getenv("WANDB_DATA_DIR")
	if data == "" {
		if home == "" {
			return ""
		}
		switch runtime.GOOS {
		case "darwin":
			data = filepath.Join(home, "Library", "Application Support", "wandb")
		case "windows":
			data = filepath.Join(getenv("LOCALAPPDATA"), "wandb", "wandb")
		default:
			data = getenv("XDG_DATA_HOME")
			if data == "" {
				data = filepath.Join(home, ".local", "share")
			}
			data = filepath.Join(data, "wandb")
		}
	}
	return filepath.Join(data, "artifacts", "staging")
}
