package wandbtest

import (
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
	schema *ast.Schema // must not be changed

	mu   sync.Mutex
	seen map[string]document
}

// document is a document that was parsed and validated. It must not be changed.
type document struct {
	doc     *ast.QueryDocument // nil if the text could not be parsed
	errs    gqlerror.List      // why it does not fit the schema; nil if it does
	selects map[string]bool    // the fields that a valid one selects, named "Type.field"
}

// maxDocuments bounds dialect.seen. Clients send the same few documents.
const maxDocuments = 256

// serverKind is what the schema depends on.
type serverKind struct {
	generation            Generation
	unpagedTeams, foreign bool // see Policy
}

var dialects = struct {
	mu    sync.Mutex
	built map[serverKind]*dialect
}{built: map[serverKind]*dialect{}}

// dialectOf returns the dialect of a kind of server. The first call for a kind builds it. It is
// safe for concurrent use.
func dialectOf(g Generation, p Policy) (*dialect, error) {
	if g < Gen2026 || g > Gen2024Jan {
		return nil, fmt.Errorf("unknown server generation %v", g)
	}
	kind := serverKind{g, p.TeamPages == TeamPagesUnknown, p.Foreign}
	dialects.mu.Lock()
	defer dialects.mu.Unlock()
	if d := dialects.built[kind]; d != nil {
		return d, nil
	}
	schema, err := buildSchema(kind)
	if err != nil {
		return nil, err
	}
	d := &dialect{schema: schema, seen: map[string]document{}}
	dialects.built[kind] = d
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

// load parses and validates a document, or returns what an earlier call found. It is
// safe for concurrent use.
func (d *dialect) load(text string) document {
	d.mu.Lock()
	defer d.mu.Unlock()
	parsed, ok := d.seen[text]
	if !ok {
		if len(d.seen) >= maxDocuments {
			clear(d.seen)
		}
		parsed = d.parse(text)
		d.seen[text] = parsed
	}
	return parsed
}

func (d *dialect) parse(text string) document {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return document{errs: gqlerror.List{gqlerror.WrapIfUnwrapped(err)}}
	}
	parsed := document{doc: doc, errs: validator.ValidateWithRules(d.schema, doc, validationRules())}
	if len(parsed.errs) == 0 {
		parsed.selects = map[string]bool{}
		var fields validator.Events
		fields.OnField(func(_ *validator.Walker, f *ast.Field) { parsed.selects[f.ObjectDefinition.Name+"."+f.Name] = true })
		validator.Walk(d.schema, doc, &fields)
	}
	return parsed
}
