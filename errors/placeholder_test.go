package errors_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestLooksLikePlaceholder_EachName_IsRecognised(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"None", "none", "null", "nil", "undefined", "NaN", "username", "entity", "my_team", "my-team", "My Team",
		"your_entity_name", "your-team", "your_wandb_username_or_team_name_here", "YOUR_ENTITY", "wandb_entity",
		"<entity>", "<your-team>", "[team]", "{entity}", "{{ entity }}", "${WANDB_ENTITY}", "$ENTITY", "%ENTITY%",
		"wandb", "--id=abc", "-e", "entity=acme", "project_name", "changeme", " None ", "true",
	} {
		what, ok := errors.LooksLikePlaceholder(name)
		assert.True(t, ok, name)
		assert.NotEmpty(t, what, name)
		assert.NotRegexp(t, `[.]$|^looks`, what, "it continues a sentence")
	}
	for _, name := range []string{
		"", "acme", "jo", "benjbritton-geoai", "vision", "nonesuch", "nullify", "yours-truly-lab", "wandbook",
		"team-rocket", "my-lab", "username42", "entity-linking", "$", "<", "tnone", strings.Repeat("<", 1<<20),
	} {
		what, ok := errors.LooksLikePlaceholder(name)
		assert.False(t, ok, "%.20s looks like %s", name, what)
		assert.Empty(t, what)
	}
	what, _ := errors.LooksLikePlaceholder("None")
	assert.Equal(t, "Python's None turned into text", what)
}
