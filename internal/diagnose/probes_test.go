package diagnose

import (
	"context"
	"reflect"
	"testing"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

// answers returns the answer of each probe by its field in Findings.
func answers(f *Findings) map[string]*Answer {
	all := map[string]*Answer{}
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		field := v.Field(i)
		if field.Kind() != reflect.Struct {
			continue
		}
		if a := field.FieldByName("Answer"); a.IsValid() {
			all[v.Type().Field(i).Name] = a.Addr().Interface().(*Answer)
		}
	}
	return all
}

// nullServer answers every query with null data.
type nullServer struct{ fail error }

func (s nullServer) MakeRequest(context.Context, *gql.Request, *gql.Response) error { return s.fail }

func TestProbes_EachIsInEvidence(t *testing.T) {
	t.Parallel()
	for name := range answers(new(Findings)) {
		f := new(Findings)
		f.Who.err = errors.New("no answer")
		answers(f)[name].Outcome = errors.Empty
		assert.Len(t, f.Evidence("vision"), 1, "%s is in Evidence once", name)
		assert.NoError(t, f.Failed(), "%s counts in Failed", name)
	}
	require.Greater(t, len(answers(new(Findings))), 8)
}

func TestProbes_EachIsAsked(t *testing.T) {
	t.Parallel()
	q := Question{Entity: "acme", Project: "vision", RunID: "run1"}
	together, ok := askAtOnce(t.Context(), nullServer{}, q)
	require.True(t, ok)
	for name, a := range answers(together) {
		if name == "Artifact" {
			continue // only if it matters, see TestAskArtifact_EachAnswer_IsRead
		}
		assert.NotEmpty(t, a.Outcome, "the combined request asks for %s", name)
	}
	apart := askSingly(t.Context(), nullServer{fail: errors.New("no answer")}, q)
	for name, a := range answers(apart) {
		if name == "Artifact" {
			continue
		}
		assert.NotEmpty(t, a.Outcome, "%s is asked for by itself", name)
	}
}

func TestProbes_EachAliasOfTheDefaultEntity_IsRead(t *testing.T) {
	t.Parallel()
	response := new(graphql.DiagnoseDefaultResponse)
	v := reflect.ValueOf(response).Elem()
	fill(v, 4)
	c := reflect.ValueOf(withoutDefault(response)).Elem()
	for info, field := range c.Fields() {
		assert.False(t, field.IsNil(), "%s has no alias in the document", info.Name)
	}
	assert.Equal(t, v.NumField(), c.NumField(), "every alias is read")
}

// fill sets the pointers in a struct, down to a depth.
func fill(v reflect.Value, depth int) {
	for _, field := range v.Fields() {
		if field.Kind() == reflect.Pointer && field.CanSet() && depth > 0 {
			field.Set(reflect.New(field.Type().Elem()))
			if field.Elem().Kind() == reflect.Struct {
				fill(field.Elem(), depth-1)
			}
		}
	}
}
