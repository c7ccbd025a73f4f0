package graphql

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkUpsertBucket is one operation over an open loopback connection.
func BenchmarkUpsertBucket(b *testing.B) {
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"created": {200, `{"data":{"upsertBucket":{"inserted":true,"bucket":{"id":"UnVuOnYxOmFiY2QxMjM0","name":"abcd1234","displayName":"brisk-river-1","sweepName":null,"historyLineCount":0,"project":{"name":"vision","entity":{"name":"acme"}}}}}}`},
		"refused": {403, `{"data":{"upsertBucket":null},"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`},
	} {
		b.Run(name, func(b *testing.B) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(answer.status)
				_, _ = io.WriteString(w, answer.body)
			}))
			defer srv.Close()
			c, err := New(Options{BaseURL: srv.URL, APIKey: testKey})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			config := `{"lr":{"value":0.1},"_wandb":{"value":{"t":{"4":"3.11.7"}}}}`
			input := UpsertBucketInput{Name: new("abcd1234"), ModelName: new("vision"), EntityName: new("acme"), Config: &config}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := UpsertBucket(b.Context(), c, input); (err == nil) != (answer.status == 200) {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecode decodes a response.
func BenchmarkDecode(b *testing.B) {
	body := `{"data":{"upsertBucket":{"inserted":true,"bucket":{"id":"UnVu","name":"abcd1234","project":{"name":"vision","entity":{"name":"acme"}}}}}}`
	b.ReportAllocs()
	for b.Loop() {
		if _, _, e := decodeUpsert(200, "application/json", body); e != nil {
			b.Fatal(e)
		}
	}
}
