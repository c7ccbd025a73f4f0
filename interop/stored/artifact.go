package stored

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/wandbtest"
)

// Artifacts are the fields of the artifacts of a project, by the run that logged them, or by
// their name if none did.
type Artifacts map[string]Fields

// ArtifactsOf returns the artifacts of a project. Ids are replaced by names, and the
// directory in which the client ran by a word, so that two projects can be compared.
func ArtifactsOf(all []wandbtest.ArtifactView, project, dir string) Artifacts {
	var pairs []string
	for _, v := range slices.Backward(all) { // an id may begin as an older one does
		name := fmt.Sprintf("(%s:v%d)", v.Collection, v.Version)
		raw, _ := base64.StdEncoding.DecodeString(v.ID)
		pairs = append(pairs, v.ID, name, hex.EncodeToString(raw), name)
	}
	names := strings.NewReplacer(append(pairs, dir, "(directory)", project, "(project)")...)
	found := Artifacts{}
	for i := range all {
		v := &all[i]
		if v.Project != project {
			continue
		}
		of := v.Run.ID
		if of == "" {
			of = v.Collection
		}
		if found[of] == nil {
			found[of] = Fields{}
		}
		found[of].artifact(fmt.Sprintf("%s:v%d", v.Collection, v.Version), v, names)
	}
	return found
}

// artifact adds the fields of one version.
func (f Fields) artifact(path string, v *wandbtest.ArtifactView, names *strings.Replacer) {
	f.set(path+".type", v.Type)
	f.set(path+".state", v.State)
	f.set(path+".digest", names.Replace(v.Digest))
	f.set(path+".algorithm", v.DigestAlgorithm)
	f.set(path+".description", v.Description)
	f.set(path+".ttl", v.TTL)
	f.set(path+".region", v.StorageRegion)
	f.set(path+".step", v.HistoryStep)
	f.set(path+".run", v.Run.ID)
	f.set(path+".manifests", v.Manifests)
	f.set(path+".files", len(v.Files))
	f.list(path+".aliases", v.Aliases)
	f.list(path+".tags", v.Tags)
	if v.Metadata != "" {
		f.json(path+".metadata", v.Metadata)
	}
	for i, r := range v.UsedBy {
		f.set(fmt.Sprintf("%s.usedBy[%d]", path, i), r.ID)
	}
	for i, l := range v.Links {
		f.set(fmt.Sprintf("%s.links[%d]", path, i), names.Replace(fmt.Sprintf("%s/%s/%s:v%d %v", l.Entity, l.Project, l.Collection, l.Version, l.Aliases)))
	}
	for i, violation := range v.Violations() {
		f.set(fmt.Sprintf("%s.violations[%d]", path, i), violation)
	}
	var m struct {
		Contents map[string]map[string]any `json:"contents"`
		Rest     map[string]any            `json:"-"`
	}
	if json.Unmarshal(v.Manifest, &m) != nil || json.Unmarshal(v.Manifest, &m.Rest) != nil {
		return
	}
	for name, value := range m.Rest {
		if name != "contents" {
			f.set(path+".manifest."+name, fmt.Sprint(value))
		}
	}
	for _, file := range v.Files {
		at := fmt.Sprintf("%s.files.%q", path, file.Name)
		for name, value := range m.Contents[file.Name] {
			f.set(at+"."+name, names.Replace(fmt.Sprint(value)))
		}
		if content, err := file.Content(); err == nil {
			f.set(at+".content", fmt.Sprintf("%d bytes, %.100q", len(content), content))
			f.set(at+".uploads", file.Uploads)
		}
	}
}

// ArtifactsMayDiffer lists the fields in which an artifact of wandgo may differ from one of
// the official client.
func ArtifactsMayDiffer() []Rule {
	return []Rule{
		{Path: "*.files.*.local_path", How: Anything, Reason: "the official client's manifests have paths on the machine that logged them"},
		{Path: "art_ref_unchecked_files:v0.digest", Reason: "it is that of the file's URI, which has the directory in which the client ran"},
		{Path: `art_ref_unchecked_files:v0.files."d/a.txt".digest`, Reason: "the same"},
		{Path: "*.files.*.skip_cache", How: Anything, Reason: "the official client's manifests have an option of the upload"},
	}
}
