// Package alert sends the alerts of one run: messages that the server passes on
// to those who follow the run, by mail or chat.
package alert
