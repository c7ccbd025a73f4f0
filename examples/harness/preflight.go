package main

import (
	"context"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// preflight finds, before any work is done, an entity that will take the run. It
// creates nothing. The error says why there is none; the entity is then the
// preferred one.
func (h *harness) preflight(ctx context.Context) (entity string, err error) {
	preferred := h.cfg.entities[0]
	entity, refused, err := h.firstAllowed(ctx, h.cfg.entities)
	switch {
	case err != nil:
		h.say("preflight", "no answer: %v", err)
		return preferred, err
	case refused == nil:
		return entity, nil
	case errors.Is(refused, errors.ErrNoAPIKey), errors.Is(refused, errors.ErrBadAPIKey):
		return preferred, refused // another entity would not help
	case refused.Viewer == nil:
		return preferred, refused
	}
	// Nobody wants data in a place that only looks right, so the account's own
	// teams are tried if asked for, and else only named.
	own := h.ownTeams(refused)
	if len(own) > 0 && !h.cfg.ownTeam {
		h.say("hint", "this account could log to %s; -own-team tries that", strings.Join(own, " or "))
		return preferred, refused
	}
	entity, again, err := h.firstAllowed(ctx, own)
	if err != nil || again != nil || len(own) == 0 {
		return preferred, refused
	}
	return entity, nil
}

// firstAllowed asks about entities in turn. It returns the first that is allowed,
// else the first that nobody can tell about, else the first one's refusal.
func (h *harness) firstAllowed(ctx context.Context, entities []string) (entity string, refused *errors.PermissionError, err error) {
	unknown := -1
	for i, name := range entities {
		access, err := h.client.Check(ctx, name, h.cfg.project)
		if err != nil {
			return "", nil, err
		}
		switch access.Decision {
		case client.Allowed:
			h.say("preflight", "%s: allowed", access.Entity)
			return name, nil, nil
		case client.Unknown:
			h.say("preflight", "%s: %v", access.Entity, access.Err())
			if unknown < 0 {
				unknown = i
			}
		case client.Denied:
			h.say("preflight", "%v", access.Err())
			if p, ok := errors.AsType[*errors.PermissionError](access.Err()); ok && refused == nil {
				refused = p
			}
		}
	}
	if unknown >= 0 {
		return entities[unknown], nil, nil // creating the run will tell
	}
	return "", refused, nil
}

// ownTeams lists what the account may log to instead: first what resembles the
// entity that was meant, then the rest, without those already tried.
func (h *harness) ownTeams(refused *errors.PermissionError) []string {
	var own []string
	for _, name := range slices.Concat(refused.Suggestions, refused.Viewer.Teams) {
		if !slices.Contains(own, name) && !slices.Contains(h.cfg.entities, name) && name != refused.Entity {
			own = append(own, name)
		}
	}
	return own
}
