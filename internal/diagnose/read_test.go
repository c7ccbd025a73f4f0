package diagnose

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestLooksCut_PageSizes_MayBeCut(t *testing.T) {
	t.Parallel()
	for n, cut := range map[int]bool{0: false, 1: false, 10: true, 11: false, 50: true, 100: true, 101: false, 999: false, 1000: true, 1001: true} {
		assert.Equal(t, cut, looksCut(n), "%d teams", n)
	}
}

func TestAnswerOf_EachError_HasOutcome(t *testing.T) {
	t.Parallel()
	invalid := graphql.FieldError{Message: `Cannot query field "x" on type "Y".`, HasLocations: true}
	for name, tt := range map[string]struct {
		present bool
		err     error
		want    errors.Outcome
	}{
		"value":            {true, nil, errors.Answered},
		"null":             {false, nil, errors.Empty},
		"field refused":    {false, fieldRefused{graphql.FieldError{Message: "permission denied"}}, errors.Refused},
		"403":              {false, refusal(403, "permission denied"), errors.Refused},
		"401":              {false, refusal(401, "unauthorized"), errors.Refused},
		"404":              {false, refusal(404, "not found"), errors.Refused},
		"200 with error":   {false, refusal(200, "permission denied"), errors.Refused},
		"too old":          {false, failure(200, graphql.KindGraphQL, "", invalid), errors.Unsupported},
		"too old, 400":     {false, failure(400, graphql.KindGraphQL, "", invalid), errors.Unsupported},
		"proxy":            {false, failure(403, graphql.KindHTML, ""), errors.Failed},
		"web page":         {false, failure(http.StatusOK, graphql.KindHTML, ""), errors.Failed},
		"down":             {false, failure(503, graphql.KindHTML, ""), errors.Failed},
		"down, in JSON":    {false, refusal(500, "internal"), errors.Failed},
		"no answer":        {false, io.EOF, errors.Failed},
		"context is over":  {false, &graphql.Error{Err: &transport.Error{Err: context.DeadlineExceeded}}, errors.Failed},
		"rate limited":     {false, failure(429, graphql.KindJSONError, "slow down"), errors.Failed},
		"request too long": {false, failure(413, graphql.KindJSONError, "long"), errors.Failed},
	} {
		a := answerOf(tt.present, tt.err)
		assert.Equal(t, tt.want, a.Outcome, name)
		if tt.want != errors.Answered {
			assert.NotEmpty(t, a.text(), name)
		}
	}
}
