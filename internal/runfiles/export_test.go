package runfiles

// For tests of what has no other surface.
var (
	CleanName    = cleanName
	UploadHeader = uploadHeader
	Expand       = expand
	RelativeTo   = relativeTo
)
