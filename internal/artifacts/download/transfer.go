package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// errNoRanges means that a store sends whole files only.
var errNoRanges = errors.New("the store does not send parts of a file")

// span is a part of a file; the zero value is all of it.
type span struct{ from, to int64 } // to is exclusive

// get is [request] in one of the client's slots.
func get(ctx context.Context, conn *connection.Connection, name string, at objectstore.Address, part span, receive func(io.Reader) error) error {
	if err := conn.Slots.Take(ctx); err != nil {
		return err
	}
	defer conn.Slots.Release()
	return request(ctx, conn, name, at, part, receive)
}

// request fetches a file or a part of it. Receive gets the body, again from its start if an
// attempt broke off. It returns its own errors only, and not those of reading the body.
func request(ctx context.Context, conn *connection.Connection, name string, at objectstore.Address, part span, receive func(io.Reader) error) error {
	header := at.Header
	if part.to > 0 {
		header = at.Header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", part.from, part.to-1))
	}
	var own error
	req := &transport.Request{
		Method: http.MethodGet, Path: at.URL, NoCredentials: !at.Own, Header: header, Operation: "download", Policy: conn.FilePolicy,
		KeepRedirect: at.Own, Receive: func(head *transport.Response, body io.Reader) error {
			if part.to > 0 && head.StatusCode != http.StatusPartialContent {
				own = errNoRanges
			} else {
				own = receive(body)
			}
			return own
		},
	}
	resp, err := conn.Transport.Do(ctx, req)
	if err == nil && resp.Redirect != "" {
		to, wrong := below(conn.Transport.BaseURL(), resp.Redirect)
		if wrong != nil {
			return wrong
		}
		at = objectstore.Address{URL: to.String()}
		req.Path, req.NoCredentials, req.KeepRedirect = at.URL, true, false
		resp, err = conn.Transport.Do(ctx, req)
	}
	switch {
	case own != nil:
		return own
	case err == nil && part.to > 0 && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return errShort
	}
	return objectstore.ErrorOf(name, at.Host(), conn.Transport.BaseURL(), gqlclient.ErrorOf("download", resp, err))
}

// below is the target of a redirect by the API.
func below(base, redirect string) (*url.URL, error) {
	from, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	to, err := from.Parse(redirect)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Host == "" {
		return nil, errRedirect // the target may be a permission, so it is not printed
	}
	return to, nil
}

var errRedirect = errors.New("the server redirected a download to an address that is not http or https")

// copyBody copies at most limit bytes, and reports how many there were, one more than the
// limit if the body is longer. The error is that of writing.
func copyBody(w io.Writer, body io.Reader, buf []byte, limit int64) (n int64, err error) {
	for {
		read, readErr := body.Read(buf[:min(int64(len(buf)), limit-n+1)])
		if n += int64(read); n > limit {
			return n, nil
		}
		if _, err := w.Write(buf[:read]); err != nil {
			return n, err
		}
		if readErr != nil {
			return n, nil //nolint:nilerr // the transport sees it itself
		}
	}
}

// full fills the buffer of each Read, so that a small file takes one write.
type full struct{ io.Reader }

func (r full) Read(p []byte) (int, error) {
	n, err := io.ReadFull(r.Reader, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
