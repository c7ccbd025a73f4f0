package diagnose

import (
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
)

// classifyForeign is for bodies that W&B does not send. They come from something in
// between, or from something other than W&B's API.
func classifyForeign(r *Failure, ge *graphql.Error) Class {
	status := ge.StatusCode
	switch {
	case wantsHTTPS(ge.Message):
		r.Scheme = "https"
		r.Hint = "the server expects https"
		return WrongURL
	case status >= 200 && status < 300:
		r.Hint = bodyHint(ge.Kind)
		return WrongURL
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		r.Hint = "the limit is not W&B's but that of something in between, such as a proxy"
		return Input
	case http.StatusRequestTimeout:
		return ServerError
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusGone,
		http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest, http.StatusUpgradeRequired:
		return WrongURL
	}
	r.Sure = ge.Kind == graphql.KindHTML || ge.Kind == graphql.KindStorageXML
	r.Hint = bodyHint(ge.Kind)
	return Intermediary
}

// classifyStore is for uploads to an object store. Nothing about them says anything
// about W&B, its address or the account.
func classifyStore(r *Failure, store *objectstore.Error) Class {
	r.Store = store
	switch {
	case store.Refused():
		r.Code, r.Sure = store.Code(), store.FromStore()
		if !r.Sure {
			r.Hint = bodyHint(store.Answer.Kind)
		}
		return StoreRefused
	case store.Answer.Answered(), store.Answer.StatusCode != 0:
		return ServerError
	}
	if class := classifySilence(r); class == Untrusted || r.Proxy != nil {
		return class
	}
	return Unreachable
}

// upload returns the file and the object store of a failed upload, "" for any other
// request.
func (r *Failure) upload() (file, store string) {
	if r.Store == nil {
		return "", ""
	}
	return r.Store.Name, r.Store.Host
}

// isOtherServer recognises a web server that does not know the request's method or version,
// such as one that only serves files. Trying again does not help, unlike with other 5xx.
func isOtherServer(ge *graphql.Error) bool {
	switch ge.StatusCode {
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return ge.Kind != "" && !ge.FromWandB()
	}
	return false
}

// bodyHint describes a body that W&B does not send.
func bodyHint(kind graphql.BodyKind) string {
	switch kind {
	case graphql.KindStorageXML:
		return "the body is an object store's error"
	case graphql.KindHTML:
		return "the body is an HTML page"
	case graphql.KindEmpty:
		return "the body is empty"
	default:
		return "the body does not have a form that W&B sends"
	}
}

// wantsHTTPS recognises the responses of Go's and nginx's servers to a plain
// request on a port for encrypted ones.
func wantsHTTPS(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "http request to an https server") ||
		strings.Contains(message, "plain http request was sent to https port")
}
