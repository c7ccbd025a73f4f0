// Package history turns a row of metrics into one line of
// wandb-history.jsonl, the way the official client writes it.
//
// A line is a JSON object in the form of package jsonx: numbers that JSON cannot
// express are written as NaN, Infinity and -Infinity. A loss that becomes NaN is when
// the plot is needed most, so it must neither fail the row nor become null.
//
// [Encoder.Split] resolves the values of a row into a [Row]. This is the only place
// that follows maps and pointers, and so the only one that guards against cycles. The
// line, the summary, the step metrics and the display all read the Row.
//
// # How values are written
//
//	bool, string, nil              true, "text", null
//	integers of every kind         digits; a uint64 above the largest int64 as a float
//	float64, float32               shortest form: 5, 0.5, 1e-07, 1.25e+06, 1e+21; -0 as 0
//	time.Duration                  seconds as a number, so that it can be plotted
//	time.Time                      RFC 3339 text with nanoseconds
//	[]byte, image.Image            refused: binary data has no JSON form
//	json.Number                    unchanged if valid; an integer beyond int64 as a
//	                               float, a number out of range as infinite
//	json.Marshaler                 its JSON; encoding.TextMarshaler its text
//	maps, structs                  objects, by their json tags; empty ones are left out
//	slices, arrays                 lists
//	pointers, interfaces           the value that they hold
//
// The official client writes durations as ISO 8601 text ("PT1.5S"), which cannot be
// plotted, and bytes as text. These are the only differences from it.
//
// [fmt.Stringer] and error are used only for values that could not be written
// otherwise: functions, channels, complex numbers, and structs without exported
// fields. An enum with a String method stays a number.
//
// Bytes that are not UTF-8 become U+FFFD. Map keys are sorted, so equal rows give equal
// lines.
//
// # Values that cannot be written
//
// A bad value costs only its own key. The row is written without it, and a [RowError]
// names every key that was omitted.
package history
