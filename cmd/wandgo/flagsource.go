package main

import (
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
)

// optionFlag is the flag that sets an option of the client, by the source or, without one,
// by the field that an [errors.InputError] names.
var optionFlag = map[string]string{
	"Options.BaseURL":    "--host",
	"RunOptions.Entity":  "--entity",
	"RunOptions.Project": "--project",
	"entity":             "--entity",
	"project":            "--project",
	"run id":             "--id",
	"artifact name":      "--name",
	"artifact type":      "--type",
	"alias":              "--alias",
	"filter":             "--filter",
	"retry timeout":      "--patience",
}

// withFlag returns err for a command line: an argument that the library knows as a Go
// option is named by its flag, because there is no code to correct.
func withFlag(err error) error {
	if refused, ok := errors.AsType[*errors.PermissionError](err); ok && refused != nil && errors.Explain(err) == refused.Explain() {
		named := *refused
		named.Notes = doctor.WithoutOptions(refused.Notes)
		return &named
	}
	in, ok := errors.AsType[*errors.InputError](err)
	if !ok || in == nil || errors.Explain(err) != in.Explain() {
		return err
	}
	name := in.Source
	if name == "" {
		name = in.Field
	}
	flag, ok := optionFlag[name]
	if !ok {
		return err
	}
	named := *in
	named.Source = flag
	return &named
}
