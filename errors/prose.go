package errors

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// prose is the text about one cause of a refusal. It may have [words] with a dollar sign before
// them, such as $team.
type prose struct {
	// clause is part of a sentence.
	clause string
	// phrase is a few words that follow "may be".
	phrase string
	// about gives the background in one or two sentences.
	about string
	// check says how a person finds out whether this is the cause.
	check string
	// sure follows "Confidence:" if the cause is certain; "" is otherwiseExcluded.
	sure string
	// adapt changes the texts of some refusals; may be nil.
	adapt func(e *PermissionError, p *prose)
	// advise says what to do.
	advise func(e *PermissionError, a *advice)
}

// The texts of prose.sure.
const (
	otherwiseExcluded = "certain. No other known cause fits the server's responses."
	foundHere         = "certain." // not learned from the server
	namedByServer     = "certain. The server names this cause."
	oneOfTwo          = "certain. It is one of these two; the server does not say which."
	// sufficient is for a cause beside which a seat or a frozen team may be in the way too; the
	// notes say so.
	sufficient = "certain. This alone is sufficient."
)

// proseOf returns the text about a cause, which may be wrapped, in terms of the refusal. Of a
// cause without prose it says no more than the cause itself.
func (e *PermissionError) proseOf(cause error) prose {
	subjects := []map[error]prose{keyProse, nameProse, teamProse, storeProse, artifactProse}
	if e.federated() {
		subjects = slices.Insert(subjects, 0, identityProse)
	}
	s, _ := AsType[*Sentinel](cause)
	for _, causes := range subjects {
		if p, ok := causes[s]; ok {
			if p.adapt != nil {
				p.adapt(e, &p)
			}
			p.sure = cmp.Or(p.sure, otherwiseExcluded)
			for _, text := range []*string{&p.clause, &p.phrase, &p.about, &p.check} {
				*text = e.fill(*text)
			}
			return p
		}
	}
	text := ""
	if cause != nil {
		text = inline(cause.Error(), messageLimit)
	}
	return prose{
		clause: e.probably() + text, phrase: text, about: sentence(text), sure: otherwiseExcluded,
		advise: (*PermissionError).adviseUndetermined,
	}
}

// candidates are the texts about the possible causes.
func (e *PermissionError) candidates() []prose {
	var all []prose
	for _, candidate := range e.Candidates {
		if candidate != nil {
			all = append(all, e.proseOf(candidate))
		}
	}
	return all
}

// fill replaces the words. What it puts in their place is not looked at again, so a name may have
// a dollar sign.
func (e *PermissionError) fill(text string) string {
	return os.Expand(text, func(name string) string {
		if word, ok := words[name]; ok {
			return word(e)
		}
		return "$" + name
	})
}

// words are those that a text may have.
var words = map[string]func(*PermissionError) string{
	"probably": (*PermissionError).probably,
	"who":      (*PermissionError).who,
	"username": func(e *PermissionError) string { return quoted(e.Viewer.Username) },
	"role":     func(e *PermissionError) string { return quoted(e.Role) },
	"starts":   func(e *PermissionError) string { return e.target().starts() },

	"entity":          func(e *PermissionError) string { return quoted(e.Entity) },
	"team":            func(e *PermissionError) string { return e.target().team() },
	"project":         func(e *PermissionError) string { return e.target().projectName() },
	"projectOfEntity": (*PermissionError).projectOfEntity,
	"artifact":        func(e *PermissionError) string { return e.target().artifactName() },
	"alias":           func(e *PermissionError) string { return quoted(protectedAlias(e.Message)) },
	"file":            func(e *PermissionError) string { return e.target().fileName() },
	"transfer":        (*PermissionError).transfer,

	"server":      func(e *PermissionError) string { return e.target().server() },
	"store":       func(e *PermissionError) string { return e.target().storeName() },
	"proxy":       func(e *PermissionError) string { return e.Proxy.name() },
	"proxyTarget": func(e *PermissionError) string { return inline(e.Proxy.Target, nameLimit) },
	"curl":        func(e *PermissionError) string { return strings.ReplaceAll(e.curl(), " ", plaintext.HardSpace) },

	"keySource": func(e *PermissionError) string { return inline(e.KeySource, messageLimit) },
	"keyFlaw":   (*PermissionError).keyFlaw,

	// With "at" before it, or empty if the server's pages are not known.
	"atPages":     func(e *PermissionError) string { return e.target().at() },
	"atAuthorize": func(e *PermissionError) string { return e.target().at("authorize") },
	"atEntity":    func(e *PermissionError) string { return e.target().at(e.Entity) },
	"atProject":   func(e *PermissionError) string { return e.target().at(e.Entity, e.Project) },
	"atArtifacts": func(e *PermissionError) string { return e.target().at(e.Entity, e.Project, "artifacts") },
}
