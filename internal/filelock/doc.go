// Package filelock tells processes of one machine whether another one has a file in use.
package filelock

import "errors"

// ErrInUse means that another process holds the lock.
var ErrInUse = errors.New("another process uses the file")
