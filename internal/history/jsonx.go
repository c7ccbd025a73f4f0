package history

import "github.com/wandgo/wandgo/internal/jsonx"

// Names that moved to [jsonx], until every caller uses them there.
type (
	Layout = jsonx.Layout
	Quoter = jsonx.Quoter
)

var (
	AppendQuoted  = jsonx.AppendQuoted
	Unquote       = jsonx.Unquote
	NullNonFinite = jsonx.NullNonFinite
)
