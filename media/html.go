package media

import (
	"strings"

	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// maxHTML is the size of the largest file that HTMLFile reads, in bytes.
const maxHTML = 64 << 20

// HTMLOptions are what a page has beside its text. The zero value is fine.
type HTMLOptions struct {
	// AsIs stores the text unchanged: without the tags with which the web page shows it in its
	// own style and opens links in a new window.
	AsIs bool
}

// HTMLValue is a page for a row. [HTML] and [HTMLFile] make it.
type HTMLValue struct{ holder }

// HTML is a page, or a part of one. The web page shows it in a frame of its own.
func HTML(text string, options ...HTMLOptions) *HTMLValue {
	if !first(options).AsIs {
		text = injectHead(text)
	}
	return &HTMLValue{media.Hold(&single{of: &htmlType, ext: ".html", file: media.FileOf([]byte(text))}, nil)}
}

// HTMLFile is [HTML] for the text of a file of at most 64 MiB, which is read before
// HTMLFile returns.
func HTMLFile(path string, options ...HTMLOptions) *HTMLValue {
	text, err := smallfile.ReadLimit(path, maxHTML)
	if err != nil {
		return &HTMLValue{media.Hold(nil, err)}
	}
	return HTML(string(text), options...)
}

// htmlHead is what the official client adds.
const htmlHead = `<base target="_blank"><link rel="stylesheet" type="text/css" href="https://app.wandb.ai/normalize.css" />`

func injectHead(text string) string {
	if before, after, found := strings.Cut(text, "<head>"); found {
		text = before + "<head>" + htmlHead + after
	} else if before, after, found := strings.Cut(text, "<html>"); found {
		text = before + "<html><head>" + htmlHead + "</head>" + after
	} else {
		text = htmlHead + text
	}
	return strings.TrimSpace(text)
}

var htmlType = singleType{
	name: "html-file", kind: "html", list: "html",
	members: func(_ []*single, items []singleJSON) map[string]any { return map[string]any{"html": items} },
}
