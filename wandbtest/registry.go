package wandbtest

// registryPrefix starts the names of the projects that are an organization's registries.
const registryPrefix = "wandb-registry-"

// registryRefusal decides whether the caller may change a registry. All users of the organization
// may, unless their role in the registry is View-Only. No runs are created there.
func (s *Server) registryRefusal(c caller, st standing, p *project) refusal {
	switch {
	case !s.canRead(c, st, p):
		return noProject
	case !s.canWrite(c, st, p):
		return forbidden
	}
	return granted
}

// isProjectAdmin says whether the caller is an admin of the project or of its team.
func (s *Server) isProjectAdmin(c caller, st standing, p *project) bool {
	if role := projectRole(c, p); role != "" {
		return role == RoleAdmin
	}
	return c.privileged || st.member != nil && st.member.role() == RoleAdmin || st.kind == entityPersonal && st.belongs
}
