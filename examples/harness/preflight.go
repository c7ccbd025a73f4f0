package main

import (
	"context"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// preflight finds an entity that accepts the run, before any work is done. It creates
// nothing. If there is none, it returns the preferred entity and the reason.
func (h *harness) preflight(ctx context.Context) (entity string, err error) {
	preferred := h.cfg.entities[0]
	entity, refused, err := h.firstAllowed(ctx, h.cfg.entities)
	switch {
	case err != nil:
		h.logf("preflight", "failed: %v", err)
		return preferred, err
	case refused == nil:
		return entity, nil
	case errors.Is(refused, errors.ErrNoAPIKey), errors.Is(refused, errors.ErrBadAPIKey):
		return preferred, refused // another entity would not help
	case refused.Viewer == nil:
		return preferred, refused
	}
	// Logging to another entity needs consent: without -own-team the account's own
	// teams are only suggested.
	own := h.ownTeams(refused)
	if len(own) > 0 && !h.cfg.ownTeam {
		h.logf("hint", "this account could log to %s; -own-team tries that", strings.Join(own, " or "))
		return preferred, refused
	}
	entity, again, err := h.firstAllowed(ctx, own)
	if err != nil || again != nil || len(own) == 0 {
		return preferred, refused
	}
	return entity, nil
}

// firstAllowed checks entities in order. It returns the first that is allowed, else the
// first that is undetermined, else the refusal of the first.
func (h *harness) firstAllowed(ctx context.Context, entities []string) (entity string, refused *errors.PermissionError, err error) {
	unknown := -1
	for i, name := range entities {
		access, err := h.client.Check(ctx, name, h.cfg.project)
		if err != nil {
			return "", nil, err
		}
		switch access.Decision {
		case client.Allowed:
			h.logf("preflight", "%s: allowed", access.Entity)
			return name, nil, nil
		case client.Unknown:
			h.logf("preflight", "%s: %v", access.Entity, access.Err())
			if unknown < 0 {
				unknown = i
			}
		case client.Denied:
			h.logf("preflight", "%v", access.Err())
			if p, ok := errors.AsType[*errors.PermissionError](access.Err()); ok && refused == nil {
				refused = p
			}
		}
	}
	if unknown >= 0 {
		return entities[unknown], nil, nil // creating the run decides
	}
	return "", refused, nil
}

// ownTeams lists the account's entities that were not tried yet, those with a similar
// name first.
func (h *harness) ownTeams(refused *errors.PermissionError) []string {
	var own []string
	for _, name := range slices.Concat(refused.Suggestions, refused.Viewer.Teams) {
		if !slices.Contains(own, name) && !slices.Contains(h.cfg.entities, name) && name != refused.Entity {
			own = append(own, name)
		}
	}
	return own
}
