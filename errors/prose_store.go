package errors

import (
	"net/http"
	"strconv"
	"strings"
)

// storeRefusedProse is the text about an object store that refused a transfer. If the
// response does not have the form of a store's, the cause is only likely: something
// before the store may have sent it.
var storeRefusedProse = prose{
	clause: func(e *PermissionError, _ string) string {
		if e.Confidence == Likely {
			return "the " + e.transfer() + " of " + e.target().fileName() + e.direction() + e.target().storeName() + " was refused"
		}
		return e.target().storeName() + " refused the " + e.transfer() + " of " + e.target().fileName()
	},
	phrase: func(e *PermissionError) string { return "an object store that refuses the " + e.transfer() },
	about: func(e *PermissionError) string {
		who := "The response has the form of an object store's: the store sent it, or something that answers in its place."
		if e.Confidence == Likely {
			who = "The response does not show who sent it: the store, or a proxy or firewall before it."
		}
		return "W&B had allowed the " + e.transfer() + " and returned the address. " + who +
			" It says nothing about what your account may do on W&B."
	},
	check: words("Ask the store's administrator to check the bucket's policy."),
	advise: func(e *PermissionError, a *advice) {
		full := e.StatusCode == http.StatusInsufficientStorage
		tooLarge := e.StatusCode == http.StatusRequestEntityTooLarge || e.Code == "EntityTooLarge"
		if e.storeBlamesTime() {
			e.adviseClock(a)
		}
		if full {
			a.step("Ask ", e.storeAdmin(), " to make room: it is full, or a quota is used up.")
		} else if tooLarge {
			a.step("Ask ", e.storeAdmin(), " to raise its limit for one upload.")
		} else {
			a.step("Ask ", e.storeAdmin(), " to check the bucket's policy and network rules, and W&B's access to it.")
		}
		if e.Confidence == Likely {
			a.step("Ask your network's administrator whether something before the store refuses "+e.method()+" requests to ",
				e.target().storeName(), ".")
		}
		if !tooLarge && !full && !e.storeBlamesTime() {
			e.adviseClock(a)
		}
	},
}

// transfer names what the store refused.
func (e *PermissionError) transfer() string {
	if _, reading := e.target().onArtifact(); reading {
		return "download"
	}
	return "upload"
}

func (e *PermissionError) direction() string {
	if e.transfer() == "download" {
		return " from "
	}
	return " to "
}

// method is that of the request to the store.
func (e *PermissionError) method() string {
	if e.transfer() == "download" {
		return http.MethodGet
	}
	return http.MethodPut
}

// storeAdmin is who runs the store: for W&B's cloud that is W&B, or the organization for
// a bucket of its own.
func (e *PermissionError) storeAdmin() string {
	if cloud := (&target{baseURL: e.BaseURL}).hosted(); cloud {
		return "the administrator of the store (your organization for a bucket of its own, otherwise W&B's support)"
	}
	return "the administrator of the store"
}

func (e *PermissionError) adviseClock(a *advice) {
	address := "an upload address"
	if e.transfer() == "download" {
		address = "a download address"
	}
	a.step("Check the clock of this machine: ", address, " is valid for a limited time. To see it:")
	a.show("date -u")
}

// storeBlamesTime reports whether the store says that the address has expired, or that
// the clocks differ.
func (e *PermissionError) storeBlamesTime() bool {
	text := strings.ToLower(e.Code + " " + bounded(e.Message))
	return strings.Contains(text, "expired") || strings.Contains(text, "skewed") || strings.Contains(text, "time frame")
}

// storeStatus is the status and the store's code in parentheses, or "".
func (e *PermissionError) storeStatus() string {
	if e.StatusCode == 0 {
		return ""
	}
	return " (" + strings.TrimSpace("HTTP "+strconv.Itoa(e.StatusCode)+" "+inline(e.Code, nameLimit)) + ")"
}
