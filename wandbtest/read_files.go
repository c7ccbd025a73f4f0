package wandbtest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// fileList lists the uploaded files of a run by name. Call with mu held.
func (r *run) fileList(s *Server, args arguments) (any, error) {
	names, pattern := args.texts("names"), args.text("pattern")
	if len(names) > 0 && pattern != "" {
		return nil, badRequest("names and pattern exclude each other")
	}
	like := likePattern(pattern)
	var list []fields
	for _, name := range sortedKeys(r.uploads) {
		switch {
		case len(names) > 0 && !slices.Contains(names, name), pattern != "" && !like.MatchString(name):
		default:
			list = append(list, r.fileFields(s, name))
		}
	}
	return connection(list, args), nil
}

// fileFields is the type File. Call with mu held.
func (r *run) fileFields(s *Server, name string) fields {
	content, uploaded := r.uploads[name]
	var digest any
	if uploaded {
		digest = md5Text(objects.FromBytes(content))
	}
	folder := url.PathEscape(r.key.Entity) + "/" + url.PathEscape(r.key.Project) + "/" + url.PathEscape(r.key.ID) + "/"
	return fileObject(globalID("File", r.storageID, name), name, fields{
		"sizeBytes": len(content),
		"url":       s.url + filesPath + folder + escapePath(name), "directUrl": s.runURL(http.MethodGet, r, name), "uploadUrl": s.runURL(http.MethodPut, r, name),
		"mimetype": "application/octet-stream", "md5": digest, "updatedAt": r.heartbeat,
	})
}

// serveDownload responds to a GET of a run's file.
func (s *Server) serveDownload(in incoming) reply {
	at := in.run
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.realm.project(at.Entity, at.Project)
	if p == nil || !s.standing(in.caller, at.Entity).canRead(p) {
		return restError(noProject)
	}
	r := p.runs[at.ID]
	if r == nil || r.deleted.Load() {
		return restError(noRun)
	}
	content, ok := r.upload(in.file)
	if !ok {
		return restError(noFile)
	}
	return fileReply(content)
}

// likePattern compiles a pattern of SQL's LIKE.
func likePattern(pattern string) *regexp.Regexp {
	wildcards := strings.NewReplacer("%", ".*", "_", ".")
	return regexp.MustCompile("(?s)^" + wildcards.Replace(regexp.QuoteMeta(pattern)) + "$")
}

// deleteFiles deletes files of runs by their ids.
func (x *execution) deleteFiles(in arguments) (any, error) {
	for _, id := range in.texts("files") {
		text, _ := base64.StdEncoding.DecodeString(id)
		kind, rest, _ := strings.Cut(string(text), ":")
		storageID, name, _ := strings.Cut(rest, ":")
		if kind != "File" || x.server.storage[storageID] == nil {
			return nil, badRequest("invalid file id")
		}
		r, err := x.managedRun(arguments{"id": storageID})
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		delete(r.uploads, name)
		r.mu.Unlock()
	}
	return fields{"success": true}, nil
}

// logLines returns the console lines. Without useImprovedPagination, "after" counts from
// the end, as on old servers. Call with mu held.
func (r *run) logLines(args arguments) any {
	all := r.logs.All()
	if improved, _ := args["useImprovedPagination"].(bool); !improved && args.text("after") != "" {
		args = arguments{"last": args["first"]}
	}
	nodes := make([]fields, len(all))
	for i, line := range all {
		nodes[i] = lineFields(i, line)
	}
	return connection(nodes, args)
}

// lineFields is the type LogLine. A line has a level and a time in front, or a JSON object
// around it.
func lineFields(number int, line string) fields {
	f := fields{"number": number, "line": line + "\n", "level": "info"}
	if content, err := jsontext.DecodeObject(line); err == nil && content["content"] != nil {
		f["line"], f["level"], f["timestamp"], f["label"] = content["content"], content["level"], content["ts"], content["label"]
		return f
	}
	if rest, ok := strings.CutPrefix(line, "ERROR "); ok {
		f["level"], line = "error", rest
	}
	if stamp, rest, ok := strings.Cut(line, " "); ok && len(stamp) > 19 && stamp[4] == '-' && stamp[10] == 'T' {
		f["timestamp"], line = stamp, rest
	}
	f["line"] = line + "\n"
	return f
}
