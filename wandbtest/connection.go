package wandbtest

import "strconv"

// connection returns one page of nodes. Cursors are the positions of nodes, counted from 1.
func connection[T object](nodes []T, args arguments) fields {
	start, end := page(len(nodes), args)
	var edges []fields
	for i := start; i < end; i++ {
		edges = append(edges, fields{"node": nodes[i], "cursor": strconv.Itoa(i + 1)})
	}
	return fields{"edges": edges, "totalCount": len(nodes), "pageInfo": pageInfo(start, end, len(nodes))}
}

// page returns the bounds of the page that the arguments ask for, of n nodes.
func page(n int, args arguments) (start, end int) {
	end = n
	if after, err := strconv.Atoi(args.text("after")); err == nil && after > 0 {
		start = min(after, n)
	}
	if before, err := strconv.Atoi(args.text("before")); err == nil && before > 0 {
		end = max(start, min(before-1, n))
	}
	if first, ok := args.number("first"); ok && first >= 0 && first < float64(end-start) {
		end = start + int(first)
	}
	if last, ok := args.number("last"); ok && last >= 0 && last < float64(end-start) {
		start = end - int(last)
	}
	return start, end
}

func pageInfo(start, end, n int) fields {
	info := fields{"hasNextPage": end < n, "hasPreviousPage": start > 0, "startCursor": nil, "endCursor": nil}
	if end > start {
		info["startCursor"], info["endCursor"] = strconv.Itoa(start+1), strconv.Itoa(end)
	}
	return info
}
