package dashboard

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// errAssets means that the assets changed and the exporter did not.
var errAssets = errors.New("the pages cannot be put into one file")

// What of the document refers to other files.
var (
	styleLink    = regexp.MustCompile(`<link rel="stylesheet" href="/-/assets/([^"]+)">\n?`)
	scriptLink   = regexp.MustCompile(`<script( type="module")? src="/-/assets/([^"]+)"(?: defer)?></script>\n?`)
	iconLink     = regexp.MustCompile(`href="/-/assets/([^"]+)" type="image/svg\+xml"`)
	staticImport = regexp.MustCompile(`(?m)^(import\b[^;]*?["'])\./([^"']+)(["'];)`)
)

// standalone returns the document of the pages with everything in it.
func (p pages) standalone(data report) ([]byte, error) {
	text, err := json.Marshal(data) // which escapes '<', so that nothing in it ends its element
	if err != nil {
		return nil, err
	}
	var styles, scripts strings.Builder
	var hashes []string
	inline := func(attributes, content string) string {
		sum := sha256.Sum256([]byte(content))
		hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		return "<script" + attributes + ">" + content + "</script>\n"
	}
	document := string(p.files["index.html"].content)
	for _, m := range styleLink.FindAllStringSubmatch(document, -1) {
		styles.WriteString(string(p.files[m[1]].content))
	}
	modules, err := p.modules()
	if err != nil {
		return nil, err
	}
	// The map of modules must stand in front of the first one.
	scripts.WriteString(inline(` type="importmap"`, modules))
	for _, m := range scriptLink.FindAllStringSubmatch(document, -1) {
		content := string(p.files[m[2]].content)
		if m[1] != "" {
			content = `import "board/` + m[2] + `";`
		}
		if strings.Contains(content, "</script") {
			return nil, fmt.Errorf("%w: %s", errAssets, m[2])
		}
		scripts.WriteString(inline(m[1], content))
	}
	sum := sha256.Sum256([]byte(styles.String()))
	policy := "default-src 'none'; script-src data: " + strings.Join(hashes, " ") +
		"; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data: blob:; media-src data:; base-uri 'none'; form-action 'none'"
	document = iconLink.ReplaceAllStringFunc(document, func(s string) string {
		icon := p.files[iconLink.FindStringSubmatch(s)[1]].content
		return `href="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(icon) + `" type="image/svg+xml"`
	})
	document = scriptLink.ReplaceAllLiteralString(styleLink.ReplaceAllLiteralString(document, ""), "")
	head, body, ok := strings.Cut(document, "</head>")
	if !ok || strings.Contains(document, "/-/assets/") {
		return nil, errAssets
	}
	head = strings.Replace(head, "<meta charset=\"utf-8\">\n",
		"<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\""+policy+"\">\n", 1)
	body, end, ok := strings.Cut(body, "</body>")
	if !ok {
		return nil, errAssets
	}
	var out bytes.Buffer
	out.WriteString(head)
	out.WriteString("<style>" + styles.String() + "</style>\n</head>")
	out.WriteString(body)
	out.WriteString(`<script type="application/json" id="board-data">`)
	out.Write(text)
	out.WriteString("</script>\n")
	out.WriteString(scripts.String())
	out.WriteString("</body>" + end)
	return out.Bytes(), nil
}

// modules returns an import map that has the modules as data. A module that is data has no
// place of its own, so what it imports is named by the map.
func (p pages) modules() (string, error) {
	imports := map[string]string{}
	for name, a := range p.files {
		if path.Ext(name) != ".js" || path.Dir(name) != "." {
			continue
		}
		code := staticImport.ReplaceAll(a.content, []byte("${1}board/${2}${3}"))
		if bytes.Contains(code, []byte(`"./`)) {
			return "", fmt.Errorf("%w: %s", errAssets, name)
		}
		imports["board/"+name] = "data:text/javascript;base64," + base64.StdEncoding.EncodeToString(code)
	}
	text, err := json.Marshal(map[string]any{"imports": imports})
	return string(text), err
}
