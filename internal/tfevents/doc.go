// Package tfevents reads the event files of TensorBoard, as they are written by TensorFlow,
// PyTorch, JAX and tensorboardX, without any of them.
//
// A directory with event files is one run. Its files are read one after the other, in the
// order of their names, which start with the time. Values that a restarted program replaced
// are omitted: a writer that starts at a step makes all earlier values at that step and
// after it void.
//
// A file that is damaged, or that ends in the middle of a record because it is still being
// written, is read as far as possible. What is missing is reported.
package tfevents
