package runfiles

// For tests of what has no other surface.
var (
	CleanName    = cleanName
	UploadHeader = uploadHeader
	Expand       = expand
	RelativeTo   = relativeTo
)

// GraceBytes is what is still kept when the time is up.
const GraceBytes = graceBytes
