// Package configfile reads the YAML files that hold default values for a run's config
// (config-defaults.yaml) or the parameters of a sweep:
//
//	lr:
//	  desc: learning rate
//	  value: 0.1
//
// A library parses the YAML. The package itself decides what a scalar without quotes
// is, by the rules of PyYAML, with which the official client reads and writes these
// files. They are the rules of YAML 1.1, with which no Go library agrees: yes and on
// are booleans, 010 is 8, 1:30 is 90, and 1e-5 is text because it has no dot.
//
// Two values differ from PyYAML's: a date stays text, and a key that occurs twice is
// an error.
package configfile
