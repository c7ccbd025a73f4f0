package settings

import "github.com/wandgo/wandgo/internal/secret"

// Named is a text that the server will store, with the rule for it.
type Named struct {
	Field, Text string
	Check       func(string) error
}

// CheckNames applies the rules for names, so that a bad one is found before any
// request. None of them may contain the API key: others would see it on the web pages.
func CheckNames(key secret.Key, names ...Named) error {
	for _, n := range names {
		if n.Text == "" {
			continue
		}
		if err := CheckHoldsNoKey(key, n.Field, n.Text); err != nil {
			return err
		}
		if err := n.Check(n.Text); err != nil {
			return err
		}
	}
	return nil
}
