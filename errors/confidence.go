package errors

import "fmt"

// Confidence says how far the evidence carries a cause.
type Confidence int

// The three degrees of confidence.
const (
	// Undetermined: the evidence does not decide; see PermissionError.Candidates.
	Undetermined Confidence = iota
	// Likely: the evidence points to the cause without excluding others.
	Likely
	// Certain: the evidence excludes every other cause we know of.
	Certain
)

// String returns "undetermined", "likely" or "certain". A value outside the
// three reads as "undetermined", for it claims nothing.
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

// MarshalText writes what String returns.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes, and fails on anything else.
func (c *Confidence) UnmarshalText(text []byte) error {
	for _, known := range []Confidence{Undetermined, Likely, Certain} {
		if string(text) == known.String() {
			*c = known
			return nil
		}
	}
	return fmt.Errorf("read confidence: %q is not undetermined, likely or certain", text)
}
