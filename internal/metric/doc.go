// Package metric manages the definitions of a run's metrics: which other metric is the
// x-axis of a metric, whether it is hidden, and what the summary shows for it.
//
// The behaviour is that of the official client (0.31.0, and 0.28.2 for goals, best and
// servers without globs), including its oddities, which the comments name. There are four
// differences:
//
//   - If several globs match a key, the official client uses any of them, in the order of a
//     hash table. Here the longest wins.
//   - If the step metric of a metric has its own step metric, the same order decides
//     whether the official client fills in the second one. Here it is always filled in.
//   - The official client treats `\.` in the name of a step metric as a separator after a
//     backslash, and writes the key `x\`. Here it is a literal dot, as in every other
//     name, and a definition whose name has one fills in its step metric too.
//   - In the official client, a step metric that is nested in a key destroys a plain value
//     of that key. Here the value stays and the step is omitted.
package metric
