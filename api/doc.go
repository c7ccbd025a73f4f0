// Package api reads back what runs have stored on a W&B server, and changes it: runs and
// their history, summary, config, console lines, system metrics, files and artifacts.
//
//	a := api.New(c) // c is a *client.Client
//	query := api.Query{Filter: api.And(api.Config("lr").Lt(0.1), api.State("finished")), Order: "-summary.val/loss"}
//	for run, err := range a.Runs(ctx, "acme/vision", query) {
//		if err != nil {
//			return err
//		}
//		for row, err := range run.History(ctx, api.Keys("loss", "val/loss")) {
//			…
//		}
//	}
//
// # Lists
//
// A method that returns an iterator reads the server's pages as they are needed, so a list
// of any length takes little memory. If it fails, it yields the error as its last element;
// the error says after how many elements. It stops when the loop ends or ctx does.
//
// # Values
//
// Integers are int64, other numbers float64, NaN and infinities among them. The config has
// no wrappers around its values. The texts that the server sent are in [Run.Raw].
//
// # Errors
//
// Refused requests are diagnosed as those of package client are: the error is an
// *errors.PermissionError that says why. A server reports what is hidden from a key as missing;
// the error then says "missing or hidden", and lists similar names. Other failed requests are
// retried like those of a run, until ctx ends.
//
// An [API] and what it returns are safe for concurrent use; nothing here has a goroutine
// that outlives a call.
package api
