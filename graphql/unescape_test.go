package graphql

import (
	"html"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnescape(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "plain", "a &amp; b", "&lt;b&gt;", "Log in &ndash; Example &copy;", "&#8211;&#x2013;&#X2013;", "&amp;amp;", "a && b", "&", "&;", "&#;",
		"R&D; x", "it&#39;s", "&quot;x&quot;", "&unknown; &amp;",
	} {
		assert.Equal(t, html.UnescapeString(text), unescape(text), text)
	}
	for name, want := range entities {
		assert.Equal(t, want, html.UnescapeString("&"+name+";"), name)
	}
	assert.Equal(t, "\ufffd", unescape("&#1114112;"))
	assert.Equal(t, "&#99999999999999;", unescape("&#99999999999999;"))
}
