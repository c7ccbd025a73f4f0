package runfiles

import (
	"context"
	stderrors "errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/graphql"
)

// target is the address for one file.
type target struct {
	url    string
	header http.Header
	made   time.Time
}

// ask requests the addresses of names, in their order.
func (u *Uploader) ask(ctx context.Context, names []string) ([]target, error) {
	made := time.Now()
	resp, err := graphql.CreateRunFiles(ctx, u.cfg.GraphQL, graphql.CreateRunFilesInput{
		EntityName: u.cfg.Entity, ProjectName: u.cfg.Project, RunName: u.cfg.Run, Files: names,
	})
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.CreateRunFiles == nil {
		return nil, &AnswerError{Asked: len(names)}
	}
	files := resp.CreateRunFiles.Files
	if len(files) != len(names) {
		return nil, &AnswerError{Asked: len(names), Got: len(files)}
	}
	header := uploadHeader(resp.CreateRunFiles.UploadHeaders)
	urls := make(map[string]*string, len(files))
	for _, f := range files {
		urls[f.Name] = f.UploadUrl
	}
	targets := make([]target, len(names))
	for i, name := range names {
		// By name, so that a response in another order cannot swap contents.
		address := urls[name]
		if address == nil || *address == "" {
			return nil, &AnswerError{Asked: len(names), Got: len(files), Name: name}
		}
		targets[i] = target{*address, header, made}
	}
	return targets, nil
}

// uploadHeader parses the headers that an upload must have, a list of "Name: value". A
// line without a colon is ignored.
func uploadHeader(lines []string) http.Header {
	header := make(http.Header, len(lines))
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if ok && name != "" {
			header.Add(name, strings.TrimSpace(value))
		}
	}
	return header
}

// host returns the part of an address that is not secret.
func (t target) host() string {
	parsed, err := url.Parse(t.url)
	if err != nil || parsed.Host == "" {
		return "of the server"
	}
	return parsed.Host
}

// ageLimit is the age from which a refused address may have expired, even if the store does
// not say so.
const ageLimit = time.Minute

// stale reports whether a new address may help after this one was refused.
func (t target) stale(err error) bool {
	e, ok := stderrors.AsType[*graphql.Error](err)
	if !ok || !e.Answered() {
		return false
	}
	denied := e.Kind == graphql.KindStorageXML && e.StatusCode == http.StatusForbidden
	return expired(e) || denied && time.Since(t.made) >= ageLimit
}
