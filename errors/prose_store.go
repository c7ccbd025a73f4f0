package errors

import "strings"

// storeProse is about an object store that refused a transfer. If the response does not have the
// form of a store's, the cause is only likely: something before the store may have sent it.
var storeProse = map[error]prose{
	ErrStoreRefused: {
		clause: "$store refused the $transfer of $file",
		phrase: "an object store that refuses the $transfer",
		about: "W&B had allowed the $transfer and returned the address. The response is in the format of an object store: the " +
			"store sent it, or something that responds in its place. It says nothing about what your account may do on W&B.",
		check: "Ask the store's administrator to check the bucket's policy.",
		sure:  foundHere,
		adapt: func(e *PermissionError, p *prose) {
			if e.Confidence != Likely {
				return
			}
			p.clause = "the $transfer of $file to $store was refused"
			if e.transfer() == "download" {
				p.clause = "the $transfer of $file from $store was refused"
			}
			p.about = "W&B had allowed the $transfer and returned the address. The response does not show who sent it: the store, " +
				"or a proxy or firewall in front of it. It says nothing about what your account may do on W&B."
		},
		advise: func(e *PermissionError, a *advice) {
			method, clock := "PUT", "Check the clock of this machine: an upload address is valid for a limited time. To see it:"
			if e.transfer() == "download" {
				method, clock = "GET", "Check the clock of this machine: a download address is valid for a limited time. To see it:"
			}
			admin := "the administrator of the store"
			if (&target{baseURL: e.BaseURL}).hosted() { // W&B's cloud
				admin += " (your organization for a bucket of its own, otherwise W&B's support)"
			}
			full, tooLarge, late := e.StatusCode == 507, e.StatusCode == 413 || e.Code == "EntityTooLarge", e.storeBlamesTime()
			if late {
				a.show(clock, "date -u")
			}
			switch {
			case full:
				a.step("Ask " + admin + " to make room: it is full, or a quota is used up.")
			case tooLarge:
				a.step("Ask " + admin + " to raise its limit for one upload.")
			default:
				a.step("Ask " + admin + " to check the bucket's policy and network rules, and W&B's access to it.")
			}
			if e.Confidence == Likely {
				a.step(e.fill("Ask your network's administrator whether something in front of the store refuses " + method + " requests to $store."))
			}
			if !tooLarge && !full && !late {
				a.show(clock, "date -u")
			}
		},
	},
}

// transfer names what the store refused.
func (e *PermissionError) transfer() string {
	if _, reading := e.target().onArtifact(); reading {
		return "download"
	}
	return "upload"
}

// storeBlamesTime reports whether the store says that the address has expired, or that
// the clocks differ.
func (e *PermissionError) storeBlamesTime() bool {
	text := strings.ToLower(e.Code + " " + bounded(e.Message))
	return strings.Contains(text, "expired") || strings.Contains(text, "skewed") || strings.Contains(text, "time frame")
}
