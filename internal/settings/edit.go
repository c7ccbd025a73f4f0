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

// Option is an option of a settings file.
type Option struct {
	Name, Value string // an empty value removes the option
}

// SetFileOptions returns a settings file with options changed in its [default]
// section. Comments and other options are unchanged. A file that cannot be parsed is an
// error that names the line.
func SetFileOptions(data []byte, options ...Option) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	for _, o := range options {
		if _, err := parseFile(data); err != nil {
			return nil, err
		}
		var line string
		if o.Value != "" {
			line = o.Name + " = " + strings.ReplaceAll(o.Value, "%", "%%") + "\n"
		}
		data = setOption(data, o.Name, line)
	}
	if _, err := parseFile(data); err != nil {
		return nil, err
	}
	return data, nil
}

// setOption replaces an option by line in a file that was parsed before.
func setOption(data []byte, name, line string) []byte {
	lines := strings.SplitAfter(string(withFinalNewline(data)), "\n")
	inside := false
	end := -1             // after the section's last line that is not empty
	begin, stop := -1, -1 // the lines of the option
	indent, open := 0, "" // of the option whose continuation may follow, and its name
	for i, raw := range lines {
		text := strings.TrimSpace(raw)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		level := len(raw) - len(strings.TrimLeft(raw, " \t\r\f\v"))
		if open != "" && level > indent {
			if inside {
				end = i + 1
			}
			if open == name && inside {
				stop = i + 1
			}
			continue
		}
		indent = level
		if section, ok := sectionName(text); ok {
			inside, open = section == fileSection, ""
			if inside {
				end = i + 1
			}
			continue
		}
		open = strings.ToLower(strings.TrimSpace(text[:strings.IndexAny(text, "=:")]))
		if inside {
			end = i + 1
			if open == name {
				begin, stop = i, i+1
			}
		}
	}
	switch {
	case begin >= 0:
		lines = slices.Replace(lines, begin, stop, line)
	case line == "":
	case end >= 0:
		lines = slices.Insert(lines, end, line)
	default:
		lines = append(lines, "["+fileSection+"]\n", line)
	}
	return []byte(strings.Join(lines, ""))
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
	data, err := Env{}.readFile(path)
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

// NetrcPath returns the netrc file of the user: $NETRC, or the first of ~/.netrc and
// ~/_netrc that exists, or ~/.netrc if neither does. It is "" if the home directory is not
// known.
func NetrcPath(env Env) string {
	r := resolver{env: env}
	return r.netrcPath()
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

// NetrcMachine returns the machine of a server in netrc: the host, and the port if there is
// one. baseURL must be normalized.
func NetrcMachine(baseURL string) string { return machineOf(baseURL) }
