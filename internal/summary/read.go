package summary

// Get returns the value at a path and whether there is one. Numbers, strings and booleans
// have the type with which they were logged; lists and other values are
// [history.Encoded]. For an object of metrics or operations it reports false; an
// operation is found by its name, as the last part of the path.
func (s *Summary) Get(path ...string) (any, bool) {
	at := &s.root
	for i, name := range path {
		if at.shown == showsDerived && i == len(path)-1 {
			for _, o := range derivedOps {
				if o.String() == name && at.shows.Has(o) {
					return at.op(o), true
				}
			}
		}
		if at.shown != showsNothing {
			return nil, false
		}
		if at = at.children[name]; at == nil {
			return nil, false
		}
	}
	return at.single()
}
