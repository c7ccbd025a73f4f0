package client

import (
	"net/http"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// httpTransport has the settings WANDB_HTTP_PROXY, WANDB_HTTPS_PROXY and
// WANDB_INSECURE_DISABLE_SSL. It is nil if none is set.
func httpTransport(s *settings.Settings) *http.Transport {
	if s.HTTPProxy == nil && s.HTTPSProxy == nil && !s.InsecureDisableSSL {
		return nil
	}
	return transport.NetworkOf(s).HTTPTransport()
}

// policy is p with the changes from the settings.
func policy(p transport.Policy, r settings.Retry) transport.Policy {
	if r.Max > 0 {
		p.Retries = r.Max
	}
	p.MinWait = firstPositive(r.WaitMin, p.MinWait)
	p.MaxWait = firstPositive(r.WaitMax, p.MaxWait)
	p.AttemptTimeout = firstPositive(r.Timeout, p.AttemptTimeout)
	return p
}
