package client

import (
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// named is a text that the server will keep, with the rule for it.
type named struct {
	field, text string
	check       func(string) error
}

// checkNames applies the rules for names, so that a bad one is found before any
// request and named, and for all of them that they do not hold the API key: it
// would stand on the pages that others see.
func checkNames(key secret.Key, names ...named) error {
	for _, n := range names {
		if n.text == "" {
			continue
		}
		if err := settings.CheckHoldsNoKey(key, n.field, n.text); err != nil {
			return err
		}
		if err := n.check(n.text); err != nil {
			return err
		}
	}
	return nil
}
