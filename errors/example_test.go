package errors_test

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
)

// refusal stands for the error of a call such as client.Init.
func refusal() error {
	return fmt.Errorf("start training: %w", &errors.PermissionError{
		Op: "create run", Entity: "acme", Project: "vision",
		BaseURL: "https://api.forge.coreweave.com", AppURL: "https://forge.coreweave.com/wandb",
		Viewer:    &errors.Viewer{Username: "jo", DefaultEntity: "jo-lab", Teams: []string{"jo-lab"}, TeamsComplete: true},
		KeySource: "WANDB_API_KEY",
		Cause:     errors.ErrNotTeamMember, Confidence: errors.Certain,
		StatusCode: 403, Message: "permission denied",
	})
}

// Test for the causes you can act on first, and for the umbrella last.
func ExampleIs() {
	err := refusal()
	switch {
	case errors.Is(err, errors.ErrNotTeamMember), errors.Is(err, errors.ErrNoPersonalEntity):
		fmt.Println("log to a team of our own instead")
	case errors.Is(err, errors.ErrPermissionDenied):
		fmt.Println("refused")
	case errors.IsRetryable(err):
		fmt.Println("try again later")
	}
	// Output: log to a team of our own instead
}

// AsType returns the facts of a refusal.
func ExampleAsType() {
	if p, ok := errors.AsType[*errors.PermissionError](refusal()); ok {
		fmt.Println(p.Viewer.Username, "may log to", p.Viewer.Teams)
		fmt.Println(errors.Code(p), p.Confidence)
	}
	// Output:
	// jo may log to [jo-lab]
	// not_team_member certain
}

// As does the same if the type is chosen at run time.
func ExampleAs() {
	var p *errors.PermissionError
	if errors.As(refusal(), &p) {
		fmt.Println(p)
	}
	// Output:
	// create run acme/vision: user "jo" is not a member of team "acme" (HTTP 403 permission denied; key from WANDB_API_KEY)
}

func ExampleExplain() {
	fmt.Println(errors.Explain(refusal()))
	// Output:
	// Cannot create run acme/vision: user "jo" is not a member of team "acme".
	//
	// Why: Only members can create runs in a team, except in its open projects. You
	//      often see this if code or a configuration hard-codes its author's entity.
	//      It may also be another user's personal entity.
	// Confidence: certain. No other known cause fits the server's responses.
	//
	// What to do:
	//   1. To log to your team "jo-lab" instead, change it in your code or
	//      configuration. If it is not set there:
	//        export WANDB_ENTITY=jo-lab
	//   2. If you should be a member, ask an admin of team "acme" to invite you (team
	//      settings, Members):
	//        https://forge.coreweave.com/wandb/acme
	//   3. If "jo" is the wrong account, replace the API key from WANDB_API_KEY.
	//
	//   Entity:   acme
	//   Project:  vision
	//   Server:   https://api.forge.coreweave.com
	//   Account:  user "jo", default entity "jo-lab"
	//   Teams:    "jo-lab"
	//   API key:  from WANDB_API_KEY
	//   Response: HTTP 403 permission denied
}

func ExampleSuggest() {
	fmt.Println(errors.Suggest("benjbritton", []string{"geo-course", "benjbritton-geoai"}))
	// Output: [benjbritton-geoai]
}

func ExampleLooksLikePlaceholder() {
	if what, ok := errors.LooksLikePlaceholder("None"); ok {
		fmt.Println("the entity looks like", what)
	}
	// Output: the entity looks like Python's None turned into text
}
