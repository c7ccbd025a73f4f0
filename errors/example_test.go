package errors_test

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
)

// refusal stands for the error of a call such as client.Init.
func refusal() error {
	return fmt.Errorf("start training: %w", &errors.PermissionError{
		Op: "create run", Entity: "acme", Project: "vision",
		BaseURL: "https://api.wandb.ai", AppURL: "https://wandb.ai",
		Viewer:    &errors.Viewer{Username: "jo", DefaultEntity: "jo-lab", Teams: []string{"jo-lab"}, TeamsComplete: true},
		KeySource: "WANDB_API_KEY",
		Cause:     errors.ErrNotTeamMember, Confidence: errors.Certain,
		StatusCode: 403, Message: "permission denied",
	})
}

// Branch on the causes you can act on, and on the umbrella last.
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

// AsType reaches the facts of a refusal.
func ExampleAsType() {
	if p, ok := errors.AsType[*errors.PermissionError](refusal()); ok {
		fmt.Println(p.Viewer.Username, "may log to", p.Viewer.Teams)
		fmt.Println(errors.Code(p), p.Confidence)
	}
	// Output:
	// jo may log to [jo-lab]
	// not_team_member certain
}

// As does the same where the type is chosen at run time.
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
	//   Entity:  acme
	//   Project: vision
	//   Server:  https://api.wandb.ai
	//   Account: user "jo", default entity "jo-lab"
	//   API key: from WANDB_API_KEY
	//   Answer:  HTTP 403 permission denied
	//
	// Why: Only its members may create runs there, except in projects that are open to everybody. Such a
	//      name often comes along with somebody else's code, configuration or recipe; it may also be
	//      another user's personal entity.
	// Confidence: certain. No other known cause fits what the server answered.
	//
	// Entities of this account: "jo-lab".
	//
	// What to do:
	//   1. If you should be a member, ask an admin of team "acme" to invite you, under Members in the team
	//      settings at https://wandb.ai/acme.
	//   2. If "jo" is not the account you meant, replace the key, which came from WANDB_API_KEY.
	//   3. To log to your own "jo-lab" instead, change the entity where the code or its configuration
	//      names it. If neither does, this is enough:
	//
	//        export WANDB_ENTITY=jo-lab
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
