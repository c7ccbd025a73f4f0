// Package official installs the official W&B client from PyPI into a virtual
// environment and runs Python with it, apart from the user's own settings.
package official

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrUnreachable means that PyPI could not be reached and no earlier
// installation was found.
var ErrUnreachable = errors.New("PyPI cannot be reached and no official client is cached")

// pypi answers which version is current.
const pypi = "https://pypi.org/pypi/wandb/json"

// SDK is an installed official client.
type SDK struct {
	// Version is the version of the wandb package.
	Version string
	// Dir is the virtual environment.
	Dir string
	// Fresh says that PyPI was asked which version is current. It is false where
	// PyPI could not be reached and the newest cached installation is used.
	Fresh bool
}

// Find returns the current official client, installing it if it is not cached
// below the user's cache directory (see [os.UserCacheDir]). It takes some ten
// seconds the first time. The error is ErrUnreachable where that is the reason.
// It is safe to call from several processes at once.
func Find(ctx context.Context) (*SDK, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find official client: %w", err)
	}
	root := filepath.Join(cache, "wandgo-interop")
	version, err := current(ctx)
	if err != nil {
		return cached(root, err)
	}
	sdk := &SDK{Version: version, Dir: filepath.Join(root, "wandb-"+version), Fresh: true}
	if _, err := os.Stat(sdk.Python()); err == nil {
		return sdk, nil
	}
	if err := sdk.install(ctx, root); err != nil {
		return nil, fmt.Errorf("install official client %s: %w", version, err)
	}
	return sdk, nil
}

// current asks PyPI for the newest version.
func current(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, pypi, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("ask PyPI: %w", err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask PyPI: %w", err)
	}
	defer resp.Body.Close()
	var answer struct {
		Info struct{ Version string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("ask PyPI: %s: %w", resp.Status, err)
	}
	if answer.Info.Version == "" || strings.ContainsAny(answer.Info.Version, `/\ `) {
		return "", fmt.Errorf("ask PyPI: %s: no version", resp.Status)
	}
	return answer.Info.Version, nil
}

// cached returns the installation used last; why says what kept us from
// asking for the current one.
func cached(root string, why error) (*SDK, error) {
	dirs, err := filepath.Glob(filepath.Join(root, "wandb-*"))
	if err != nil {
		return nil, fmt.Errorf("find cached client: %w", err)
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool {
		_, err := os.Stat((&SDK{Dir: dir}).Python())
		return err != nil || strings.Contains(dir, ".part-")
	})
	if len(dirs) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, why)
	}
	newest := slices.MaxFunc(dirs, func(a, b string) int { return modified(a).Compare(modified(b)) })
	return &SDK{Version: strings.TrimPrefix(filepath.Base(newest), "wandb-"), Dir: newest}, nil
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// install makes the virtual environment beside its place and moves it there, so
// that a half-made one is never found. (Moving keeps bin/python working, though
// not the other scripts, which is why Command never runs those.)
func (s *SDK) install(ctx context.Context, root string) error {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(root, "wandb-"+s.Version+".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	made := &SDK{Dir: part}
	for _, args := range [][]string{
		{"python3", "-m", "venv", part},
		{made.Python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "wandb==" + s.Version},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	if err := os.Rename(part, s.Dir); err != nil {
		if _, there := os.Stat(s.Python()); there == nil {
			return nil // another process was faster
		}
		return err
	}
	return nil
}

// Python is the interpreter that finds the official client.
func (s *SDK) Python() string { return filepath.Join(s.Dir, "bin", "python") }

// Command runs Python with the arguments. Its environment is that of [Isolated]
// and nothing else.
func (s *SDK) Command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Python(), args...)
	cmd.Dir = dir
	cmd.Env = Isolated(dir)
	return cmd
}

// Isolated is an environment in which neither client finds anything of the
// user's: all that they read or write is below dir.
func Isolated(dir string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC", "TMPDIR=" + dir, "HOME=" + dir,
		"PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1",
		"WANDB_DIR=" + dir,
		"WANDB_CONFIG_DIR=" + filepath.Join(dir, ".config", "wandb"),
		"WANDB_CACHE_DIR=" + filepath.Join(dir, ".cache"),
		"WANDB_DATA_DIR=" + filepath.Join(dir, ".data"),
		"WANDB_ARTIFACT_DIR=" + filepath.Join(dir, "artifacts"),
		"WANDB_DISABLE_GIT=true",
	}
}

// Size is the disk space that the client and what it depends on take, in bytes;
// Python itself and pip are not counted.
func (s *SDK) Size() (int64, error) {
	var total int64
	err := filepath.WalkDir(filepath.Join(s.Dir, "lib"), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "pip" || d.Name() == "setuptools" || d.Name() == "__pycache__") {
			return filepath.SkipDir
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("measure installation: %w", err)
	}
	return total, nil
}
