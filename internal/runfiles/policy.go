package runfiles

// Policy says when a file is uploaded.
type Policy string

// The policies, with the names that the official client gives them.
const (
	// Now uploads a file once, with the next batch.
	Now Policy = "now"
	// End uploads it in Finish, with the content it has then.
	End Policy = "end"
	// Live uploads it with the next batch, again after it changed, at most once
	// per batch, and at last in Finish.
	Live Policy = "live"
)

// check refuses what is none of the policies.
func (p Policy) check() error {
	switch p {
	case Now, End, Live:
		return nil
	}
	return invalid("policy", string(p), "must be now, end or live", nil)
}
