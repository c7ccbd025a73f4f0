//go:build !linux && !darwin

package environment

import (
	"io/fs"

	"github.com/wandgo/wandgo/internal/record"
)

func diskOf(string) (record.Disk, bool) { return record.Disk{}, false }

func procFS() fs.FS { return nil }
