package wandbtest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// The methods in this file change the world while the server runs, as an administrator
// does in the web UI. Each takes effect at the next request. It returns an error if
// something that it names does not exist.

// SetRole changes the role of a team member. The name and base of a custom role are kept
// only if role is [RoleCustom]; use [Server.AddMember] to set them.
func (s *Server) SetRole(team, username string, role Role) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.realm.member(team, username)
	if m == nil {
		return fmt.Errorf("set role: no member %q in team %q", username, team)
	}
	m.Role = role
	if role != RoleCustom {
		m.CustomName, m.CustomBase, m.CanWrite = "", "", nil
	}
	return nil
}

// AddMember adds a user to a team, or replaces the user's membership.
func (s *Server) AddMember(team string, member TeamMember) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.realm.teams[team]
	u := s.realm.users[member.Username]
	switch {
	case t == nil:
		return fmt.Errorf("add member: no team %q", team)
	case u == nil:
		return fmt.Errorf("add member: no user %q", member.Username)
	case u.isService():
		return fmt.Errorf("add member: %q is a service account; it belongs to its home team", member.Username)
	}
	if m := t.member(member.Username); m != nil {
		*m = member
		return nil
	}
	t.Members = append(t.Members, member)
	return nil
}

// RemoveMember removes a user from a team and from its projects.
func (s *Server) RemoveMember(team, username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.realm.teams[team]
	if s.realm.member(team, username) == nil {
		return fmt.Errorf("remove member: no member %q in team %q", username, team)
	}
	t.Members = slices.DeleteFunc(t.Members, func(m TeamMember) bool { return m.Username == username })
	for _, p := range s.realm.projects {
		if p.Entity == team {
			p.Members = slices.DeleteFunc(p.Members, func(m ProjectMember) bool { return m.Username == username })
		}
	}
	return nil
}

// AddKey adds a key to a user.
func (s *Server) AddKey(username, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.realm.users[username]
	switch {
	case u == nil:
		return fmt.Errorf("add key: no user %q", username)
	case key == "" || s.realm.keys[key] != nil:
		return errors.New("add key: the key is empty or in use")
	}
	u.Keys = append(u.Keys, key)
	s.realm.keys[key] = u
	s.log.hide(key)
	return nil
}

// RevokeKey removes a key; the server then does not recognize it.
func (s *Server) RevokeKey(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.realm.keys[key]
	if u == nil {
		return errors.New("revoke key: no such key")
	}
	u.Keys = slices.DeleteFunc(u.Keys, func(k string) bool { return k == key })
	delete(s.realm.keys, key)
	return nil
}

// SetScope changes who can see a project.
func (s *Server) SetScope(entity, name string, scope Scope) error {
	return s.changeProject("set scope", entity, name, func(p *project) { p.Scope = scope })
}

// ProtectAlias makes an alias of artifacts one that only admins may assign and remove.
func (s *Server) ProtectAlias(entity, name, alias string) error {
	return s.changeProject("protect alias", entity, name, func(p *project) {
		p.ProtectedAliases = append(slices.Clip(p.ProtectedAliases), alias)
	})
}

func (s *Server) changeProject(verb, entity, name string, change func(*project)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.realm.project(entity, name)
	if p == nil {
		return fmt.Errorf("%s: no project %s/%s", verb, entity, name)
	}
	change(p)
	return nil
}

// SetSeat sets a user's seat in an organization.
func (s *Server) SetSeat(organization, username string, seat Seat) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.realm.orgs[organization]
	switch {
	case o == nil:
		return fmt.Errorf("set seat: no organization %q", organization)
	case s.realm.users[username] == nil:
		return fmt.Errorf("set seat: no user %q", username)
	}
	if m := o.member(username); m != nil {
		m.Seat = seat
		return nil
	}
	o.Members = append(o.Members, OrgMember{Username: username, Seat: seat})
	return nil
}

// SetProjectRole invites a user to a project, or changes the user's role there. An empty
// role means the role in the team.
func (s *Server) SetProjectRole(entity, project, username string, role Role) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.realm.project(entity, project)
	switch {
	case p == nil:
		return fmt.Errorf("set project role: no project %s/%s", entity, project)
	case s.realm.users[username] == nil:
		return fmt.Errorf("set project role: no user %q", username)
	}
	if m := p.member(username); m != nil {
		m.Role = role
		return nil
	}
	p.Members = append(p.Members, ProjectMember{Username: username, Role: role})
	return nil
}

// SetFrozen sets whether a team refuses all writes.
func (s *Server) SetFrozen(team string, frozen bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.realm.teams[team]
	if t == nil {
		return fmt.Errorf("set frozen: no team %q", team)
	}
	t.Frozen = frozen
	return nil
}

// StopRun requests that a run stop, as the web UI does. The response to the client's next
// post has the request.
func (s *Server) StopRun(entity, project, id string) error {
	return s.changeRun("stop run", entity, project, id, func(r *run) { r.stopped.Store(true) })
}

// DeleteRun deletes a run. Its id cannot be used again: an upsert returns 409.
func (s *Server) DeleteRun(entity, project, id string) error {
	return s.changeRun("delete run", entity, project, id, func(r *run) { r.deleted.Store(true) })
}

func (s *Server) changeRun(verb, entity, project, id string, change func(*run)) error {
	r := s.findRun(entity, project, id)
	if r == nil {
		return fmt.Errorf("%s: no run %s/%s/%s", verb, entity, project, id)
	}
	r.mu.Lock()
	defer s.changed.broadcast()
	defer r.mu.Unlock()
	change(r)
	return nil
}

// SetHistory replaces the history rows of a run with lines of JSON, as if its client had sent them.
// It serves tests that read long or unusual histories.
func (s *Server) SetHistory(entity, project, id string, lines []string) error {
	return s.changeRun("set history", entity, project, id, func(r *run) {
		r.history, r.index = store.Lines{}, stepIndex{}
		r.history.Put(0, lines)
	})
}

// SetFile stores a file of a run as if its client had uploaded it.
func (s *Server) SetFile(entity, project, id, name string, content []byte) error {
	return s.changeRun("set file", entity, project, id, func(r *run) { r.uploads[name] = content })
}
