package runfiles

// Policy says when a file is uploaded.
type Policy string

// The policies, under the names of the official client.
const (
	// Now uploads a file once, with the next batch.
	Now Policy = "now"
	// End uploads it in Finish.
	End Policy = "end"
	// Live uploads it with the next batch, after each change but at most once per batch,
	// and in Finish.
	Live Policy = "live"
)

// check returns an error for an unknown policy.
func (p Policy) check() error {
	switch p {
	case Now, End, Live:
		return nil
	}
	return invalid("policy", string(p), "must be now, end or live", nil)
}
