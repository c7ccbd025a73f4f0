//go:build !unix

package journal

import "io/fs"

// hasNoName is false, as an open file cannot be deleted here.
func hasNoName(fs.FileInfo) bool { return false }
