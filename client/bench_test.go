package client_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// BenchmarkInit creates runs over the loopback interface. The time and the
// allocations are those of client and server together.
func BenchmarkInit(b *testing.B) {
	s := wandbtest.New(b, everybody())
	r := &rounds{next: &http.Transport{}}
	defer r.CloseIdleConnections()
	c := newClient(b, s, key("member"), quickly, func(o *client.Options) { o.HTTPClient = &http.Client{Transport: r} })
	var requests int
	b.ReportAllocs()
	for b.Loop() {
		before := r.count()
		run, err := c.Init(counted(b.Context()), client.RunOptions{Entity: "acme", Project: "team"})
		require.NoError(b, err)
		requests += r.count() - before
		b.StopTimer()
		require.NoError(b, run.Finish(b.Context()))
		b.StartTimer()
	}
	b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
}

// BenchmarkInitRefused is refused and diagnosed.
func BenchmarkInitRefused(b *testing.B) {
	s := wandbtest.New(b, everybody())
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	r := &rounds{next: transport}
	c := newClient(b, s, key("outsider"), func(o *client.Options) { o.HTTPClient = &http.Client{Transport: r} })
	var requests, depth int
	b.ReportAllocs()
	for b.Loop() {
		r.reset()
		_, err := c.Init(counted(b.Context()), client.RunOptions{Entity: "acme", Project: "new"})
		require.ErrorIs(b, err, errors.ErrNotTeamMember)
		requests += r.requests
		depth += r.depth
	}
	b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
	b.ReportMetric(float64(depth)/float64(b.N), "roundtrips/op")
}

// row20 is a row of 20 metrics.
func row20() map[string]any {
	row := make(map[string]any, 20)
	for i := range 20 {
		row[fmt.Sprintf("train/metric_%02d", i)] = 0.123456789 * float64(i+1)
	}
	return row
}

// BenchmarkLog compares Log of 20 metrics with what encoding/json needs for the
// text of the row alone. The server is not part of it: a disabled run encodes
// and sums up, an online one also queues; its stream waits for the interval.
func BenchmarkLog(b *testing.B) {
	row := row20()
	next := func(i int) { row["train/metric_00"] = float64(i) * 0.1 }
	b.Run("disabled", func(b *testing.B) {
		s := wandbtest.New(b, everybody())
		c := newClient(b, s, "")
		run, err := c.Init(b.Context(), client.RunOptions{Mode: "disabled", Project: "p"})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if err := run.Log(row); err != nil {
				b.Fatal(err)
			}
		}
		require.NoError(b, run.Finish(b.Context()))
	})
	b.Run("online", func(b *testing.B) {
		s := wandbtest.New(b, everybody())
		c := newClient(b, s, key("member"), environ("WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "3600"))
		s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 200, Body: "{}"})
		run, err := c.Init(counted(b.Context()), client.RunOptions{Entity: "acme", Project: "team"})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if err := run.Log(row); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		require.NoError(b, run.Finish(b.Context()))
	})
	b.Run("encoding json", func(b *testing.B) {
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			next(i)
			if _, err := json.Marshal(row); err != nil {
				b.Fatal(err)
			}
		}
	})
}
