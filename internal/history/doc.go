// Package history turns a row of metrics into one line of
// wandb-history.jsonl, the way the official client writes it.
//
// A line is a JSON object, with one extension: numbers that JSON cannot express
// stand as the bare tokens NaN, Infinity and -Infinity. A loss that turns NaN
// is the moment a person needs the plot, so it must neither fail the row nor
// become null.
//
// # How values are written
//
//	bool, string, nil              true, "text", null
//	integers of every kind         digits; a uint64 above the largest int64 as a float
//	float64, float32               shortest form: 5, 0.5, 1e-07, 1.25e+06, 1e+21; -0 as 0
//	time.Duration                  seconds as a number, so that it can be plotted
//	time.Time                      RFC 3339 text with nanoseconds
//	[]byte                         text
//	json.Number                    as it is, once checked; an integer beyond int64 as a
//	                               float, what is out of range as infinite
//	json.Marshaler                 its JSON; encoding.TextMarshaler its text
//	maps, structs                  objects; json tags are obeyed; no entries, no object
//	slices, arrays                 lists
//	pointers, interfaces           what they hold
//
// The official client writes durations as ISO 8601 text ("PT1.5S"), which
// cannot be plotted; this is the one place where the package departs from it.
//
// [fmt.Stringer] and error are used only where a value would have no form at
// all: functions, channels, complex numbers, and structs that export nothing.
// An enum with a String method stays a number.
//
// Text that is not UTF-8 has its bad bytes replaced by U+FFFD. Map keys are
// sorted, so equal rows give equal lines.
//
// # Values that cannot be written
//
// A bad value costs its own key and nothing else. The row is written without
// it, and a [RowError] beside the row names every key that was left out.
package history
