// Package gonum turns plots and matrices of Gonum into values of package media:
//
//	run.Log(map[string]any{
//		"curve":   gonum.Plot(p, 640, 480),
//		"weights": gonum.Histogram(w, 64),
//		"errors":  table, // of gonum.Table(m, "x", "y")
//	})
//
// A histogram that stat.Histogram counted is a value without this package:
// media.HistogramOf(counts, dividers).
//
// How to use this module from a clone of the repository: contrib/README.md.
package gonum
