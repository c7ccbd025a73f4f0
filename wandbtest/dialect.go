package wandbtest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// dialect is the schema of one kind of server, and the documents that were
// checked against it. Servers of the same kind share it: building a schema takes
// longer than most tests, and validating a document takes longer than running it.
type dialect struct {
	schema *ast.Schema

	mu   sync.Mutex
	seen map[string]parsedDocument
}

type parsedDocument struct {
	doc  *ast.QueryDocument
	errs gqlerror.List
}

// maxDocuments bounds dialect.seen. Clients send the same few documents.
const maxDocuments = 256

// dialectKey is what the schema depends on.
type dialectKey struct {
	generation   Generation
	unpagedTeams bool // viewer.teams has no arguments
}

var dialects = struct {
	mu    sync.Mutex
	built map[dialectKey]*dialect
}{built: map[dialectKey]*dialect{}}

// dialectOf returns the dialect of a generation under a policy. The first call
// for a key builds it.
func dialectOf(g Generation, p Policy) (*dialect, error) {
	if g < Gen2026 || g > Gen2024Jan {
		return nil, fmt.Errorf("unknown server generation %v", g)
	}
	key := dialectKey{g, p.TeamPages == TeamPagesUnknown}
	dialects.mu.Lock()
	defer dialects.mu.Unlock()
	if d := dialects.built[key]; d != nil {
		return d, nil
	}
	schema, err := buildSchema(g)
	if err != nil {
		return nil, err
	}
	if key.unpagedTeams {
		schema.Types["User"].Fields.ForName("teams").Arguments = nil
	}
	d := &dialect{schema: schema, seen: map[string]parsedDocument{}}
	dialects.built[key] = d
	return d, nil
}

// maxTokens bounds a document; the largest real one has a few hundred.
const maxTokens = 20_000

// validationRules are GraphQL's, without the "did you mean" that W&B's servers
// do not add.
var validationRules = sync.OnceValue(func() *rules.Rules {
	r := rules.NewDefaultRules()
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	return r
})

// load parses and validates a document, or returns what an earlier call found.
func (d *dialect) load(text string) parsedDocument {
	d.mu.Lock()
	parsed, ok := d.seen[text]
	d.mu.Unlock()
	if ok {
		return parsed
	}
	parsed = d.parse(text)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.seen) >= maxDocuments {
		clear(d.seen)
	}
	d.seen[text] = parsed
	return parsed
}

func (d *dialect) parse(text string) parsedDocument {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		var gqlErr *gqlerror.Error
		if !errors.As(err, &gqlErr) {
			gqlErr = gqlerror.Wrap(err)
		}
		return parsedDocument{errs: gqlerror.List{gqlErr}}
	}
	return parsedDocument{doc: doc, errs: validator.ValidateWithRules(d.schema, doc, validationRules())}
}
