package settings

import (
	"path/filepath"
	"strings"
)

// DefaultConfigFile is the file in the working directory that a run's config begins
// with, if it is there.
const DefaultConfigFile = "config-defaults.yaml"

// ConfigFile is a file that a run's config begins with.
type ConfigFile struct {
	// Name is the file as whoever named it calls it, Path where it is.
	Name, Path string
	// Source is "WANDB_CONFIG_PATHS" and the like, "" for the file that nobody has
	// to name and that need not be there.
	Source string
}

// resolveConfigFiles finds the files, and does not look into them.
func (r *resolver) resolveConfigFiles() {
	s := r.settings
	s.ConfigFiles = []ConfigFile{{Name: DefaultConfigFile, Path: filepath.Join(r.env.workDir(), DefaultConfigFile)}}
	paths := r.nonEmpty(setting{env: []string{"WANDB_CONFIG_PATHS"}, file: "config_paths"})
	for name := range strings.SplitSeq(paths.Text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			s.ConfigFiles = append(s.ConfigFiles, r.configFile(name, paths.Source))
		}
	}
	if v := r.nonEmpty(setting{env: []string{"WANDB_SWEEP_PARAM_PATH"}, file: "sweep_param_path"}); v.Text != "" {
		s.SweepParams = new(r.configFile(v.Text, v.Source))
	}
}

func (r *resolver) configFile(name, source string) ConfigFile {
	return ConfigFile{Name: name, Path: r.path(name), Source: source}
}
