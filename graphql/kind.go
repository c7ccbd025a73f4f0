package graphql

// BodyKind is the form of a response body.
type BodyKind string

// The forms a body can have. Only the first two are W&B's.
const (
	// KindGraphQL is a JSON object with a list of errors, {"errors":[…]}, or with
	// data, null included.
	KindGraphQL BodyKind = "graphql"
	// KindJSONError is {"error":"text"} or {"error":{"message":"text"}}.
	KindJSONError BodyKind = "json-error"
	// KindJSONOther is a JSON object that holds neither errors nor data, such
	// as the {"message":"Forbidden"} of an API gateway.
	KindJSONOther BodyKind = "json-other"
	// KindStorageXML is the <Error><Code>…</Code></Error> of an object store.
	KindStorageXML BodyKind = "storage-xml"
	// KindHTML is a web page, such as that of a proxy or a login.
	KindHTML BodyKind = "html"
	// KindText is plain text.
	KindText BodyKind = "text"
	// KindEmpty is an empty body, or only white space.
	KindEmpty BodyKind = "empty"
	// KindGarbage is anything else: JSON cut short, a bare JSON value, binary.
	KindGarbage BodyKind = "garbage"
)

func (k BodyKind) describe() string {
	switch k {
	case KindGraphQL, KindJSONError:
		return "no message"
	case KindJSONOther:
		return "JSON that is not GraphQL"
	case KindStorageXML:
		return "an object store's error"
	case KindHTML:
		return "a web page"
	case KindText:
		return "plain text"
	case KindEmpty:
		return "an empty body"
	default:
		return "an unreadable body"
	}
}
