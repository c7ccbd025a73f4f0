package errors

import (
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// maxTeams is how many of the user's entities the text for a person lists.
const maxTeams = 12

// Explain returns the full text for a person, in several lines of at most about
// 100 columns and without colour: what was asked, as whom and with the key from
// where; the cause and how sure it is; what the diagnosis asked and learned; the
// user's own entities; and what to do next, ending with the command to type or
// the address to open. Like Error it shows no credential and no raw control
// character, whatever the fields hold.
func (e *PermissionError) Explain() string {
	if e == nil {
		return sentence(ErrPermissionDenied.Error()) + "\n" + umbrella.Fix()
	}
	var b strings.Builder
	why := e.clause()
	if e.cause() == nil {
		why = "permission denied, for a reason that could not be determined"
	}
	writeWrapped(&b, "", "  ", e.place().headline(why))
	b.WriteByte('\n')
	if facts := e.askedFacts(); len(facts) > 0 {
		writeFacts(&b, facts)
		b.WriteByte('\n')
	}
	e.writeCause(&b)
	e.writeEvidence(&b)
	writeBullets(&b, "Also note:", e.Notes)
	e.writeTeams(&b)
	e.writeAdvice(&b)
	return strings.TrimRight(b.String(), "\n")
}

// fact is one labelled line.
type fact struct{ label, text string }

// askedFacts are what was asked, of whom, as whom, and what came back.
func (e *PermissionError) askedFacts() []fact {
	var facts []fact
	if e.Entity != "" {
		entity := bare(e.Entity)
		if e.EntityDefaulted {
			entity += " (no entity was given; this is the account's default)"
		}
		facts = append(facts, fact{"Entity", entity})
	}
	facts = append(facts, targetFacts(e.place())...)
	if account := e.account(); account != "" {
		facts = append(facts, fact{"Account", account})
	}
	if e.Role != "" {
		facts = append(facts, fact{"Role", quoted(e.Role)})
	}
	if source := inline(e.KeySource, messageLimit); source != "" && e.federated() {
		facts = append(facts, fact{"Login", source})
	} else if source != "" {
		facts = append(facts, fact{"API key", "from " + source})
	}
	if e.malformedKey() { // what stands in Err is the reason, and said above
		return facts
	}
	return append(facts, answerFacts(e.StatusCode, e.Message, e.Code, e.RequestID, e.Err)...)
}

// targetFacts are those of project, run and server.
func targetFacts(p place) []fact {
	var facts []fact
	if p.project != "" {
		facts = append(facts, fact{"Project", bare(p.project)})
	}
	if p.runID != "" {
		facts = append(facts, fact{"Run", plaintext.Escape(bounded(p.runID), nameLimit)})
	}
	if p.baseURL != "" {
		facts = append(facts, fact{"Server", inline(p.baseURL, messageLimit)})
	}
	return facts
}

// answerFacts are those of the server's answer, or of the error in its place.
func answerFacts(status int, message, code, requestID string, err error) []fact {
	var facts []fact
	answer, text := answerAndError(status, message, err)
	var ids []string
	if code := inline(code, nameLimit); code != "" {
		ids = append(ids, "code "+code)
	}
	if id := plaintext.Escape(bounded(requestID), nameLimit); id != "" && !strings.Contains(answer, id) {
		ids = append(ids, "request id "+id)
	}
	if answer != "" && len(ids) > 0 {
		answer += " (" + strings.Join(ids, ", ") + ")"
	}
	if answer != "" {
		facts = append(facts, fact{"Answer", answer})
	}
	if text != "" {
		facts = append(facts, fact{"Error", text})
	}
	return facts
}

// account describes the account behind the key.
func (e *PermissionError) account() string {
	if e.Viewer == nil {
		if e.StatusCode == 0 && (e.KeySource == "" || e.malformedKey()) {
			return "" // nobody was asked
		}
		return "not known"
	}
	account := e.accountKind()
	if e.Viewer.Username != "" {
		account += " " + quoted(e.Viewer.Username)
	}
	switch kind := e.Viewer.AccountType; kind {
	case "", "USER", "SERVICE", "ORG_SERVICE", "ANONYMOUS":
	default:
		account += ", account type " + inline(kind, nameLimit)
	}
	if e.Viewer.DefaultEntity != "" {
		account += ", default entity " + quoted(e.Viewer.DefaultEntity)
	}
	return account
}

// writeCause gives the background of the cause, and how sure it is.
func (e *PermissionError) writeCause(b *strings.Builder) {
	cause := e.cause()
	if cause == nil {
		e.writeUndetermined(b)
		return
	}
	if p, ok := e.proseOf(cause); ok {
		writeWrapped(b, "Why: ", "     ", p.about(e))
	} else {
		writeWrapped(b, "Why: ", "     ", sentence(inline(cause.Error(), messageLimit)))
	}
	sure := "certain. No other known cause fits what the server answered."
	if e.Confidence == Likely {
		sure = "likely, not certain. The answers point to this without excluding everything else."
	}
	if s, _ := AsType[*Sentinel](cause); e.Confidence == Certain {
		switch {
		case s == ErrNoAPIKey, s == ErrIntermediary, e.malformedKey():
			sure = "certain." // seen here, not learned from the server
		case s == ErrViewerRole, s == ErrProjectRestricted:
			// A seat or a frozen team may stand in the way as well; the notes say so.
			sure = "certain. This alone is reason enough."
		}
	}
	writeWrapped(b, "Confidence: ", "     ", sure)
	b.WriteByte('\n')
}

// writeUndetermined lists what it may be, each with how to check it.
func (e *PermissionError) writeUndetermined(b *strings.Builder) {
	writeWrapped(b, "Why: ", "     ", "This could not be determined, so no cause is claimed here. "+
		"What the server answered fits several, or it did not answer enough.")
	b.WriteByte('\n')
	var lines []string
	for _, candidate := range e.Candidates {
		if candidate == nil {
			continue
		}
		line := sentence(inline(candidate.Error(), messageLimit))
		if p, ok := e.proseOf(candidate); ok {
			line = sentence(p.phrase(e)) + " " + p.check(e)
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		lines = append(lines, "Something that cannot be seen from outside, such as a policy of the organization, its licence or "+
			"its quota. Ask an admin of the organization.")
	}
	writeLines(b, "It may be one of these:", lines)
}

// writeEvidence lists what the diagnosis asked and learned.
func (e *PermissionError) writeEvidence(b *strings.Builder) {
	lines := make([]string, 0, len(e.Evidence))
	for _, probe := range e.Evidence {
		lines = append(lines, probe.line())
	}
	writeLines(b, "What the server said when asked:", lines)
}

// line is question → answer. The result tells refused and failed questions in
// words; where it is empty, the outcome does.
func (p Probe) line() string {
	question := inline(p.Question, nameLimit)
	if question == "" {
		question = inline(p.Name, nameLimit)
	}
	if question == "" {
		question = "a question"
	}
	if result := inline(p.Result, resultLimit); result != "" {
		return question + " → " + result
	}
	outcome := "answered"
	switch p.Outcome {
	case Answered, "":
	case Empty:
		outcome = "nothing is shown, so it is missing or hidden"
	case Refused:
		outcome = "the server would not say"
	case Unsupported:
		outcome = "this server is too old to know the question"
	case Failed:
		outcome = "no usable answer"
	case Skipped:
		outcome = "not asked"
	default:
		outcome = inline(string(p.Outcome), nameLimit)
	}
	if p.StatusCode != 0 && p.StatusCode != 200 {
		outcome += " (HTTP " + strconv.Itoa(p.StatusCode) + ")"
	}
	return question + " → " + outcome
}

// writeTeams lists the entities the server counts as the user's own.
func (e *PermissionError) writeTeams(b *strings.Builder) {
	if e.Viewer == nil || e.cause() == ErrNoTeam {
		return
	}
	var text string
	switch {
	case len(e.Viewer.Teams) == 0 && !e.Viewer.TeamsComplete:
		return
	case len(e.Viewer.Teams) == 0:
		text = "The server lists no team for this account."
	default:
		text = "Entities of this account: " + list(quotedNames(e.Viewer.Teams, maxTeams), "and") + "."
		if !e.Viewer.TeamsComplete {
			text += " The server may have listed only some of them."
		}
	}
	writeWrapped(b, "", "  ", text)
	b.WriteByte('\n')
}

// writeAdvice says what to do, and ends with what to type or to open.
func (e *PermissionError) writeAdvice(b *strings.Builder) {
	var a advice
	if len(e.Suggestions) > 0 {
		a.step("Did you mean ", list(quotedNames(e.Suggestions, maxSuggestions), "or"), "?")
	}
	if p, ok := e.proseOf(e.cause()); ok {
		p.advise(e, &a)
	} else {
		e.adviseUndetermined(&a)
	}
	e.adviseSync(&a)
	a.write(b)
}

func (e *PermissionError) adviseUndetermined(a *advice) {
	if e.cause() == nil && len(e.Candidates) > 0 {
		a.step("Go through the possible causes above; each says how to check it.")
	}
	if e.Viewer == nil {
		a.step("Check that the API key is right", e.place().at("authorize"), ".")
	}
	e.adviseOtherKey(a)
	if own := e.ownEntity(); own != "" {
		a.step("To go on without waiting for an answer, name an entity of your own, such as ", quoted(own),
			", in the code or with WANDB_ENTITY.")
	}
	e.adviseDoctor(a)
}
