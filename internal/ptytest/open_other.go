//go:build !linux

package ptytest

import (
	"errors"
	"os"
)

func open() (screen, file *os.File, err error) { return nil, nil, errors.ErrUnsupported }
