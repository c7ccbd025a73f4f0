package diagnose

import (
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/graphql"
)

// classifyForeign is for bodies that W&B does not send. What answered is either
// something in between, or something else than W&B's API.
func classifyForeign(r *Refusal, ge *graphql.Error) Class {
	status := ge.StatusCode
	switch {
	case wantsHTTPS(ge.Message):
		r.Scheme = "https"
		r.Hint = "the server speaks https there and not http"
		return WrongURL
	case status >= 200 && status < 300:
		r.Hint = "a web page or a login portal may be answering in place of the API"
		return WrongURL
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		r.Hint = "the limit is not W&B's, but that of something in between, such as a proxy"
		return Input
	case http.StatusRequestTimeout:
		return ServerError
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusGone,
		http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest, http.StatusUpgradeRequired:
		return WrongURL
	}
	r.Sure = ge.Kind == graphql.KindHTML || ge.Kind == graphql.KindStorageXML
	switch ge.Kind {
	case graphql.KindStorageXML:
		r.Hint = "the body is an object store's error"
	case graphql.KindHTML:
		r.Hint = "the body is an HTML page"
	case graphql.KindEmpty:
		r.Hint = "the body is empty"
	default:
		r.Hint = "the body is not in a form W&B sends"
	}
	return Intermediary
}

// wantsHTTPS recognises what Go's and nginx's servers say to a request in clear
// text on a port for encrypted ones.
func wantsHTTPS(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "http request to an https server") ||
		strings.Contains(message, "plain http request was sent to https port")
}
