package otel_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	api "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/otel"
	"github.com/wandgo/wandgo/wandbtest"
)

// The metrics of a program become rows of its run. The server is in this process; without these
// client.Options it is that of the environment.
func ExampleExporter() {
	opts, srv, done := server()
	defer done()
	ctx := context.Background()
	c, err := client.New(opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}

	provider := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(otel.NewExporter(run, otel.ExporterOptions{}))))
	batches, _ := provider.Meter("training").Int64Counter("loader.batches")
	batches.Add(ctx, 12, api.WithAttributes(attribute.String("split", "train")))
	batches.Add(ctx, 3, api.WithAttributes(attribute.String("split", "val")))

	// First the provider, which logs the last values, and then the run.
	if err := provider.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
	if err := run.Finish(ctx); err != nil {
		fmt.Println(err)
	}
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.Summary["otel/loader/batches{split=train}"], stored.Summary["otel/loader/batches{split=val}"])
	// Output: 12 3
}

// Each request of a client becomes a span.
func ExampleTracer() {
	opts, _, done := server()
	defer done()
	ctx := context.Background()
	spans := tracetest.NewInMemoryExporter() // stands for an exporter of your own
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	defer provider.Shutdown(ctx)
	tracer, err := otel.NewTracer(otel.TracerOptions{TracerProvider: provider})
	if err != nil {
		fmt.Println(err)
		return
	}
	opts.Tracer = tracer
	c, err := client.New(opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	if _, err := c.Check(ctx, "acme", "vision"); err != nil {
		fmt.Println(err)
	}
	for _, s := range spans.GetSpans() {
		var attributes []string
		for _, kv := range s.Attributes {
			if kv.Key != "server.port" {
				attributes = append(attributes, string(kv.Key)+"="+kv.Value.String())
			}
		}
		slices.Sort(attributes)
		fmt.Println(s.Name, strings.Join(attributes, " "))
	}
	// Output: POST Diagnose http.request.method=POST http.response.status_code=200 server.address=127.0.0.1 wandb.operation=Diagnose
}

// server starts a server, and returns the options of a client for it.
func server() (opts client.Options, srv *wandbtest.Server, done func()) {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "otel-example-")
	if err != nil {
		panic(err)
	}
	opts = client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }}
	return opts, srv, func() { srv.Close(); os.RemoveAll(dir) }
}
