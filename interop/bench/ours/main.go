// Command ours is wandgo's half of the benchmark; official.py is the other.
//
//	ours MODE METRICS ROWS
//
// logs ROWS rows of METRICS metrics and prints, as JSON, when Init returned and how long
// each part took, in seconds. The mode "plain" does not use wandgo: it only encodes the rows
// and posts them.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/client"
)

type timing struct {
	Created float64 `json:"created"`
	Init    float64 `json:"init"`
	Log     float64 `json:"log"`
	Finish  float64 `json:"finish"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: ours MODE METRICS ROWS")
	}
	metrics, err := strconv.Atoi(os.Args[2])
	check(err)
	rows, err := strconv.Atoi(os.Args[3])
	check(err)
	if name := os.Getenv("BENCH_CPUPROFILE"); name != "" {
		f, err := os.Create(name)
		check(err)
		check(pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	switch os.Args[1] {
	case "upload":
		check(json.NewEncoder(os.Stdout).Encode(uploadArtifacts()))
		return
	case "download":
		check(json.NewEncoder(os.Stdout).Encode(downloadArtifact()))
		return
	}
	if mode := os.Args[1]; mode == "images" || mode == "table" || mode == "histogram" {
		check(json.NewEncoder(os.Stdout).Encode(logMedia(mode, rows)))
		return
	}
	pool := makePool(metrics)
	var t timing
	if os.Args[1] == "plain" {
		t = plain(pool, rows)
	} else {
		t = run(os.Args[1], pool, rows)
	}
	check(json.NewEncoder(os.Stdout).Encode(t))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// makePool returns the hundred rows that are logged repeatedly.
func makePool(metrics int) []map[string]any {
	pool := make([]map[string]any, 100)
	for i := range pool {
		pool[i] = make(map[string]any, metrics)
		for k := range metrics {
			pool[i]["metric"+strconv.Itoa(k)] = float64((i*31+k*17)%1000) / 7
		}
	}
	return pool
}

func seconds(since time.Time) float64 { return time.Since(since).Seconds() }

func run(mode string, pool []map[string]any, rows int) timing {
	ctx := context.Background()
	before := time.Now()
	r, err := client.Init(ctx, client.RunOptions{Mode: client.Mode(mode), Config: map[string]any{"lr": 0.1}})
	check(err)
	check(r.DefineMetric("metric0", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}}))
	created := time.Now()
	t := timing{Created: float64(created.UnixNano()) / 1e9, Init: created.Sub(before).Seconds()}
	for i := range rows {
		check(r.Log(pool[i%len(pool)]))
	}
	t.Log = seconds(created)
	logged := time.Now()
	check(r.Finish(ctx))
	t.Finish = seconds(logged)
	return t
}

// maxBatch is the size of the official client's requests.
const maxBatch = 10 << 20

// plain is a plain program: it encodes each row as a line of JSON, puts the lines
// into requests as strings, and sends the requests one by one, after creating the run.
func plain(pool []map[string]any, rows int) timing {
	base := os.Getenv("WANDB_BASE_URL")
	started := time.Now()
	post(base+"/graphql", []byte(`{"query":"mutation UpsertBucket($n:String!,$p:String){upsertBucket(input:{name:$n,modelName:$p}){bucket{id}}}",`+
		`"operationName":"UpsertBucket","variables":{"n":"plain","p":"`+os.Getenv("WANDB_PROJECT")+`"}}`))
	created := time.Now()
	stream := base + "/files/acme/" + os.Getenv("WANDB_PROJECT") + "/plain/file_stream"
	body := make([]byte, 0, maxBatch+1<<20)
	line := make([]byte, 0, 64<<10)
	sent := 0
	begin := func() {
		body = fmt.Appendf(body[:0], `{"files":{"wandb-history.jsonl":{"offset":%d,"content":[`, sent)
	}
	flush := func() {
		if body[len(body)-1] == ',' {
			body = body[:len(body)-1]
		}
		post(stream, append(body, `]}}}`...))
	}
	begin()
	for i := range rows {
		line = appendRow(line[:0], pool[i%len(pool)], i)
		body = append(append(append(body, '"'), escape(line)...), '"', ',')
		if sent++; len(body) >= maxBatch {
			flush()
			begin()
		}
	}
	t := timing{Created: float64(created.UnixNano()) / 1e9, Init: created.Sub(started).Seconds(), Log: seconds(created)}
	logged := time.Now()
	flush()
	post(stream, []byte(`{"complete":true,"exitcode":0}`))
	t.Finish = seconds(logged)
	return t
}

func appendRow(line []byte, row map[string]any, step int) []byte {
	line = append(line, '{')
	for key, v := range row {
		line = append(strconv.AppendQuote(line, key), ':')
		number, _ := v.(float64)
		line = append(strconv.AppendFloat(line, number, 'g', -1, 64), ',')
	}
	line = strconv.AppendInt(append(line, `"_step":`...), int64(step), 10)
	line = strconv.AppendFloat(append(line, `,"_timestamp":`...), float64(time.Now().UnixMicro())/1e6, 'f', 6, 64)
	return append(line, '}')
}

var quote, escaped = []byte(`"`), []byte(`\"`)

// escape is sufficient for the rows of the pool.
func escape(line []byte) []byte { return bytes.ReplaceAll(line, quote, escaped) }

func post(url string, body []byte) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	check(err)
	req.SetBasicAuth("api", os.Getenv("WANDB_API_KEY"))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	check(err)
	var answer bytes.Buffer
	_, err = answer.ReadFrom(resp.Body)
	check(err)
	check(resp.Body.Close())
	if resp.StatusCode != http.StatusOK || bytes.Contains(answer.Bytes(), []byte(`"errors"`)) {
		log.Fatalf("%s: %s %s", url, resp.Status, &answer)
	}
}
