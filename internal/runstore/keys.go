package runstore

// The keys of a row that the client sets.
const (
	KeyStep      = "_step"
	KeyRuntime   = "_runtime"
	KeyTimestamp = "_timestamp"
)
