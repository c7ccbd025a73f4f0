package settings

import (
	"path/filepath"
	"strings"
)

// DefaultConfigFile is the file in the working directory with default values for a run's
// config, if it exists.
const DefaultConfigFile = "config-defaults.yaml"

// ConfigFile is a file with values for a run's config.
type ConfigFile struct {
	// Name is the file as the setting names it, and Path its absolute path.
	Name, Path string
	// Source is the setting that names the file, such as "WANDB_CONFIG_PATHS", or "" for
	// [DefaultConfigFile], which need not exist.
	Source string
}

// resolveConfigFiles finds the files without reading them.
func (r *resolver) resolveConfigFiles() {
	s := r.settings
	s.ConfigFiles = []ConfigFile{{Name: DefaultConfigFile, Path: filepath.Join(r.env.workDir(), DefaultConfigFile)}}
	paths := r.nonEmpty("config_paths")
	for name := range strings.SplitSeq(paths.Text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			s.ConfigFiles = append(s.ConfigFiles, r.configFile(name, paths.Source))
		}
	}
	if v := r.nonEmpty("sweep_param_path"); v.Text != "" {
		s.SweepParams = new(r.configFile(v.Text, v.Source))
	}
}

func (r *resolver) configFile(name, source string) ConfigFile {
	return ConfigFile{Name: name, Path: r.path(name), Source: source}
}
