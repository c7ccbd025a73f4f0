package errors

import (
	"net/url"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// target is the request: the part that [PermissionError] and [RequestError] have in
// common.
type target struct {
	op, entity, project, runID, artifact string
	entityDefaulted, projectDefaulted    bool // the caller or the settings name none
	baseURL, appURL                      string
	file, store                          string // of a transfer to or from an object store
	proxy                                *Proxy
	dirs                                 []string // of the run; may be ""
}

// request is the verb with its target: "create run acme/vision". If only a part of the
// target is known, it says which: `create a run in project "vision"`.
func (t *target) request() string {
	op := inline(t.op, nameLimit)
	switch {
	case t.artifact != "":
		return strings.TrimSpace(op + " " + t.artifactPath())
	case t.entity != "" && t.project != "":
		return strings.TrimSpace(op + " " + bare(t.entity) + "/" + bare(t.project))
	case t.entity != "":
		return t.within(op, "for", "entity", t.entity)
	case t.project != "":
		return t.within(op, "in", "project", t.project)
	}
	return op
}

// within adds the known part of a target to a verb: `create a run in project "vision"`,
// `resume run "abc" in project "vision"`, `read project "vision"`. A new run has no name
// that a person knows; others do.
func (t *target) within(op, preposition, noun, name string) string {
	if before, ok := strings.CutSuffix(op, " run"); ok {
		if t.runID != "" && t.op != opCreateRun && t.op != opVerify {
			return op + " " + quotedID(t.runID) + " " + preposition + " " + noun + " " + quoted(name)
		}
		return before + " a run " + preposition + " " + noun + " " + quoted(name)
	}
	return strings.TrimSpace(strings.TrimSuffix(op, " "+noun) + " " + noun + " " + quoted(name))
}

// headline opens the text for a person.
func (t *target) headline(why string) string {
	if request := t.request(); request != "" && t.op != "" {
		return "Cannot " + request + ": " + strings.TrimSuffix(why, ".") + "."
	}
	return sentence(why)
}

// prefix starts a one-line text; it is empty if the request is unknown.
func (t *target) prefix() string {
	if request := t.request(); request != "" {
		return request + ": "
	}
	return ""
}

// server names the server that the request went to in a sentence.
func (t *target) server() string {
	if t.store != "" {
		return t.storeName()
	}
	if t.baseURL == "" {
		return "this server"
	}
	return inline(t.baseURL, messageLimit)
}

// storeName names the object store in a sentence.
func (t *target) storeName() string {
	return strings.TrimSpace("the object store " + inline(t.store, nameLimit))
}

// artifactPath is the artifact's path, as far as it is known.
func (t *target) artifactPath() string {
	var path []string
	for _, name := range []string{t.entity, t.project} {
		if name != "" {
			path = append(path, bare(name))
		}
	}
	return strings.Join(append(path, t.artifactText()), "/")
}

// artifactText is the name with the version, without quotes if that is unambiguous.
func (t *target) artifactText() string {
	name, version, versioned := strings.Cut(t.artifact, ":")
	if !versioned {
		return bare(name)
	}
	return bare(name) + ":" + bare(version)
}

// fileName names the file in a sentence.
func (t *target) fileName() string {
	if t.file == "" {
		return "a file"
	}
	return quoted(t.file)
}

func (t *target) artifactName() string { return named("artifact", t.artifact) }

func (t *target) team() string { return named("team", t.entity) }

func (t *target) projectName() string { return named("project", t.project) }

// named is an object in a sentence: `team "acme"`, or "the team".
func named(kind, name string) string {
	if name == "" {
		return "the " + kind
	}
	return kind + " " + quoted(name)
}

// directories are those of the run that are known, each after before and as one word of a shell.
func (t *target) directories(before string) string {
	var b strings.Builder
	for _, dir := range t.dirs {
		if dir != "" {
			b.WriteString(before + plaintext.ShellPath(dir))
		}
	}
	return b.String()
}

// writeData says where the run's data is, if that is known. It follows the first line.
func (t *target) writeData(b *strings.Builder) {
	if paths := t.directories("\n  "); paths != "" {
		b.WriteString("The data is on disk:" + paths + "\n\n")
	}
}

// page returns the address of a web page of this server, such as
// https://forge.coreweave.com/wandb/acme/vision, or "" if that of its pages is not known.
func (t *target) page(parts ...string) string {
	if t.appURL == "" {
		return ""
	}
	address := strings.TrimRight(inline(t.appURL, messageLimit), "/")
	for _, part := range parts {
		if part == "" {
			break
		}
		if len(part) > readLimit {
			return address
		}
		address += "/" + url.PathEscape(secret.Redact(part))
	}
	return address
}

// at is page in a sentence, " at https://forge.coreweave.com/wandb/acme", or "".
func (t *target) at(parts ...string) string {
	if page := t.page(parts...); page != "" {
		return " at " + page
	}
	return ""
}

// hosted reports whether the server is W&B's cloud, by either of its names.
func (t *target) hosted() bool {
	host := t.host()
	return t.store == "" && (host == "api.wandb.ai" || host == "api.forge.coreweave.com")
}

// nearlyHosted reports whether the address is one of W&B's own but not the API's,
// such as that of the web pages.
func (t *target) nearlyHosted() bool {
	host := t.host()
	return !t.hosted() && (host == "wandb.ai" || strings.HasSuffix(host, ".wandb.ai") || host == "forge.coreweave.com")
}

func (t *target) host() string {
	u, err := url.Parse(t.baseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
