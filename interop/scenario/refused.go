package scenario

import (
	"context"
	"fmt"
	"os"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// PathsVariable has the paths of artifacts, separated by commas.
const PathsVariable = "WANDGO_INTEROP_PATHS"

// told prints an error as a program does that explains it.
func told(err error) {
	if err == nil {
		fmt.Fprintln(os.Stderr, "not refused")
		return
	}
	fmt.Fprintln(os.Stderr, "refused:", err)
	fmt.Fprint(os.Stderr, errors.Explain(err))
}

// Their runs may finish with the refusal of the artifact.
var _ = register(map[string]func(half){
	"refused_log": func(h half) {
		r := h.init("refused_log", client.RunOptions{})
		u, err := r.LogArtifact(draft("refused", manyFiles("f%d", 4)), client.ArtifactOptions{Aliases: []string{"prod"}})
		must(err)
		_, err = u.Wait(h.ctx)
		told(err)
		finished(h.ctx, r)
	},
	"refused_unnoticed": func(h half) {
		r := h.init("refused_unnoticed", client.RunOptions{})
		_, err := r.LogArtifact(draft("refused", files{"f": "1"}), client.ArtifactOptions{})
		must(err)
		told(r.Finish(h.ctx))
	},
	"refused_use": func(h half) {
		r := h.init("refused_use", client.RunOptions{})
		_, err := r.UseArtifact(h.ctx, os.Getenv(PathsVariable))
		told(err)
		finished(h.ctx, r)
	},
	"refused_download": func(h half) {
		c, err := client.New(client.Options{})
		must(err)
		defer c.Close()
		v, err := c.Artifact(h.ctx, os.Getenv(PathsVariable))
		if err == nil {
			_, err = v.Download(h.ctx, artifact.DownloadOptions{})
		}
		told(err)
	},
})

// finished finishes a run whose artifact was refused, as it may say once more.
func finished(ctx context.Context, r run) {
	if err := r.Finish(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "finish:", err)
	}
}
