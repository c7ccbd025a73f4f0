package dashboard

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdmit_ForeignHost_IsRefused(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{})
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "127.0.0.1": 200, "localhost:1": 200, "[::1]:80": 200, "LOCALHOST": 200, "board.localhost:8": 200, "127.9.9.9": 200,
		"evil.example": 403, "evil.example:8080": 403, "127.0.0.1.evil.example": 403, "localhost.evil.example": 403, "": 403, "box:80": 403, "10.0.0.1": 403, "0.0.0.0": 403, "notlocalhost": 403,
	} {
		w := get(t, b, "/-/info", func(r *http.Request) { r.Host = host })
		assert.Equal(t, want, w.Code, host)
	}
}

func TestAdmit_EveryResponse_HasThePolicyAndOnlyReads(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{})
	for _, path := range []string{"/", "/-/info", "/-/assets/board.js", "/-/runs/x", "/-/nothing"} {
		h := get(t, b, path).Header()
		policy := h.Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", path)
		assert.NotContains(t, policy, "unsafe", path)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"), path)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		assert.Equal(t, http.StatusMethodNotAllowed, get(t, b, "/-/runs", func(r *http.Request) { r.Method = method }).Code)
	}
	assert.Equal(t, http.StatusOK, get(t, b, "/", func(r *http.Request) { r.Method = http.MethodHead }).Code)
}

func TestAdmit_WithToken_OnlyTheLinkOpens(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{Token: "sesame"})
	outside := func(r *http.Request) { r.Host = "box.example:80" }
	for _, path := range []string{"/", "/-/info", "/-/assets/board.js", "/?token=wrong", "/?token="} {
		assert.Equal(t, http.StatusUnauthorized, get(t, b, path, outside).Code, path)
	}
	w := get(t, b, "/jo/vision?token=sesame&x=1", outside)
	require.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, "/jo/vision?x=1", w.Header().Get("Location"))
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	assert.True(t, cookies[0].HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookies[0].SameSite)
	assert.NotContains(t, cookies[0].Value, "sesame")
	assert.Equal(t, http.StatusOK, get(t, b, "/-/info", outside, func(r *http.Request) { r.AddCookie(cookies[0]) }).Code)
	w = get(t, b, "//evil.example/?token=sesame", outside)
	assert.Equal(t, "/evil.example/", w.Header().Get("Location"), "not another host")
}
