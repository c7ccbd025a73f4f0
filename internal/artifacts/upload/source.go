package upload

import (
	"context"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// open reads the record.
func (j *Job) open() error {
	var err error
	if j.alg, err = manifest.AlgorithmNamed(j.artifact.DigestAlgorithm); err != nil {
		return err
	}
	m := j.artifact.Manifest
	if m == nil {
		return errors.New("the artifact has no manifest")
	}
	if m.EntriesFile == "" {
		j.entries = slices.Clone(m.Entries)
	} else if j.entries, err = readEntries(m.EntriesFile); err != nil {
		return fmt.Errorf("read the files of the artifact: %w", err)
	}
	j.digest, j.md5 = j.artifact.Digest, nil
	if j.digest == "" {
		j.digest, err = manifest.ContentDigest(j.alg, j.entries)
	}
	return err
}

// readEntries reads the entries of a manifest that is too large for a record.
func readEntries(path string) ([]record.ArtifactEntry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return manifest.ReadLines(f)
}

// openFile opens a file of the artifact, which must have the size that it had when it was
// hashed.
func (j *Job) openFile(e *record.ArtifactEntry) (*os.File, error) {
	f, info, err := smallfile.OpenStat(e.LocalPath)
	if err == nil && info.Size() != e.Size {
		_ = f.Close()
		return nil, changed(e, fmt.Errorf("it has %d bytes, and had %d", info.Size(), e.Size))
	}
	return f, err
}

// changed is the error for a file that is not what was hashed.
func changed(e *record.ArtifactEntry, why error) error {
	return &errors.RequestError{Cause: errors.ErrDigestMismatch, File: e.Path, Hint: why.Error(), Err: why}
}

// checked is a file that is compared with its digest while it is read. What is sent to a
// store that knows the digest needs no such comparison.
type checked struct {
	io.ReadCloser
	entry *record.ArtifactEntry
	md5   string
	hash  hash.Hash
	left  int64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p[:min(int64(len(p)), max(c.left, 1))])
	n = int(min(int64(n), c.left))
	_, _ = c.hash.Write(p[:n]) // a hash accepts every write
	c.left -= int64(n)
	if c.left == 0 && n > 0 {
		// The last bytes are held back, so that the store gets no complete file.
		if sum := manifest.Digest(c.hash.Sum(nil)); sum != c.md5 {
			return 0, changed(c.entry, fmt.Errorf("its digest is %s, and was %s", sum, c.md5))
		}
	}
	return n, err
}

// hashMD5 computes the MD5 of every file, which requests name beside another digest.
func (j *Job) hashMD5(ctx context.Context) error {
	j.md5 = make([]string, len(j.entries))
	return manifest.Parallel(ctx, len(j.entries), func() func(context.Context, int) error {
		return func(ctx context.Context, i int) error {
			e := &j.entries[i]
			if !pending(e) {
				return nil
			}
			sum, err := j.sumRange(ctx, e, 0, e.Size)
			j.md5[i] = manifest.Digest(sum)
			return err
		}
	})
}

// pending reports whether the server may lack the content of an entry.
func pending(e *record.ArtifactEntry) bool { return e.LocalPath != "" && e.Ref == "" }
