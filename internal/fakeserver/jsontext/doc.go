// Package jsontext reads JSON as W&B's server does: rows may hold bare NaN and
// Infinity, and the text of a value is kept as the client wrote it.
//
// It shares no code with internal/jsonx, by which the client writes. A mistake in
// one of the two would otherwise go unnoticed by every test.
package jsontext
