package wandbtest

import "fmt"

// Servers choose a display name for runs without one. These depend on the run's number in its
// project, so that tests can rely on them.
var (
	adjectives = [...]string{"amber", "brisk", "calm", "dapper", "eager", "fuzzy", "gentle", "hazy", "icy", "jolly", "keen", "lucid", "mellow"}
	nouns      = [...]string{"falcon", "glade", "harbor", "island", "jungle", "lagoon", "meadow", "nebula", "orchard", "pond", "river"}
)

// displayName returns "adjective-noun-n".
func displayName(n int) string {
	return fmt.Sprintf("%s-%s-%d", adjectives[n%len(adjectives)], nouns[n%len(nouns)], n)
}
