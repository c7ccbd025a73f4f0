// Package runstore reads the runs on disk, of this client and of the official one, for the
// pages that show them.
//
// # Parts and columns
//
// A log is read in parts of 4 MiB, several at a time. A part holds the rows of its stretch
// of the log as columns of float64, one for each metric, and what else the stretch says
// about the run. A column that has a value in every row has no row numbers. Values that are
// not numbers stay in the log; a part notes in which rows they are. A log that grows is
// read on from where it ended, and small parts are joined.
//
// A part knows where the first record after it begins, and is used only if the next part
// begins there: damage at the start of a part cannot lose or repeat a record.
//
// # Lives
//
// The logs that processes wrote of one run are shown as one run. Its rows are those of the
// logs, one after the other: an offline process counts its steps and its runtime from 0, so
// that both are moved behind those before, as a sync does; a rewind leaves out rows of the
// logs before it. The parts stay those of the logs.
//
// # Index
//
// The parts of a long log are written to an index in the user's cache directory, never in
// the run's directory, so that the log need not be read again. Columns are read from it
// when they are needed. An index that does not fit its log is ignored.
//
// # Memory
//
// [Store] bounds the memory of columns. Those that were not used for the longest time are
// dropped first, and read again when they are needed.
package runstore
