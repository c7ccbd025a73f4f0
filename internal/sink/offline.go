package sink

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
)

// ErrOffline means that a run is not online.
var ErrOffline = errors.New("the run is not online")

// OfflineError is [ErrOffline], with the refusal if the server refused the run. It blocks
// until the diagnosis of the refusal is made, or ctx ends.
func (b *Both) OfflineError(ctx context.Context) error {
	b.mu.Lock()
	explained := b.refusals.explained
	b.mu.Unlock()
	if explained != nil {
		select {
		case <-explained:
		case <-ctx.Done(): // what is known without the diagnosis
		}
	}
	if refusal := b.Refusal(Rows); refusal != nil {
		return fmt.Errorf("%w: %w", ErrOffline, refusal)
	}
	return ErrOffline
}

// offlineError says why a run that is not online does not upload an artifact, and where it is. It
// blocks as [Both.OfflineError] does.
func (b *Both) offlineError(ctx context.Context, u *ArtifactUpload) error {
	why := b.OfflineError(ctx)
	d := b.currentDisk()
	b.artifacts.mu.Lock()
	logged := u.index >= 0
	b.artifacts.mu.Unlock()
	switch {
	case d == nil:
		return fmt.Errorf("log %s: a disabled run stores nothing: %w", u, why)
	case !logged:
		return fmt.Errorf("log %s: %w", u, why)
	}
	return fmt.Errorf("log %s: %w; the artifact is on disk, to upload it: wandgo sync %s", u, why, plaintext.ShellPath(d.Path()))
}
