package client

import (
	"net/http"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// httpTransport is what the settings ask for beyond the defaults of net/http
// (WANDB_HTTP_PROXY, WANDB_HTTPS_PROXY, WANDB_INSECURE_DISABLE_SSL), or nil.
func httpTransport(s *settings.Settings) *http.Transport {
	if s.HTTPProxy == nil && s.HTTPSProxy == nil && !s.InsecureDisableSSL {
		return nil
	}
	return transport.NetworkOf(s).HTTPTransport()
}

// transferPolicy is how uploads of files are repeated.
func (c *Client) transferPolicy() *transport.Policy {
	p := policy(transport.TransferPolicy(), c.settings.FileTransfer)
	return &p
}

// policy is p with what the settings change of it.
func policy(p transport.Policy, r settings.Retry) transport.Policy {
	if r.Max > 0 {
		p.Retries = r.Max
	}
	p.MinWait = firstPositive(r.WaitMin, p.MinWait)
	p.MaxWait = firstPositive(r.WaitMax, p.MaxWait)
	p.AttemptTimeout = firstPositive(r.Timeout, p.AttemptTimeout)
	return p
}
