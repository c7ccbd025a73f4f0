package errors

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// maxTeams is how many of the user's entities the text for a person lists.
const maxTeams = 12

// Explain returns the full text for a person, in several lines of at most 80
// columns, without color:
//
//   - what was refused and the cause
//   - where the run's data is, if it is on disk
//   - the background of the cause and how sure it is
//   - what to do, with the command to type or the address to open
//   - the request: entity, project, server, account, key and response
//   - notes, and the evidence
//
// Like Error, it shows no credential and no control character, whatever the
// fields hold.
func (e *PermissionError) Explain() string {
	if e == nil {
		return sentence(ErrPermissionDenied.Error()) + "\n" + umbrella.Fix()
	}
	var b strings.Builder
	why := e.clause()
	if e.cause() == nil {
		why = "permission denied, cause undetermined"
	} else if e.cause() == ErrStoreRefused {
		why += e.storeStatus()
	}
	headline := e.target().headline(why)
	if e.open() {
		headline = "The server does not show whether " + e.who() + " may " + e.target().request() + ". It was not tried."
	}
	writeWrapped(&b, "", "  ", headline)
	b.WriteByte('\n')
	writeData(&b, e.Dir, e.RestDir)
	e.writeCause(&b)
	a := e.advice()
	a.write(&b)
	writeFacts(&b, e.requestFacts())
	writeBullets(&b, "Notes:", e.Notes)
	e.writeEvidence(&b)
	return strings.TrimRight(b.String(), "\n")
}

// fact is one labelled line.
type fact struct{ label, text string }

// requestFacts are the request, the account behind it, and the response.
func (e *PermissionError) requestFacts() []fact {
	var facts []fact
	if e.Entity != "" {
		entity := bare(e.Entity)
		if e.EntityDefaulted {
			entity += " (the account's default; none was given)"
		}
		facts = append(facts, fact{"Entity", entity})
	}
	facts = append(facts, targetFacts(e.target())...)
	if e.Proxy != nil {
		facts = append(facts, e.Proxy.fact())
	}
	if e.beforeServer() {
		return append(facts, responseFacts(e.StatusCode, e.Message, e.Code, e.RequestID, e.Err)...)
	}
	if account := e.account(); account != "" {
		facts = append(facts, fact{"Account", account})
	}
	if teams := e.teams(); teams != "" {
		facts = append(facts, fact{"Teams", teams})
	}
	if e.Role != "" {
		facts = append(facts, fact{"Role", quoted(e.Role)})
	}
	if source := inline(e.KeySource, messageLimit); source != "" && e.federated() {
		facts = append(facts, fact{"Login", source})
	} else if source != "" {
		facts = append(facts, fact{"API key", "from " + source})
	}
	if e.malformedKey() { // the cause says what is in Err
		return facts
	}
	return append(facts, responseFacts(e.StatusCode, e.Message, e.Code, e.RequestID, e.Err)...)
}

// targetFacts are those of project, run and server.
func targetFacts(t *target) []fact {
	var facts []fact
	if t.project != "" {
		project := bare(t.project)
		if t.projectDefaulted {
			project += " (the default; the settings name none)"
		}
		facts = append(facts, fact{"Project", project})
	}
	if t.runID != "" {
		facts = append(facts, fact{"Run", plaintext.Escape(bounded(t.runID), nameLimit)})
	}
	if t.artifact != "" {
		facts = append(facts, fact{"Artifact", t.artifactText()})
	}
	if t.baseURL != "" {
		facts = append(facts, fact{"Server", inline(t.baseURL, messageLimit)})
	}
	if t.store != "" {
		facts = append(facts, fact{"Store", inline(t.store, nameLimit)})
	}
	if t.file != "" {
		facts = append(facts, fact{"File", bare(t.file)})
	}
	return facts
}

