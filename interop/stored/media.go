package stored

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/wandbtest"
)

var (
	// clientID is a name that a client made up.
	clientID = regexp.MustCompile(`wandb-client-artifact://[a-z0-9]{128}`)
	// increment begins the name of a part of an incremental table. The official client
	// writes None for the first number, by accident.
	increment = regexp.MustCompile(`\b(None|\d+)-\d{13}\.`)
)

// MediaOf returns the fields of a run with media, and of its artifacts. The two clients
// compress images in different ways, so images are compared by their pixels.
func MediaOf(v wandbtest.RunView, artifacts []wandbtest.ArtifactView) Fields {
	names := pixelNames(v, artifacts)
	rename := func(text string) string {
		text = clientID.ReplaceAllString(names.Replace(text), "wandb-client-artifact://(id)")
		return strings.ReplaceAll(increment.ReplaceAllString(text, "(part $1)-(ms)."), "(part None)", "(part 0)")
	}
	v.RawSummary, v.RawConfig = rename(v.RawSummary), rename(v.RawConfig)
	for i, line := range v.HistoryLines {
		v.HistoryLines[i] = rename(line)
	}
	for i, name := range v.Uploaded {
		v.Uploaded[i] = rename(name)
	}
	files := make(map[string][]byte, len(v.Files))
	for name, content := range v.Files {
		if pixels, ok := pixelsOf(content); ok {
			content = []byte(pixels)
		} else if strings.HasPrefix(name, "media/") {
			// Whole, to compare bytes and not only what JSON means.
			name = strings.TrimSuffix(name, ".json")
		} else {
			content = []byte(rename(string(content)))
		}
		files[rename(name)] = content
	}
	v.Files = files
	f := Of(v)
	for path, value := range f {
		if at, ok := strings.CutSuffix(path, ".sha256"); ok && strings.Contains(value, "(pixels") {
			f[at+".size"] = "(image)"
		}
	}
	for i := range artifacts {
		if a := &artifacts[i]; a.Run.ID == v.ID && a.Project == v.Project {
			f.mediaArtifact(a, rename)
		}
	}
	return f
}

// mediaArtifact adds the fields of the artifact of a table.
func (f Fields) mediaArtifact(a *wandbtest.ArtifactView, rename func(string) string) {
	at := fmt.Sprintf("artifact %s:v%d", a.Collection, a.Version)
	f.set(at+".type", a.Type)
	f.set(at+".state", a.State)
	f.set(at+".step", a.HistoryStep)
	f.set(at+".description", a.Description)
	f.set(at+".metadata", a.Metadata)
	f.list(at+".aliases", a.Aliases)
	f.list(at+".violations", a.Violations())
	renamed := false
	for _, file := range a.Files {
		content, err := file.Content()
		if err != nil {
			f.set(at+".broken", err)
			continue
		}
		name := rename(file.Name)
		path := at + ".files." + strconv.Quote(name)
		text := string(content)
		if pixels, ok := pixelsOf(content); ok {
			text = pixels
		} else if strings.HasSuffix(name, ".table.json") {
			text = rename(text)
		}
		renamed = renamed || name != file.Name || text != string(content)
		f.set(path, text)
	}
	if !renamed {
		f.set(at+".digest", a.Digest)
	}
}

// pixelNames replaces the hashes of images by those of their pixels.
func pixelNames(v wandbtest.RunView, artifacts []wandbtest.ArtifactView) *strings.Replacer {
	var pairs []string
	add := func(content []byte) {
		pixels, ok := pixelsOf(content)
		if !ok {
			return
		}
		sum, md := sha256.Sum256(content), md5.Sum(content)
		for _, text := range []string{hex.EncodeToString(sum[:]), hex.EncodeToString(sum[:])[:20], hex.EncodeToString(md[:])[:20], base64.StdEncoding.EncodeToString(md[:])} {
			pairs = append(pairs, text, pixels)
		}
	}
	for _, content := range v.Files {
		add(content)
	}
	for i := range artifacts {
		for _, file := range artifacts[i].Files {
			if content, err := file.Content(); err == nil {
				add(content)
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// pixelsOf is a text with the hash of an image's pixels.
func pixelsOf(content []byte) (string, bool) {
	if !bytes.HasPrefix(content, []byte("\x89PNG")) {
		return "", false
	}
	img, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return "", false
	}
	var pixels []byte
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			c, _ := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			pixels = append(pixels, c.R, c.G, c.B, c.A)
		}
	}
	_, gray := img.(*image.Gray)
	return fmt.Sprintf("(pixels %v gray %v %x)", img.Bounds().Size(), gray, sha256.Sum256(pixels)), true
}
