package client

import "github.com/wandgo/wandgo/internal/journal"

// UseJournalFile makes the client's runs create the files of their logs with create.
func (c *Client) UseJournalFile(create func(path string) (journal.File, error)) {
	c.env.Journal.Create = create
}
