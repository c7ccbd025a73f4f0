// Package official installs the official W&B client from PyPI into a virtual environment
// and runs Python with it, isolated from the user's settings.
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

// pypi is the address that reports the current version.
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
// below the user's cache directory (see [os.UserCacheDir]). The first call takes about ten
// seconds. Without PyPI and without a cached installation it returns ErrUnreachable. Several
// processes may call it at the same time.
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
	err = sdk.ensure(ctx, root, sdk.packages()...)
	return sdk, err
}

// packages are what an installation of the official client consists of.
func (s *SDK) packages() []string {
	return []string{"wandb==" + s.Version, "setuptools<81"} // versions before 0.17 need pkg_resources
}

// FindVersion returns the official client of a version, installing it if it is not cached.
func FindVersion(ctx context.Context, version string) (*SDK, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find official client: %w", err)
	}
	root := filepath.Join(cache, "wandgo-interop", "old") // Find takes the newest beside the current one
	sdk := &SDK{Version: version, Dir: filepath.Join(root, "wandb-"+version)}
	err = sdk.ensure(ctx, root, sdk.packages()...)
	return sdk, err
}

// ensure installs packages if they are not installed.
func (s *SDK) ensure(ctx context.Context, root string, packages ...string) error {
	if _, err := os.Stat(s.Python()); err == nil {
		return nil
	}
	if err := s.install(ctx, root, packages); err != nil {
		return fmt.Errorf("install %s: %w", packages[0], err)
	}
	return nil
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

// cached returns the last installation. why is the reason why the current version is not
// known.
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

// install creates the virtual environment in a temporary directory and renames it, so a
// partial one is never found. bin/python still works after the rename, but other scripts do
// not, so Command never runs them.
func (s *SDK) install(ctx context.Context, root string, packages []string) error {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(root, filepath.Base(s.Dir)+".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	made := &SDK{Dir: part}
	for _, args := range [][]string{
		{"python3", "-m", "venv", part},
		append([]string{made.Python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...),
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

// Python is the interpreter with the official client.
func (s *SDK) Python() string { return filepath.Join(s.Dir, "bin", "python") }

// Command runs Python with the arguments, only in the environment of [Isolated].
func (s *SDK) Command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Python(), args...)
	cmd.Dir = dir
	cmd.Env = Isolated(dir)
	return cmd
}

// Isolated is an environment without the user's settings. Both clients read and write only
// below dir.
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

// Size is the disk space of the client and its dependencies in bytes, without Python and
// pip.
func (s *SDK) Size() (int64, error) {
	var total int64
	err := filepath.WalkDir(filepath.Join(s.Dir, "lib"), func(_ string, d os.DirEntry, err error) error {
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

// Environment returns a Python with packages from PyPI that the official client does not
// need. The first call installs them below the user's cache directory. Version is that of
// the first package.
func Environment(ctx context.Context, packages ...string) (*SDK, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", packages[0], err)
	}
	root := filepath.Join(cache, "wandgo-interop", "other") // Find takes the newest beside the current client
	sdk := &SDK{Dir: filepath.Join(root, packages[0])}
	if err := sdk.ensure(ctx, root, packages...); err != nil {
		return nil, err
	}
	version := "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
	text, err := exec.CommandContext(ctx, sdk.Python(), "-c", version, packages[0]).Output()
	if err != nil {
		return nil, fmt.Errorf("read version of %s: %w", packages[0], err)
	}
	sdk.Version = strings.TrimSpace(string(text))
	return sdk, nil
}

// mediaPackages are what the official client needs for images, sound and curves.
var mediaPackages = []string{"numpy", "pillow", "soundfile", "scikit-learn", "pandas", "plotly"}

// Media returns a directory for PYTHONPATH with the packages that the official client needs
// for media. The first call installs them, which takes about a minute; they are no part of
// [SDK.Size].
func (s *SDK) Media(ctx context.Context) (string, error) {
	dir := filepath.Join(s.Dir, "media")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	part, err := os.MkdirTemp(s.Dir, "media.part-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(part)
	args := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", part}, mediaPackages...)
	if out, err := exec.CommandContext(ctx, s.Python(), args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("install packages for media: %w\n%s", err, out)
	}
	if err := os.Rename(part, dir); err != nil {
		if _, there := os.Stat(dir); there == nil {
			return dir, nil // another process was faster
		}
		return "", err
	}
	return dir, nil
}
