package settings

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Settings are printed in every way that Go has.
func TestSettings_AnyFormat_PrintsNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["WANDB_API_KEY"] = hexKey
	w.vars["WANDB_X_EXTRA_HTTP_HEADERS"] = `{"Proxy-Authorization":"hush-hush"}`
	w.vars["WANDB_HTTPS_PROXY"] = "http://jo:hush-hush@proxy:3128"
	s := w.resolve(t, Explicit{})
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, verb+" "+verb+"\n", s, *s)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("s", "settings", s, "value", *s)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("s", "settings", s, "err", errors.New("x"))
	assert.NotContains(t, out.String(), hexKey)
	assert.NotContains(t, out.String(), "hush-hush")
	assert.Contains(t, out.String(), "key from WANDB_API_KEY")
}
