package errors

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
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
	switch {
	case e.cause() == nil:
		why = "permission denied, cause undetermined"
	case e.cause() == ErrStoreRefused && e.StatusCode != 0:
		why += " (" + responseLine(e.StatusCode, inline(e.Code, nameLimit)) + ")"
	}
	headline := e.target().headline(why)
	if e.undecided() {
		headline = "The server does not show whether " + e.who() + " may " + e.target().request() + ". It was not tried."
	}
	writeWrapped(&b, "", "  ", headline)
	b.WriteByte('\n')
	e.target().writeData(&b)
	e.writeCause(&b)
	e.advice().write(&b)
	writeFacts(&b, e.requestFacts())
	var notes, evidence []string
	for _, note := range e.Notes {
		if line := inline(note, resultLimit); line != "" {
			notes = append(notes, sentence(line))
		}
	}
	for _, probe := range e.Evidence {
		evidence = append(evidence, probe.line())
	}
	writeLines(&b, "Notes:", notes)
	writeLines(&b, "Evidence (question → the server's answer):", evidence)
	return strings.TrimRight(b.String(), "\n")
}

// undecided reports whether nothing was refused: a check found that the server does not show
// whether it would be.
func (e *PermissionError) undecided() bool { return e.cause() == nil && e.stage() == foreseen }

// requestFacts are the request, the account behind it, and the response.
func (e *PermissionError) requestFacts() []fact {
	facts := e.target().facts()
	if !e.beforeServer() {
		facts = append(facts, fact{"Account", e.account()}, fact{"Teams", e.teams()})
		if e.Role != "" {
			facts = append(facts, fact{"Role", quoted(e.Role)})
		}
		if source := inline(e.KeySource, messageLimit); e.federated() {
			facts = append(facts, fact{"Login", source})
		} else if source != "" {
			facts = append(facts, fact{"API key", "from " + source})
		}
	}
	if e.stage() == keyUnusable { // the cause says what is in Err
		return facts
	}
	return append(facts, responseFacts(e.StatusCode, e.Message, e.Code, e.RequestID, e.Err)...)
}

// account describes the account behind the key.
func (e *PermissionError) account() string {
	v := e.Viewer
	if v == nil {
		if e.StatusCode == 0 && (e.KeySource == "" || e.stage() == keyUnusable) {
			return "" // no request was sent
		}
		return "not known"
	}
	account := v.kind()
	if v.Username != "" {
		account += " " + quoted(v.Username)
	}
	switch v.AccountType {
	case "", "USER", "SERVICE", "ORG_SERVICE", "ANONYMOUS":
	default:
		account += ", account type " + inline(v.AccountType, nameLimit)
	}
	if slices.ContainsFunc(v.Teams, v.isPersonal) {
		account += ", personal entity " + quoted(v.Username)
	}
	if v.DefaultEntity != "" {
		account += ", default entity " + quoted(v.DefaultEntity)
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
	p := e.proseOf(cause)
	if e.Confidence == Likely {
		p.sure = "likely. The responses suggest this cause but do not exclude others."
	}
	writeWrapped(b, "Why: ", "     ", p.about)
	writeWrapped(b, "Confidence: ", "     ", p.sure)
	b.WriteByte('\n')
}

// writeUndetermined lists the candidates, each with how to check it.
func (e *PermissionError) writeUndetermined(b *strings.Builder) {
	why, causes := "The server's responses fit several causes, or were incomplete.", "Possible causes:"
	if e.undecided() {
		why, causes = "The server's responses are inconclusive or incomplete.", "Possible obstacles:"
	}
	writeWrapped(b, "Why: ", "     ", why)
	b.WriteByte('\n')
	var lines []string
	for _, candidate := range e.candidates() {
		lines = append(lines, strings.TrimSpace(sentence(candidate.phrase)+" "+candidate.check))
	}
	if len(lines) > 0 {
		lines = append(lines, "Something the server does not show, such as a policy, the licence or a quota of the "+
			"organization. Ask an admin of the organization.")
	}
	writeLines(b, causes, lines)
}

var outcomes = map[Outcome]string{
	Answered:    "answered",
	Empty:       "null: missing or hidden from you",
	Refused:     "not disclosed",
	Unsupported: "not supported by this server",
	Failed:      "no usable response",
	Skipped:     "not asked",
}

// line is question → answer. If there is no result, it names the outcome.
func (p Probe) line() string {
	question := cmp.Or(inline(p.Question, nameLimit), inline(p.Name, nameLimit), "a question")
	if result := inline(p.Result, resultLimit); result != "" {
		return question + " → " + result
	}
	outcome := cmp.Or(outcomes[p.Outcome], inline(string(p.Outcome), nameLimit), outcomes[Answered])
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
		a.step("Did you mean " + list(quotedNames(e.Suggestions, maxSuggestions), "or") + "?")
	}
	e.proseOf(e.cause()).advise(e, &a)
	a.adviseUpload(e.target(), "Once this is solved, upload the data:")
	return a
}

func (e *PermissionError) adviseUndetermined(a *advice) {
	if e.cause() == nil && len(e.Candidates) > 0 {
		if e.undecided() {
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
	a.adviseReport()
}
