// Package scenario lists the scenarios and implements them with wandgo.
// testdata/scenarios.py implements them with the official client, in functions of the same
// names.
package scenario
