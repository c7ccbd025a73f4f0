// Package metric keeps the definitions of a run's metrics: which other metric is
// the x-axis of one, whether it is hidden, what the summary shows for it.
//
// It follows the official client, which it was measured against (0.31.0, and
// 0.28.2 for goals, best and servers that know no globs), down to its odd parts;
// the comments say which they are. It departs from it in four places:
//
//   - Where several globs match a key, the official client takes any of them, by
//     the order of a hash table. Here the longest wins.
//   - Where the step metric of a metric has a step metric of its own, the
//     official client fills in the second one or not, by the same accident. Here
//     it is always filled in.
//   - The official client takes `\.` in the name of a step metric for a
//     separator after a backslash and writes the key `x\`. Here it is the literal
//     dot that it is in every other name, and a definition whose name has one
//     fills in its step metric too.
//   - A step metric nested in a key that holds a plain value in the row would
//     destroy that value. Here the value stays and the step is left out.
package metric
