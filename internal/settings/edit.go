package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// SetNetrcKey returns a netrc file in which machine has the key as its password.
// The rest of the file is unchanged. A file that cannot be parsed is an error that names
// the line, because an edit could change another machine's password.
func SetNetrcKey(data []byte, machine string, key secret.Key) ([]byte, error) {
	file, err := parseNetrc(data)
	if err != nil {
		return nil, err
	}
	var out []byte
	entry, found := file.find(machine)
	switch {
	case !found || entry.isDefault:
		out = fmt.Appendf(withFinalNewline(data), "machine %s\n  login user\n  password %s\n", machine, key.Reveal())
	case entry.passwordEnd == 0:
		out = slices.Concat(data[:entry.end], []byte("\n  password "+key.Reveal()), data[entry.end:])
	default:
		out = slices.Concat(data[:entry.passwordBegin], []byte(key.Reveal()), data[entry.passwordEnd:])
	}
	changed, err := parseNetrc(out)
	if err != nil {
		return nil, errNotEditable
	}
	if e, _ := changed.find(machine); e.isDefault || e.password != key {
		return nil, errNotEditable // an open quote swallowed the new entry, say
	}
	return out, nil
}

// errNotEditable is the error for a file whose meaning an edit would change.
var errNotEditable = errors.New("the file ends in the middle of a value; correct it by hand")

// SetFileOption returns a settings file with an option changed in its [default] section, or removed
// if the value is empty. Comments and other options are unchanged. A file that cannot be parsed is an
// error that names the line.
func SetFileOption(data []byte, name, value string) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if _, err := parseFile(data); err != nil {
		return nil, err
	}
	text := string(withFinalNewline(data))
	sections, err := scanFile(text)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(text, "\n")
	line := name + " = " + strings.ReplaceAll(value, "%", "%%") + "\n"
	if value == "" {
		line = ""
	}
	switch section := sections[fileSection]; {
	case section == nil && value == "":
	case section == nil:
		lines = append(lines, "["+fileSection+"]\n", line)
	case section.options[name] != nil:
		option := section.options[name]
		lines = slices.Replace(lines, option.line-1, option.end, line)
	default:
		lines = slices.Insert(lines, section.end, line)
	}
	changed := []byte(strings.Join(lines, ""))
	_, err = parseFile(changed)
	return changed, err
}

func withFinalNewline(data []byte) []byte {
	if len(data) == 0 || data[len(data)-1] == '\n' {
		return slices.Clone(data)
	}
	return append(slices.Clone(data), '\n')
}

// EditFile changes a small file atomically. edit gets the file's content, nil if the file
// does not exist. A new file gets the mode perm; an existing one keeps its mode. A symbolic
// link is kept, and its target changes.
func EditFile(path string, perm fs.FileMode, edit func(data []byte) ([]byte, error)) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	data, err := smallfile.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // like the official client's
			return fmt.Errorf("create directory: %w", err)
		}
	case err != nil:
		return err
	default:
		if info, err := os.Stat(path); err == nil {
			perm = info.Mode().Perm()
		}
	}
	changed, err := edit(data)
	if err != nil {
		return fmt.Errorf("edit %s: %w", path, err)
	}
	if data != nil && bytes.Equal(changed, data) {
		return nil
	}
	return replaceFile(path, changed, perm)
}

// replaceFile writes a file beside path and renames it.
func replaceFile(path string, data []byte, perm fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(perm), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// GlobalFile returns the path of the user's settings file, "" if the home directory
// is not known.
func GlobalFile(env Env) string {
	if dir, ok := env.get("WANDB_CONFIG_DIR"); ok {
		return filepath.Join(env.expand(dir), "settings")
	}
	if home := env.home(); home != "" {
		return filepath.Join(home, ".config", "wandb", "settings")
	}
	return ""
}

// LocalFile returns the path of the settings file of the working directory.
func LocalFile(env Env) string { return filepath.Join(runRoot(env.workDir()), "settings") }