// responseFacts are those of the response, or of the error if there was none.
func responseFacts(status int, message, code, requestID string, err error) []fact {
	var facts []fact
	answer, text := responseAndError(status, message, err)
	var ids []string
	if code := inline(code, nameLimit); code != "" && !strings.Contains(answer, code) {
		ids = append(ids, "code "+code)
	}
	if id := plaintext.Escape(bounded(requestID), nameLimit); id != "" && !strings.Contains(answer, id) {
		ids = append(ids, "request id "+id)
	}
	if answer != "" && len(ids) > 0 {
		answer += " (" + strings.Join(ids, ", ") + ")"
	}
	if answer != "" {
		facts = append(facts, fact{"Response", answer})
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
			return "" // no request was sent
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
	if slices.ContainsFunc(e.Viewer.Teams, e.Viewer.isPersonal) {
		account += ", personal entity " + quoted(e.Viewer.Username)
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
	about := sentence(inline(cause.Error(), messageLimit))
	if p, ok := e.proseOf(cause); ok {
		about = p.about(e)
	}
	writeWrapped(b, "Why: ", "     ", about)
	sure := "certain. No other known cause fits the server's responses."
	if e.Confidence == Likely {
		sure = "likely. The responses suggest this cause but do not exclude others."
	}
	if s, _ := AsType[*Sentinel](cause); e.Confidence == Certain {
		switch {
		case s == ErrNoAPIKey, s == ErrStoreRefused, s == ErrIntermediary, e.malformedKey():
			sure = "certain." // found here, not learned from the server
		case s == ErrKeyScope, s == ErrSeatRequired, s == ErrNoDefaultEntity:
			sure = "certain. The server names this cause."
		case s == ErrProjectMissing, s == ErrArtifactMissing:
			sure = "certain. It is one of these two; the server does not say which."
		case s == ErrViewerRole, s == ErrProjectRestricted:
			// A seat or a frozen team may be in the way too; the notes say so.
			sure = "certain. This alone is sufficient."
		}
	}
	writeWrapped(b, "Confidence: ", "     ", sure)
	b.WriteByte('\n')
}

// writeUndetermined lists the candidates, each with how to check it.
func (e *PermissionError) writeUndetermined(b *strings.Builder) {
	why, causes := "The server's responses fit several causes, or were incomplete.", "Possible causes:"
	if e.open() {
		why, causes = "The server's responses are inconclusive or incomplete.", "Possible obstacles:"
	}
	writeWrapped(b, "Why: ", "     ", why)
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
		lines = append(lines, "Something the server does not show, such as a policy, the licence or a quota of the "+
			"organization. Ask an admin of the organization.")
	}
	writeLines(b, causes, lines)
}

// writeEvidence lists the questions of the diagnosis and their answers.
func (e *PermissionError) writeEvidence(b *strings.Builder) {
	lines := make([]string, 0, len(e.Evidence))
	for _, probe := range e.Evidence {
		lines = append(lines, probe.line())
	}
	writeLines(b, "Evidence (question → the server's answer):", lines)
}

// line is question → answer. If there is no result, it names the outcome.
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
		outcome = "null: missing or hidden from you"
	case Refused:
		outcome = "not disclosed"
	case Unsupported:
		outcome = "not supported by this server"
	case Failed:
		outcome = "no usable response"
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

// teams lists the user's teams, without the personal entity.
func (e *PermissionError) teams() string {
	switch {
	case e.Viewer == nil, e.cause() == ErrNoTeam, len(e.Viewer.Teams) == 0 && !e.Viewer.TeamsComplete:
		return ""
	}
	teams := slices.DeleteFunc(slices.Clone(e.Viewer.Teams), e.Viewer.isPersonal)
	if len(teams) == 0 {
		return "none"
	}
	text := list(quotedNames(teams, maxTeams), "and")
	if !e.Viewer.TeamsComplete {
		text += " (the server may have listed only some)"
	}
	return text
}

// SuggestedEntity returns the entity of the user's own that Explain suggests to upload the
// run to instead. It returns "" if Explain suggests none.
func (e *PermissionError) SuggestedEntity() string {
	if e == nil {
		return ""
	}
	return e.advice().entity
}

// advice says what to do.
func (e *PermissionError) advice() (a advice) {
	if len(e.Suggestions) > 0 {
		a.step("Did you mean ", list(quotedNames(e.Suggestions, maxSuggestions), "or"), "?")
	}
	if p, ok := e.proseOf(e.cause()); ok {
		p.advise(e, &a)
	} else {
		e.adviseUndetermined(&a)
	}
	a.adviseUpload(e.target(), "Once this is solved, upload the data:", e.Dir, e.RestDir)
	return a
}

func (e *PermissionError) adviseUndetermined(a *advice) {
	if e.cause() == nil && len(e.Candidates) > 0 {
		if e.open() {
			a.step("Try it, or check the possible obstacles above.")
		} else {
			a.step("Check the possible causes above, one after the other.")
		}
	}
	if e.Viewer == nil {
		e.advisePage(a, "Check that the API key is right. Keys are created on this page:", "authorize")
	}
	e.adviseOwnEntity(a)
	e.adviseOtherKey(a)
	e.adviseDoctor(a)
}
