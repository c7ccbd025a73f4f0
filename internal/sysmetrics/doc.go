// Package sysmetrics measures, at an interval, how the process and its machine
// are doing: the rows of a run's System tab.
//
// On Linux it reads proc and the control groups of both versions, so that in a
// container the limits count and not the machine. On other systems it measures
// nothing by itself. GPUs and the like come from a [Source]. The names of the
// values are those of the official client, which the web UI's charts rely on.
package sysmetrics
