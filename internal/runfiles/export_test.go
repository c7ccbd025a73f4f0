package runfiles

// For tests of what has no other surface.
var (
	CleanName  = cleanName
	Expand     = expand
	RelativeTo = relativeTo
)

// GraceBytes is the number of bytes stored after the context has ended.
const GraceBytes = graceBytes
