package otel

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/wandgo/wandgo/client"
)

// scope is the name of this library for OpenTelemetry.
const scope = "github.com/wandgo/wandgo/contrib/otel"

// OperationKey is the attribute with the name of a request, such as "UpsertBucket", "file_stream" or
// "upload". The other attributes have the names of the semantic conventions for HTTP clients.
const OperationKey = attribute.Key("wandb.operation")

// TracerOptions say where spans and measurements go. The zero TracerOptions work.
type TracerOptions struct {
	// TracerProvider makes the spans. Default: otel.GetTracerProvider.
	TracerProvider trace.TracerProvider
	// MeterProvider records the durations. Default: otel.GetMeterProvider.
	MeterProvider metric.MeterProvider
}

// Tracer makes a span and a measurement of http.client.request.duration of each attempt of a client's
// requests. It is a client.RequestTracer, for client.Options.Tracer. Make it with [NewTracer]. It is
// safe for concurrent use and does not block.
//
// A span has the name "POST UpsertBucket" and the kind client, and is a child of the span in the context
// of the call that sends the request, if there is one. Attributes are the method, the operation, the
// server's name and port, the status, the class of an error, and how often the request was sent before.
// There is no address, header, body or credential. The text of a network error is the span's description.
type Tracer struct {
	tracer   trace.Tracer
	duration httpconv.ClientRequestDuration
}

var _ client.RequestTracer = (*Tracer)(nil)

// NewTracer returns a tracer. The error is that of the MeterProvider, which refuses the instrument.
func NewTracer(opts TracerOptions) (*Tracer, error) {
	if opts.TracerProvider == nil {
		opts.TracerProvider = otel.GetTracerProvider()
	}
	if opts.MeterProvider == nil {
		opts.MeterProvider = otel.GetMeterProvider()
	}
	duration, err := httpconv.NewClientRequestDuration(opts.MeterProvider.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL)))
	if err != nil {
		return nil, fmt.Errorf("make request tracer: %w", err)
	}
	return &Tracer{opts.TracerProvider.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL)), duration}, nil
}

// RequestStart starts the span of an attempt.
func (t *Tracer) RequestStart(ctx context.Context, r client.RequestStart) context.Context {
	attributes := request(r.Method, r.Operation, r.Host)
	if r.Attempt > 1 {
		attributes = append(attributes, semconv.HTTPRequestResendCount(r.Attempt-1))
	}
	ctx, _ = t.tracer.Start(ctx, r.Method+" "+r.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	return ctx
}

// RequestEnd ends the span and records the duration.
func (t *Tracer) RequestEnd(ctx context.Context, r client.RequestEnd) {
	span := trace.SpanFromContext(ctx)
	var outcome []attribute.KeyValue
	switch {
	case r.Err != nil:
		outcome = append(outcome, semconv.ErrorType(r.Err))
		span.SetStatus(codes.Error, r.Err.Error())
	case r.StatusCode >= 400:
		outcome = append(outcome, semconv.ErrorTypeKey.String(strconv.Itoa(r.StatusCode)))
		span.SetStatus(codes.Error, "")
	}
	if r.StatusCode != 0 {
		outcome = append(outcome, semconv.HTTPResponseStatusCode(r.StatusCode))
	}
	span.SetAttributes(outcome...)
	span.End()
	t.duration.RecordSet(ctx, r.Duration.Seconds(), attribute.NewSet(append(request(r.Method, r.Operation, r.Host), outcome...)...))
}

// request returns the attributes that the span and the measurement share. The port is left out if
// the address does not have it.
func request(method, operation, host string) []attribute.KeyValue {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	attributes := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(method), OperationKey.String(operation), semconv.ServerAddress(name)}
	if n, err := strconv.Atoi(port); err == nil {
		attributes = append(attributes, semconv.ServerPort(n))
	}
	return attributes
}
