package upload

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"io"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// operation is the name of an upload in errors and logs.
const operation = "upload"

// put is one request to the store.
type put struct {
	name    string // of the file in the artifact
	address objectstore.Address
	size    int64
	open    func() (io.ReadCloser, error)
	// etag gets the store's name of the content, if it is not nil.
	etag *string
}

// put sends a content to the store, with retries.
func (j *Job) put(ctx context.Context, p put) error {
	u := j.u
	policy := u.cfg.FilePolicy
	policy.Accepts = objectstore.Accepts
	count := u.progress.transfer(p.size)
	resp, err := u.cfg.Transport.Do(ctx, &transport.Request{
		Method: http.MethodPut,
		Path:   p.address.URL,
		Open: func() (io.ReadCloser, int64, error) {
			body, err := p.open()
			if err != nil {
				return nil, 0, err
			}
			return count.attempt(body), p.size, nil
		},
		NoCredentials: true,
		Header:        p.address.Header,
		Operation:     operation,
		Policy:        policy,
	})
	failed := gqlclient.ErrorOf(operation, resp, err)
	count.end(failed == nil)
	if failed == nil {
		if p.etag != nil {
			*p.etag = resp.Header.Get("Etag")
		}
		return nil
	}
	if local := transport.BodyError(failed); local != nil {
		return local
	}
	return objectstore.ErrorOf(p.name, p.address.Host(), u.cfg.Transport.BaseURL(), failed)
}

// sendFile uploads one file.
func (j *Job) sendFile(ctx context.Context, f *file) error {
	if f.multipart != nil {
		return j.sendParts(ctx, f)
	}
	err := j.put(ctx, put{
		name: f.entry.Path, address: f.address, size: f.entry.Size,
		open: func() (io.ReadCloser, error) {
			body, err := j.openFile(f.entry)
			if err != nil || knowsDigest(f.address.Header) {
				return body, err
			}
			return &checked{ReadCloser: body, entry: f.entry, md5: f.md5, hash: md5.New(), left: f.entry.Size}, nil //nolint:gosec // see the import
		},
	})
	return wrongContent(f, err)
}

// knowsDigest reports whether the store compares the content with the digest.
func knowsDigest(header http.Header) bool { return header.Get("Content-Md5") != "" }

// wrongContent reads a store's refusal of a content that does not have the digest that it was
// told.
func wrongContent(f *file, err error) error {
	e, ok := errors.AsType[*objectstore.Error](err)
	if !ok || e.Code() != "BadDigest" && e.Code() != "InvalidDigest" && e.Code() != "Md5Mismatch" {
		return err
	}
	return &errors.RequestError{
		Cause: errors.ErrDigestMismatch, File: f.entry.Path, Store: e.Host, Hint: "the store says that the content does not have the digest " + f.md5,
		StatusCode: e.Answer.StatusCode, Message: e.Answer.Message, RequestID: e.Answer.RequestID, Err: err,
	}
}
