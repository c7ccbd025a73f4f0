// Package configfile reads the files that a run's config begins with:
// config-defaults.yaml, those that WANDB_CONFIG_PATHS names, and the parameters of
// a sweep. Such a file is YAML of the form
//
//	lr:
//	  desc: learning rate
//	  value: 0.1
//
// No YAML library is linked for it, so that a program with this client stays small.
// What is read is the subset that such files consist of: maps and lists, in blocks
// or in brackets on one line, plain and quoted texts, numbers, comments. Everything
// else (anchors, tags, block texts, several documents, keys that are no texts) is an
// error that names its line, and so is what readers of YAML disagree about, such as
// yes, 1e3, 010 and 2026-01-02: in quotes, or written otherwise, it has one meaning.
// What is accepted means what go.yaml.in/yaml/v3 takes it for, and what the official
// client's reader does; a fuzz test holds it to the first.
package configfile
