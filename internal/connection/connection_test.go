package connection

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type holder = Holder

type client struct{ holder }

func TestOf_TypeThatEmbedsAHolder_ReturnsItsConnection(t *testing.T) {
	t.Parallel()
	c := &Connection{}
	assert.Same(t, c, Of(&client{Hold(c)}))
}
