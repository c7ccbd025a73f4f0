package errors

import "fmt"

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

// String returns "undetermined", "likely" or "certain". Any other value is
// "undetermined".
func (c Confidence) String() string {
	switch c {
	case Likely:
		return "likely"
	case Certain:
		return "certain"
	default:
		return "undetermined"
	}
}

// MarshalText returns what String returns.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText returns. Anything else is an error.
func (c *Confidence) UnmarshalText(text []byte) error {
	for _, known := range []Confidence{Undetermined, Likely, Certain} {
		if string(text) == known.String() {
			*c = known
			return nil
		}
	}
	return fmt.Errorf("read confidence: %q is not undetermined, likely or certain", text)
}
