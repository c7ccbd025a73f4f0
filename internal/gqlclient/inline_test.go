package gqlclient

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestInline_Fragments_AreReplacedByTheirSelections(t *testing.T) {
	t.Parallel()
	const document = "\nquery Q {\n\tviewer {\n\t\t... A\n\t\t... B\n\t}\n}\nfragment A on User {\n\tid\n\tteams(first: 1) {\n\t\t... C\n\t}\n}\nfragment B on User {\n\temail\n}\nfragment C on Team {\n\tname\n}\n"
	const want = "\nquery Q {\n\tviewer {\n\t\tid\n\tteams(first: 1) {\n\t\tname\n\t}\n\t\temail\n\t}\n}\n"
	for range 2 {
		assert.Equal(t, want, inline(document))
	}
	const plain = "query Q {\n\tviewer {\n\t\tid\n\t}\n}\n"
	assert.Equal(t, plain, inline(plain))
}
