package client

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/configfile"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// readConfigFiles adds to the config what files say: defaults below what is set,
// the parameters of a sweep above it.
func (p *plan) readConfigFiles(s *settings.Settings, opts RunOptions) error {
	for _, f := range slices.Backward(s.ConfigFiles) { // the strongest is the last
		if f.Source == "" && !opts.Started.IsZero() {
			continue // the file in this directory says nothing of a run that took place earlier
		}
		if err := p.addConfigFile(f, p.Config.SetDefaults); err != nil {
			return err
		}
	}
	trial := opts.Trial
	if len(trial.Params) > 0 {
		return p.withoutReserved("the sweep", p.Config.Fix(trial.Params))
	}
	if s.SweepParams == nil || trial.Sweep != "" {
		return nil
	}
	return p.addConfigFile(*s.SweepParams, p.Config.Fix)
}

func (p *plan) addConfigFile(f settings.ConfigFile, add func(map[string]any) error) error {
	values, err := readConfigFile(f)
	if err != nil {
		return err
	}
	if err := p.withoutReserved(f.Name, add(values)); err != nil {
		return fmt.Errorf("take config from %s: %w", f.Name, err)
	}
	return nil
}

// readConfigFile reads one file. An error has the line.
func readConfigFile(f settings.ConfigFile) (map[string]any, error) {
	data, err := smallfile.Read(f.Path)
	if errors.Is(err, fs.ErrNotExist) && f.Source == "" {
		return nil, nil
	}
	bad := &errors.InputError{Field: "config file", Value: secret.Redact(f.Name), Source: f.Source}
	if err != nil {
		bad.Rule = "cannot be read: " + settings.Reason(err)
		return nil, bad
	}
	values, err := configfile.Parse(data)
	if err != nil {
		bad.Rule = err.Error()
		return nil, bad
	}
	return values, nil
}
