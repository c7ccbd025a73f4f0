// Package sysmetrics measures the process and its machine at an interval, for a run's
// System tab.
//
// On Linux it reads proc and the control groups of both versions, so that in a container
// it uses the limits and not the size of the machine. On other systems it measures
// nothing by itself. GPUs and other devices are measured by a [Source]. The names of the
// values are those of the official client, because the web UI's charts rely on them.
package sysmetrics
