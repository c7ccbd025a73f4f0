package executor

import (
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Dialect is the schema of one kind of server, and the documents that were
// checked against it. Servers of the same kind share it: building a schema takes
// longer than most tests, and validating a document takes longer than running it.
type Dialect struct {
	// Schema must not be changed.
	Schema *ast.Schema

	mu   sync.Mutex
	seen map[string]Document
}

// Document is a document that was parsed and validated. It must not be changed.
type Document struct {
	// Doc is nil if the text could not be parsed.
	Doc *ast.QueryDocument
	// Errs says why the document does not fit the schema; nil if it does.
	Errs gqlerror.List
	// Selects has the fields that a valid document selects, named "Type.field".
	Selects map[string]bool
}

// maxDocuments bounds Dialect.seen. Clients send the same few documents.
const maxDocuments = 256

// Kind is what the schema depends on.
type Kind struct {
	// Age is the server's age, as @since in the schema spells it.
	Age string
	// UnpagedTeams says that viewer.teams has no arguments.
	UnpagedTeams bool
	// Foreign is the schema of a server of another maker, which names types otherwise and
	// has no more fields than the official client needs to log a run.
	Foreign bool
}

var dialects = struct {
	mu    sync.Mutex
	built map[Kind]*Dialect
}{built: map[Kind]*Dialect{}}

// DialectOf returns the dialect of a kind of server. The first call for a kind
// builds it. It is safe for concurrent use.
func DialectOf(kind Kind) (*Dialect, error) {
	dialects.mu.Lock()
	defer dialects.mu.Unlock()
	if d := dialects.built[kind]; d != nil {
		return d, nil
	}
	schema, err := buildSchema(kind.Age, kind.Foreign)
	if err != nil {
		return nil, err
	}
	if kind.UnpagedTeams {
		schema.Types["User"].Fields.ForName("teams").Arguments = nil
	}
	d := &Dialect{Schema: schema, seen: map[string]Document{}}
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

// Load parses and validates a document, or returns what an earlier call found. It is
// safe for concurrent use.
func (d *Dialect) Load(text string) Document {
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

func (d *Dialect) parse(text string) Document {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return Document{Errs: gqlerror.List{gqlerror.WrapIfUnwrapped(err)}}
	}
	parsed := Document{Doc: doc, Errs: validator.ValidateWithRules(d.Schema, doc, validationRules())}
	if len(parsed.Errs) == 0 {
		parsed.Selects = map[string]bool{}
		var fields validator.Events
		fields.OnField(func(_ *validator.Walker, f *ast.Field) { parsed.Selects[f.ObjectDefinition.Name+"."+f.Name] = true })
		validator.Walk(d.Schema, doc, &fields)
	}
	return parsed
}
