package doctor

// Status is the result of one check.
type Status string

// The results of a check.
const (
	StatusOK   Status = "ok"
	StatusFail Status = "fail"
	// StatusUnsure means that the check has no certain result.
	StatusUnsure Status = "unsure"
	// StatusNote means that nothing is wrong, but something is worth knowing.
	StatusNote Status = "note"
	// StatusSkipped means that an earlier failure made the check impossible.
	StatusSkipped Status = "skipped"
)

// The names of the checks, in the order in which they run.
const (
	CheckSettings  = "settings"
	CheckKey       = "API key"
	CheckIdentity  = "identity"
	CheckOtherKeys = "other keys"
	CheckServer    = "server"
	CheckReachable = "reachable"
	CheckAccount   = "account"
	CheckEntity    = "entity"
	CheckRole      = "role"
	CheckProject   = "project"
	CheckVerdict   = "verdict"
)

// Check is one thing that was checked.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	// Text is the finding, in one line.
	Text string `json:"text"`
	// Details are further lines.
	Details []string `json:"details"`
}
