package api

import (
	"context"
	"crypto/md5" //nolint:gosec // it is the server's checksum
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/transport"
)

// get requests a file and passes its content to receive, once per attempt. Signed addresses get
// no credentials, as stores refuse requests with two kinds of them.
func (a *API) get(ctx context.Context, url string, signed bool, receive func(io.Reader) error) error {
	resp, err := a.conn.Transport.Do(ctx, &transport.Request{
		Method: http.MethodGet, Path: url, Operation: "GET", NoCredentials: signed, Policy: a.conn.FilePolicy,
		Receive: func(_ *transport.Response, body io.Reader) error { return receive(body) },
	})
	return gqlclient.ErrorOf("GET", resp, err)
}

// fetch downloads a signed address to a temporary file, and returns it at its beginning.
func (a *API) fetch(ctx context.Context, url string) (*smallfile.Temporary, error) {
	return temporary(func(f *os.File) error {
		return a.get(ctx, url, true, func(body io.Reader) error { _, err := refill(f, body); return err })
	})
}

// temporary returns a new file at its beginning after fill has filled it.
func temporary(fill func(*os.File) error) (*smallfile.Temporary, error) {
	f, err := smallfile.NewTemporary("", "wandgo-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	if err = fill(f.File); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// refill replaces the content of a file, and returns its length.
func refill(f *os.File, body io.Reader) (int64, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	if err := f.Truncate(0); err != nil {
		return 0, err
	}
	return io.Copy(f, body)
}

// check returns an error that matches ErrDigestMismatch unless size and digest of a content are those
// that the server names. A digest in an unknown form is not compared.
func (f *File) check(size int64, digest []byte) error {
	want, known := digestOf(f.MD5)
	switch {
	case size != f.Size:
		return fmt.Errorf("%w: it has %d bytes instead of %d", errors.ErrDigestMismatch, size, f.Size)
	case known && string(digest) != want:
		return fmt.Errorf("%w: its MD5 is %x instead of %x", errors.ErrDigestMismatch, digest, want)
	}
	return nil
}

// digestOf decodes an MD5 digest in base64 or hexadecimal.
func digestOf(text string) (digest string, ok bool) {
	if b, err := hex.DecodeString(text); err == nil && len(b) == md5.Size {
		return string(b), true
	}
	if b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil && len(b) == md5.Size {
		return string(b), true
	}
	return "", false
}
