// Package ptytest gives tests a terminal to write to, so that they see what a person
// sees. It knows Linux's pseudo terminals; elsewhere such a test is skipped.
package ptytest
