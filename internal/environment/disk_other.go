//go:build !linux && !darwin

package environment

import "io/fs"

func diskOf(string) (Disk, bool) { return Disk{}, false }

func procFS() fs.FS { return nil }
