package media

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// File is the content of a file of a value: in memory, or on disk.
type File struct {
	// Bytes is the content, unless Path is set.
	Bytes []byte
	// Path is a file with the content. If Temporary is set, it is in the run's directory
	// and may be moved.
	Path      string
	Temporary bool
	Size      int64
	SHA256    string // in hex
}

// FileOf returns a File in memory. The content must not change any more.
func FileOf(content []byte) *File {
	sum := sha256.Sum256(content)
	return &File{Bytes: content, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

// Stage has room for files until the row that they belong to is stored. The zero Stage is
// ready to use. It is safe for concurrent use.
type Stage struct {
	// Dir is the run's directory, or "".
	Dir string
	// Run identifies the run, and is the same for all its rows.
	Run *Run
	// CopyDir returns a new directory for the files of an artifact, which need not exist.
	// It is nil for a run that stores nothing.
	CopyDir func() (string, error)

	mu    sync.Mutex
	files []*File
	dirs  map[string]bool // of artifacts; true once the artifact is logged
}

// Run is the run that a value is logged to.
type Run struct{ ID string }

// ArtifactDir makes a directory for the files of an artifact, "" for a run that stores
// nothing. [Stage.Discard] removes it unless the artifact was logged.
func (s *Stage) ArtifactDir() (string, error) {
	if s.CopyDir == nil {
		return "", nil
	}
	dir, err := s.CopyDir()
	if err == nil {
		err = os.MkdirAll(dir, 0o755) //nolint:gosec // like the run's directory
	}
	if err != nil {
		return "", fmt.Errorf("copy files of an artifact: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dirs == nil {
		s.dirs = make(map[string]bool)
	}
	s.dirs[dir] = false
	return dir, nil
}

// Logged says that an artifact owns its directory.
func (s *Stage) Logged(dir string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirs[dir] = true
}

// Copy copies a file, so that later changes of it do not matter. Nothing of it is held in
// memory. A run without a directory has no copy: the file is read when it is uploaded.
func (s *Stage) Copy(path string) (*File, error) {
	from, err := smallfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }()
	h := sha256.New()
	if s.Dir == "" {
		size, err := io.Copy(h, from)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		return &File{Path: path, Size: size, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
	}
	to, err := os.CreateTemp(s.Dir, "media-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", path, err)
	}
	f := &File{Path: to.Name(), Temporary: true}
	s.mu.Lock()
	s.files = append(s.files, f)
	s.mu.Unlock()
	f.Size, err = io.Copy(io.MultiWriter(to, h), from)
	if closing := to.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(to.Name(), 0o644) //nolint:gosec // like the run's other files
	}
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", path, err)
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, nil
}

// Discard removes the copies that are left.
func (s *Stage) Discard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		_ = os.Remove(f.Path) // it is gone if it was moved to its place
	}
	for dir, logged := range s.dirs {
		if !logged {
			_ = os.RemoveAll(dir)
		}
	}
	s.files, s.dirs = nil, nil
}
