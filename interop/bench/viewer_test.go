package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCovered_AnswersOfServers_AreReadOrRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		view   view
		answer string
		want   int
		failed bool
	}{
		"TensorBoard":                {&tensorBoardView{}, "[[[1,0,0.5],[1,99,0.5]],[[1,49,0.5]]]", 50, false},
		"TensorBoard without points": {&tensorBoardView{}, "[[]]", 0, false},
		"TensorBoard, no JSON":       {&tensorBoardView{}, "<html>", 0, true},
		"trackio":                    {&trackioView{}, `{"data":[{"run":"r","logs":[{"step":0},{"step":99}]}]}`, 100, false},
		"trackio without runs":       {&trackioView{}, `{"data":[]}`, 0, false},
		"the board":                  {&boardView{}, "WGS1\x29\x00\x00\x00" + `{"Series":[{"total":120},{"total":100}]} `, 100, false},
		"the board, cut off":         {&boardView{}, "WGS1\xff\xff\xff\xff{}", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.view.covered([]byte(tc.answer))
			assert.Equal(t, tc.failed, err != nil, err)
			assert.Equal(t, tc.want, got)
		})
	}
}
