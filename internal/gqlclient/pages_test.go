package gqlclient_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

func TestPages_Responses_YieldItemsUntilTheLastPageOrAnError(t *testing.T) {
	t.Parallel()
	type page = gqlclient.Page[int]
	refused := errors.New("refused")
	for name, tc := range map[string]struct {
		pages []page // by number; the cursor is the number of the page
		last  error  // after them
		want  []int
		err   error
	}{
		"one page":              {[]page{{Items: []int{1, 2}, Next: "1"}}, nil, []int{1, 2}, nil},
		"two pages":             {[]page{{Items: []int{1}, More: true, Next: "1"}, {Items: []int{2}}}, nil, []int{1, 2}, nil},
		"empty page in between": {[]page{{More: true, Next: "1"}, {Items: []int{2}}}, nil, []int{2}, nil},
		"no cursor":             {[]page{{Items: []int{1}, More: true}}, nil, []int{1}, errors.ErrUnexpectedAnswer},
		"cursor is repeated":    {[]page{{More: true, Next: "1"}, {Items: []int{2}, More: true, Next: "1"}}, nil, []int{2}, errors.ErrUnexpectedAnswer},
		"first page fails":      {nil, refused, nil, refused},
		"second page fails":     {[]page{{Items: []int{1}, More: true, Next: "1"}}, refused, []int{1}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []int
			var failed error
			for item, err := range gqlclient.Pages(func(cursor *string) (page, error) {
				n := 0
				if cursor != nil {
					var err error
					n, err = strconv.Atoi(*cursor)
					require.NoError(t, err)
				}
				if n == len(tc.pages) {
					return page{}, tc.last
				}
				return tc.pages[n], nil
			}) {
				require.NoError(t, failed, "an error is the end")
				if failed = err; err == nil {
					got = append(got, item)
				}
			}
			assert.Equal(t, tc.want, got)
			if tc.err == nil {
				require.NoError(t, failed)
			} else {
				require.ErrorIs(t, failed, tc.err)
			}
		})
	}
}

func TestPages_LoopIsLeft_RequestsNothingMore(t *testing.T) {
	t.Parallel()
	requests := 0
	for range gqlclient.Pages(func(*string) (gqlclient.Page[int], error) {
		requests++
		return gqlclient.Page[int]{Items: []int{1, 2}, More: true, Next: "1"}, nil
	}) {
		break
	}
	assert.Equal(t, 1, requests)
}
