package scenario

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// existing are the scenarios that begin with an artifact that is on the server.
var existing = map[string]func(half){
	"art_ref_artifact": func(h half) {
		r := h.init("art_ref_artifact", client.RunOptions{})
		v := r.artifact(draft("art_ref_artifact", files{"a": "hello"}), client.ArtifactOptions{})
		a := draft("art_ref_artifact_2", nil)
		must(a.AddReference("wandb-artifact://"+hex.EncodeToString([]byte(decoded(v.ID())))+"/a", "copied", artifact.ReferenceOptions{Digest: "XUFAKrxLKna5cZ2REBfFkg=="}))
		r.artifact(a, client.ArtifactOptions{})
		r.finish()
	},
	"art_use": func(h half) {
		r := h.init("art_use", client.RunOptions{})
		r.artifact(draft("art_use", files{"a": "1"}), client.ArtifactOptions{Aliases: []string{"best"}})
		for _, path := range []string{"art_use:best", "art_use:v0", "art_use"} {
			_, err := r.UseArtifact(h.ctx, path)
			must(err)
		}
		r.finish()
	},
	"art_input": func(h half) {
		r := h.init("art_input", client.RunOptions{})
		r.artifact(draft("art_input", files{"a": "1"}), client.ArtifactOptions{Input: true})
		r.finish()
	},
	"art_new_draft": func(h half) {
		r := h.init("art_new_draft", client.RunOptions{})
		a := draft("art_new_draft", files{"a": "1", "b": "2", "c/d": "3"})
		a.Description, a.Metadata = "d", map[string]any{"k": 1}
		r.artifact(a, client.ArtifactOptions{})
		v, err := r.UseArtifact(h.ctx, "art_new_draft")
		must(err)
		next, err := v.NewDraft(h.ctx)
		must(err)
		must(next.Remove("b"))
		must(next.AddBytes("e", []byte("4")))
		r.artifact(next, client.ArtifactOptions{})
		r.finish()
	},
}

// changed are the scenarios that change an artifact that is on the server.
var changed = map[string]func(half){
	"art_aliases_changed": func(h half) {
		r := h.init("art_aliases_changed", client.RunOptions{})
		r.artifact(draft("art_aliases_changed", files{"a": "1"}), client.ArtifactOptions{Aliases: []string{"old", "kept"}})
		r.artifact(draft("art_aliases_changed", files{"a": "2"}), client.ArtifactOptions{Aliases: []string{"moving"}})
		v := r.use("art_aliases_changed:v0")
		must(v.AddAliases(h.ctx, "new", "moving"))
		must(v.RemoveAliases(h.ctx, "old"))
		r.finish()
	},
	"art_described_later": func(h half) {
		r := h.init("art_described_later", client.RunOptions{})
		a := draft("art_described_later", files{"a": "1"})
		a.Description, a.Metadata, a.Tags = "d", map[string]any{"k": 1}, []string{"one", "two"}
		r.artifact(a, client.ArtifactOptions{})
		later := "later"
		must(r.use("art_described_later").Update(h.ctx, artifact.Changes{
			Description: &later, Metadata: map[string]any{"k": 2, "n": map[string]any{"x": []any{1}}},
			AddTags: []string{"three"}, RemoveTags: []string{"one"}, TTL: 48 * time.Hour,
		}))
		r.finish()
	},
	"art_deleted": func(h half) {
		r := h.init("art_deleted", client.RunOptions{})
		for _, text := range []string{"0", "1", "2"} {
			r.artifact(draft("art_deleted", files{"a": text}), client.ArtifactOptions{})
		}
		must(r.use("art_deleted:v1").Delete(h.ctx, artifact.DeleteOptions{}))
		must(r.use("art_deleted:v2").Delete(h.ctx, artifact.DeleteOptions{Aliases: true}))
		r.artifact(draft("art_deleted", files{"a": "3"}), client.ArtifactOptions{})
		r.finish()
	},
	"art_linked": func(h half) {
		r := h.init("art_linked", client.RunOptions{})
		target := "linked_" + r.Project()
		first := r.artifact(draft("art_linked", files{"a": "1"}), client.ArtifactOptions{})
		link(h, first, target, "best")
		link(h, r.artifact(draft("art_linked", files{"a": "2"}), client.ArtifactOptions{}), target)
		link(h, first, target, "again")
		r.finish()
	},
	"art_registry": func(h half) {
		r := h.init("art_registry", client.RunOptions{})
		link(h, r.artifact(model("art_registry"), client.ArtifactOptions{}), "wandb-registry-model/reg_"+r.Project(), "staging")
		r.finish()
	},
	"art_unlinked": func(h half) {
		r := h.init("art_unlinked", client.RunOptions{})
		v := link(h, r.artifact(model("art_unlinked"), client.ArtifactOptions{}), "wandb-registry-model/unl_"+r.Project(), "staging")
		must(v.Delete(h.ctx, artifact.DeleteOptions{}))
		r.finish()
	},
}

func model(name string) *artifact.Artifact {
	a := artifact.New(name, "model")
	must(a.AddBytes("a", []byte("1")))
	return a
}

func link(h half, v *artifact.Version, target string, aliases ...string) *artifact.Version {
	linked, err := v.Link(h.ctx, target, aliases...)
	must(err)
	return linked
}

// use finds an artifact that the run then has as an input.
func (r run) use(path string) *artifact.Version {
	v, err := r.UseArtifact(r.ctx, path)
	must(err)
	return v
}

// decoded returns the text of an id of the server.
func decoded(id string) string {
	text, err := base64.StdEncoding.DecodeString(id)
	must(err)
	return string(text)
}
