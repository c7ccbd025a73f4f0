package session

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// Save saves the files that add selects, and returns their names.
func (s *Session) Save(add func(*runfiles.Uploader) ([]string, error), policy runfiles.Policy) ([]string, error) {
	err := s.Use(runconfig.FeatureSave)
	var names []string
	if err == nil {
		names, err = s.sink.Save(add, policy)
	}
	return names, s.failed("save files of %s", err)
}

// Alert sends an alert.
func (s *Session) Alert(ctx context.Context, a alert.Alert) error {
	err := errors.ErrRunFinished
	if !s.isClosed() {
		if a, err = a.Complete(); err == nil {
			err = s.sink.Alert(ctx, a)
		}
	}
	return s.failed("send alert of %s", err)
}
