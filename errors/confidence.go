package errors

import (
	"cmp"
	"fmt"
)

// Confidence says how far the evidence supports a cause.
type Confidence int

// The three degrees of confidence.
const (
	// Undetermined: the evidence does not decide; see PermissionError.Candidates.
	Undetermined Confidence = iota
	// Likely: the evidence points to the cause without excluding others.
	Likely
	// Certain: the evidence excludes every other known cause.
	Certain
)

var confidences = map[Confidence]string{Undetermined: "undetermined", Likely: "likely", Certain: "certain"}

// String returns "undetermined", "likely" or "certain". Any other value is
// "undetermined".
func (c Confidence) String() string { return cmp.Or(confidences[c], confidences[Undetermined]) }

// MarshalText returns what String returns.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText returns. Anything else is an error.
func (c *Confidence) UnmarshalText(text []byte) error {
	for known, name := range confidences {
		if string(text) == name {
			*c = known
			return nil
		}
	}
	return fmt.Errorf("read confidence: %q is not undetermined, likely or certain", text)
}
