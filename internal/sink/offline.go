package sink

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
)

// ErrOffline means that a run is not online.
var ErrOffline = errors.New("the run is not online")

// OfflineError is [ErrOffline], with the refusal if the server refused the run.
func (b *Both) OfflineError() error {
	if refusal := b.Refusal(Rows); refusal != nil {
		return fmt.Errorf("%w: %w", ErrOffline, refusal)
	}
	return ErrOffline
}

// offlineError says why a run that is not online does not upload an artifact, and where it is.
func (b *Both) offlineError(u *ArtifactUpload) error {
	why := b.OfflineError()
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
	return fmt.Errorf("log %s: it waits on disk; to upload it: wandgo sync %s: %w", u, plaintext.ShellPath(d.Path()), why)
}
