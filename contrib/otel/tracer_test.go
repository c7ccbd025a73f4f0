package otel

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// traced returns a tracer, its spans and its measurements.
func traced(t *testing.T) (*Tracer, *tracetest.InMemoryExporter, *metric.ManualReader) {
	t.Helper()
	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	tracer, err := NewTracer(TracerOptions{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)),
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(reader)),
	})
	require.NoError(t, err)
	return tracer, spans, reader
}

func attributesOf(list []attribute.KeyValue) map[string]any {
	values := map[string]any{}
	for _, kv := range list {
		values[string(kv.Key)] = kv.Value.AsInterface()
	}
	return values
}

func TestTracer_RefusedRequest_HasSpanAndDurationAndNoSecret(t *testing.T) {
	t.Parallel()
	tracer, spans, reader := traced(t)
	srv, c := newClient(t, tracer)
	srv.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 400, Count: 1})
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.Error(t, err)
	var found bool
	for _, s := range spans.GetSpans() {
		assert.NotContains(t, fmt.Sprintf("%+v", s), wandbtest.AliceKey)
		assert.Equal(t, trace.SpanKindClient, s.SpanKind)
		if s.Name != "POST UpsertBucket" {
			continue
		}
		found = true
		assert.Equal(t, codes.Error, s.Status.Code)
		got := attributesOf(s.Attributes)
		assert.NotZero(t, got["server.port"])
		delete(got, "server.port")
		assert.Equal(t, map[string]any{"http.request.method": "POST", "wandb.operation": "UpsertBucket", "server.address": "127.0.0.1", "http.response.status_code": int64(400), "error.type": "400"}, got)
	}
	assert.True(t, found)
	var collected metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &collected))
	m := collected.ScopeMetrics[0].Metrics[0]
	assert.Equal(t, "http.client.request.duration", m.Name)
	assert.Equal(t, "s", m.Unit)
	h, ok := m.Data.(metricdata.Histogram[float64])
	require.True(t, ok)
	count := uint64(0)
	for _, p := range h.DataPoints {
		count += p.Count
		assert.NotContains(t, fmt.Sprintf("%+v", p), wandbtest.AliceKey)
	}
	assert.Equal(t, uint64(len(spans.GetSpans())), count)
}

func TestTracer_Attempts_HaveTheirOutcome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		host   string
		try    int
		status int
		err    error
		want   map[string]any
		code   codes.Code
	}{
		{"response", "api.wandb.ai", 1, 200, nil, map[string]any{"http.response.status_code": int64(200)}, codes.Unset},
		{"retried", "api.wandb.ai:8443", 3, 503, nil, map[string]any{"server.port": int64(8443), "http.request.resend_count": int64(2), "http.response.status_code": int64(503), "error.type": "503"}, codes.Error},
		{"no response", "[::1]:1", 1, 0, errors.New("connection refused"), map[string]any{"server.address": "::1", "server.port": int64(1), "error.type": "*errors.errorString"}, codes.Error},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tracer, spans, _ := traced(t)
			parent, end := sdktrace.NewTracerProvider().Tracer("test").Start(t.Context(), "training")
			defer end.End()
			ctx := tracer.RequestStart(parent, client.RequestStart{Method: "POST", Operation: "file_stream", Host: tt.host, Attempt: tt.try})
			tracer.RequestEnd(ctx, client.RequestEnd{Method: "POST", Operation: "file_stream", Host: tt.host, Attempt: tt.try, StatusCode: tt.status, Err: tt.err})
			list := spans.GetSpans()
			require.Len(t, list, 1)
			want := map[string]any{"http.request.method": "POST", "wandb.operation": "file_stream", "server.address": "api.wandb.ai"}
			maps.Copy(want, tt.want)
			assert.Equal(t, want, attributesOf(list[0].Attributes))
			assert.Equal(t, tt.code, list[0].Status.Code)
			assert.Equal(t, end.SpanContext().SpanID(), list[0].Parent.SpanID())
			if tt.err != nil {
				assert.Equal(t, tt.err.Error(), list[0].Status.Description)
			}
		})
	}
}

func TestNewTracer_NoProviders_UsesTheGlobalOnes(t *testing.T) {
	t.Parallel()
	tracer, err := NewTracer(TracerOptions{})
	require.NoError(t, err)
	ctx := tracer.RequestStart(t.Context(), client.RequestStart{Method: "POST"})
	tracer.RequestEnd(ctx, client.RequestEnd{Method: "POST", StatusCode: 200})
}
