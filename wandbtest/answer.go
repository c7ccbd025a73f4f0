package wandbtest

// TeamPages is how a server responds to a query for one page of the account's teams.
type TeamPages int

// The responses to a query for a page of teams.
const (
	// TeamPagesAnswered returns the page.
	TeamPagesAnswered TeamPages = iota
	// TeamPagesUnknown rejects the whole query with "Unknown argument", as a server
	// does whose schema has no such arguments.
	TeamPagesUnknown
	// TeamPagesRefused returns null and an error instead of the teams; the rest of the
	// query is answered.
	TeamPagesRefused
)

// Answer says whether a [Policy] allows something.
type Answer int

// The values of an Answer.
const (
	// Default is what the field of Policy says.
	Default Answer = iota
	Allow
	Refuse
)

func (a Answer) allowed(def bool) bool {
	if a == Default {
		return def
	}
	return a == Allow
}
