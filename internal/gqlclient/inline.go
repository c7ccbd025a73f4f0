package gqlclient

import (
	"regexp"
	"strings"
	"sync"
)

var (
	definition = regexp.MustCompile(`(?m)^fragment (\w+) on \w+ \{\n`)
	spread     = regexp.MustCompile(`\.{3} ?(\w+)\n`)
)

// inlined are the documents without fragments, by the original.
var inlined sync.Map

// inline replaces the fragments of a document by their selections. A fragment names a
// type, and servers of other makers name their types otherwise.
func inline(document string) string {
	if !strings.Contains(document, "\nfragment ") {
		return document
	}
	known, _ := inlined.Load(document)
	if done, ok := known.(string); ok {
		return done
	}
	bodies := make(map[string]string)
	rest := document
	for {
		at := definition.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		end := at[1] + strings.Index(rest[at[1]:], "\n}") // genqlient indents what is inside
		bodies[rest[at[2]:at[3]]] = rest[at[1] : end+1]
		rest = rest[:at[0]] + strings.TrimPrefix(rest[end+len("\n}"):], "\n")
	}
	for range bodies { // a fragment can spread others
		rest = spread.ReplaceAllStringFunc(rest, func(text string) string {
			return strings.TrimLeft(bodies[spread.FindStringSubmatch(text)[1]], "\t")
		})
	}
	inlined.Store(document, rest)
	return rest
}
