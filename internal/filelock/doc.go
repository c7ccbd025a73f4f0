// Package filelock lets processes of one machine find out whether another one uses a file.
package filelock

import "errors"

// ErrInUse means that another process holds the lock.
var ErrInUse = errors.New("another process uses the file")
