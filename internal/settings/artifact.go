package settings

import (
	"path/filepath"
	"runtime"
)

// resolveArtifactDirs resolves where artifacts are on this machine. The defaults are those
// of the official client, with which they are shared.
func (r *resolver) resolveArtifactDirs() {
	s := r.settings
	s.CacheDir = r.cacheDir()
	s.ArtifactDir = r.path("artifacts")
	if dir := r.variable("WANDB_ARTIFACT_DIR").Text; dir != "" {
		s.ArtifactDir = r.path(dir)
	}
}

func (r *resolver) cacheDir() string {
	if dir := r.variable("WANDB_CACHE_DIR").Text; dir != "" {
		return r.path(dir)
	}
	home := r.env.home()
	switch runtime.GOOS {
	case "windows":
		if dir, ok := r.env.get("LOCALAPPDATA"); ok {
			return filepath.Join(dir, "wandb", "wandb", "Cache")
		}
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Caches", "wandb")
		}
	default:
		if dir, ok := r.env.get("XDG_CACHE_HOME"); ok && filepath.IsAbs(dir) {
			return filepath.Join(dir, "wandb")
		}
		if home != "" {
			return filepath.Join(home, ".cache", "wandb")
		}
	}
	return ""
}
