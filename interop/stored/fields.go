package stored

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wandgo/wandgo/wandbtest"
)

// Fields are the values of a run by path, such as `history[3].loss`. Equal text means an
// equal value.
type Fields map[string]string

var (
	// stamp begins each line of output.log.
	stamp = regexp.MustCompile(`^(ERROR )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} ?`)
	// invented is the form of a display name that the server made up.
	invented = regexp.MustCompile(`^[a-z]+-[a-z]+-\d+$`)
	// simple keys need no quotes in a path.
	simple = regexp.MustCompile(`^[\w-]+$`)
)

// Of returns the fields of a run.
func Of(v wandbtest.RunView) Fields {
	f := Fields{}
	f.set("id", v.ID)
	f.set("entity", v.Entity)
	f.set("project", v.Project)
	f.set("owner", v.Owner)
	f.set("state", v.State)
	f.set("stopped", v.Stopped)
	f.set("preempting", v.Preempting)
	f.set("group", v.Group)
	f.set("jobType", v.JobType)
	f.set("notes", v.Notes)
	f.set("host", v.Host)
	f.set("commit", v.Commit)
	f.set("sweep", v.Sweep)
	if invented.MatchString(v.DisplayName) {
		f["displayName"] = "(invented by the server)"
	} else {
		f.set("displayName", v.DisplayName)
	}
	if v.ExitCode == nil {
		f["exitCode"] = "(none)"
	} else {
		f.set("exitCode", strconv.Itoa(*v.ExitCode))
	}
	f.list("tags", v.Tags)
	for _, name := range v.Uploaded {
		f["uploaded."+strconv.Quote(name)] = "(yes)"
	}
	f.set("history.lines", len(v.HistoryLines))
	f.set("history.missing", v.Missing)
	f.set("history.overwritten", v.Overwritten)
	for i, line := range v.HistoryLines {
		f.json(fmt.Sprintf("history[%d]", i), line)
	}
	f.json("summary", v.RawSummary)
	f.config(v.RawConfig)
	f.events(v.EventLines)
	for i, line := range v.Logs {
		f.set(fmt.Sprintf("logs[%d]", i), stamp.ReplaceAllString(line, "$1"))
	}
	f.set("logs.lines", len(v.Logs))
	for name, content := range v.Files {
		f.file(name, content)
	}
	for i, a := range v.Alerts {
		f.set(fmt.Sprintf("alerts[%d]", i), fmt.Sprintf("%s|%s|%s|%s", a.Severity, a.Title, a.Text, a.Wait))
	}
	return f
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func (f Fields) set(path string, value any) { f[path] = fmt.Sprintf("%+q", fmt.Sprint(value)) }

func (f Fields) list(path string, texts []string) {
	for i, t := range texts {
		f.set(fmt.Sprintf("%s[%d]", path, i), t)
	}
}

// config unwraps the values.
func (f Fields) config(text string) {
	tree, err := decode(text)
	object, ok := tree.(map[string]any)
	if err != nil || !ok {
		f.json("config", text)
		return
	}
	for key, wrapped := range object {
		if m, ok := wrapped.(map[string]any); ok && len(m) == 1 {
			if v, ok := m["value"]; ok {
				f.tree(join("config", key), v)
				continue
			}
		}
		f.tree(join("config", key)+"(unwrapped)", wrapped)
	}
	f.environments()
	f.metrics(object)
}

// environments ignores the random writer ids; only number and content matter.
var environment = regexp.MustCompile(`^config\._wandb\.e\.[\w-]{32,36}`)

func (f Fields) environments() {
	for _, path := range slices.Sorted(maps.Keys(f)) {
		if at := environment.FindString(path); at != "" {
			f["config._wandb.e.(writer)"+strings.TrimPrefix(path, at)] = f[path]
			delete(f, path)
		}
	}
}

// WithEnvironment adds the kinds of the environment's values, since the values themselves
// vary.
func (f Fields) WithEnvironment() {
	for _, path := range slices.Sorted(maps.Keys(f)) {
		if key, ok := strings.CutPrefix(path, "config._wandb.e.(writer)"); ok {
			f["environment"+key] = "(" + kindOf(f[path]) + ")"
		}
	}
}

// metrics replaces the list of metric definitions, whose order is not stable, by an object
// with their names as keys.
func (f Fields) metrics(config map[string]any) {
	wrapper, _ := config["_wandb"].(map[string]any)
	own, _ := wrapper["value"].(map[string]any)
	list, ok := own["m"].([]any)
	if !ok {
		return
	}
	for path := range f {
		if strings.HasPrefix(path, "config._wandb.m[") || path == "config._wandb.m" {
			delete(f, path)
		}
	}
	name := func(i int) string {
		if i < 0 || i >= len(list) {
			return "(no such metric)"
		}
		m, _ := list[i].(map[string]any)
		for _, key := range []string{"1", "2"} {
			if n, ok := m[key].(string); ok {
				return n
			}
		}
		return "(nameless)"
	}
	f.set("config._wandb.m.count", len(list))
	for i := range list {
		m, ok := list[i].(map[string]any)
		if !ok {
			continue
		}
		m = maps.Clone(m)
		if index, ok := m["5"].(number); ok { // 1-based
			n, _ := strconv.Atoi(string(index))
			m["5"] = name(n - 1)
		}
		for _, key := range []string{"6", "7"} {
			if options, ok := m[key].([]any); ok {
				texts := make([]string, len(options)) // a set: its order is not stable
				for n, o := range options {
					texts[n] = fmt.Sprint(o)
				}
				m[key] = strings.Join(sorted(texts), ",")
			}
		}
		f.tree(join("config._wandb.m", name(i)), m)
	}
}

// events returns the keys of system metrics and how many rows have them. The values vary.
func (f Fields) events(lines []string) {
	for _, line := range lines {
		tree, err := decode(line)
		object, ok := tree.(map[string]any)
		if err != nil || !ok {
			f.set("events.broken", line)
			continue
		}
		for key, v := range object {
			f[join("events", key)] = kind(v)
		}
	}
}

// file splits JSON, YAML and lines of text into fields.
func (f Fields) file(name string, content []byte) {
	at := "files." + strconv.Quote(name)
	f[at] = "(uploaded)"
	switch {
	case strings.HasSuffix(name, ".json"):
		f.json(at, string(content))
	case strings.HasSuffix(name, ".yaml"):
		var tree any
		if err := yaml.Unmarshal(content, &tree); err != nil {
			f.set(at, content)
			return
		}
		f.tree(at, fromYAML(tree))
		f.renameWriters(at)
	case strings.HasSuffix(name, ".log"), strings.HasSuffix(name, ".txt"):
		f.list(at, strings.SplitAfter(string(content), "\n"))
	default:
		f.set(at, content)
	}
}

var yamlWriter = regexp.MustCompile(`(_wandb\.value\.e\.)[\w-]{32,36}`)

func (f Fields) renameWriters(at string) {
	for _, path := range slices.Sorted(maps.Keys(f)) {
		if renamed := yamlWriter.ReplaceAllString(path, "$1(writer)"); renamed != path && strings.HasPrefix(path, at) {
			f[renamed] = f[path]
			delete(f, path)
		}
	}
}

func fromYAML(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, below := range v {
			v[key] = fromYAML(below)
		}
	case []any:
		for i, below := range v {
			v[i] = fromYAML(below)
		}
	case int:
		return number(strconv.Itoa(v))
	case int64:
		return number(strconv.FormatInt(v, 10))
	case uint64:
		return number(strconv.FormatUint(v, 10))
	case float64:
		return number(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return v
}

func (f Fields) json(path, text string) {
	if text == "" {
		f[path] = "(none)"
		return
	}
	tree, err := decode(text)
	if err != nil {
		f[path] = fmt.Sprintf("(broken: %v) %q", err, text)
		return
	}
	f.tree(path, tree)
}

// tree adds the leaves of a decoded JSON value.
func (f Fields) tree(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			f[path] = "{}"
		}
		for key, below := range v {
			f.tree(join(path, key), below)
		}
	case []any:
		if len(v) == 0 {
			f[path] = "[]"
		}
		for i, below := range v {
			f.tree(fmt.Sprintf("%s[%d]", path, i), below)
		}
	case number:
		f[path] = v.canonical()
	case string:
		f[path] = fmt.Sprintf("%+q", v)
	default:
		f[path] = fmt.Sprint(v)
	}
}

func join(path, key string) string {
	if simple.MatchString(key) {
		return path + "." + key
	}
	return path + "[" + strconv.QuoteToASCII(key) + "]"
}
