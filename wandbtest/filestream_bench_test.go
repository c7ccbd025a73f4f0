package wandbtest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// bigPost is a post as a busy run sends it: a megabyte and a half of rows of 20
// metrics, with an escape every eighth byte or so.
func bigPost() (body []byte, rows int) {
	r := rand.New(rand.NewPCG(1, 2))
	body = append(body, `{"files":{"wandb-history.jsonl":{"offset":0,"content":[`...)
	for ; len(body) < 3<<19; rows++ {
		var row []byte
		for i := range 20 {
			row = fmt.Appendf(row, `"train/metric_%02d":%v,`, i, r.Float64())
		}
		row = fmt.Appendf(row, `"_step":%d,"_runtime":%v,"_timestamp":1795432414.31`, rows, float64(rows)/10)
		body = append(jsontext.AppendQuoted(body, "{"+string(row)+"}"), ',')
	}
	return append(body[:len(body)-1], `]}}}`...), rows
}

// BenchmarkParsePost reads a big post: what the server does with each byte.
func BenchmarkParsePost(b *testing.B) {
	body, rows := bigPost()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parsePost(body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkMember looks one member up in a row, as a rewind does with each.
func BenchmarkMember(b *testing.B) {
	body, _ := bigPost()
	post, err := parsePost(body)
	if err != nil {
		b.Fatal(err)
	}
	row := post.files[0].content[0]
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	for b.Loop() {
		if jsontext.Member(row, "_step") != "0" {
			b.Fatal(row)
		}
	}
}
