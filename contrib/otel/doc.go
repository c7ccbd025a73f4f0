// Package otel connects wandgo with OpenTelemetry. It is a module of its own, so that client does
// not depend on OpenTelemetry.
//
//   - An [Exporter] logs what a MeterProvider collects to a run.
//   - A [Tracer] makes a span and a measurement of each HTTP request of a client.
//
// Both work with the zero values of their options.
package otel
