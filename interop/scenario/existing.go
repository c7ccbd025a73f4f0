package scenario

import (
	"encoding/base64"
	"encoding/hex"

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

// decoded returns the text of an id of the server.
func decoded(id string) string {
	text, err := base64.StdEncoding.DecodeString(id)
	must(err)
	return string(text)
}
