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
		r.Hint = bodyHint(ge.Kind)
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
	r.Hint = bodyHint(ge.Kind)
	return Intermediary
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
		return "the body is not in a form W&B sends"
	}
}

// wantsHTTPS recognises what Go's and nginx's servers say to a request in clear
// text on a port for encrypted ones.
func wantsHTTPS(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "http request to an https server") ||
		strings.Contains(message, "plain http request was sent to https port")
}
