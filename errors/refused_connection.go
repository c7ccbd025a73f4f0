//go:build !plan9

package errors

import "syscall"

// errRefusedConnection is the operating system's error if no program listens at an address.
const errRefusedConnection = syscall.ECONNREFUSED
