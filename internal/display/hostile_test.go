package display

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
	"github.com/wandgo/wandgo/internal/term"
)

func TestScreen_HostileText_IsPrintable(t *testing.T) {
	t.Parallel()
	for name, text := range hostile.Texts() {
		for kind, s := range map[string]*Screen{"terminal": newScreen(nil, term.NewStyle(false)), "log file": {plain: true}} {
			var b bytes.Buffer
			s.w = &b
			d := s.Run(text)
			d.row(map[string]any{text: 1.5})
			d.Start(text, true)
			d.Offline(text, text)
			d.Nowhere(text)
			d.Lost(text, text)
			d.Lost("", text)
			d.Warn(text)
			d.Stopped()
			s.Interrupted(text)
			d.End(End{URL: text})
			d.End(End{URL: text, Dir: text})
			d.End(End{URL: text, Dir: text, Err: errors.New(text)})
			s.Waiting(text, time.Hour)()
			settle(s)
			assert.NotEmpty(t, b.String())
			assert.Empty(t, hostile.Raw(b.String()), "%s on a %s", name, kind)
		}
	}
}
