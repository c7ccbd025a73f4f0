// Package dashboard serves the pages that show runs in a browser: a list of runs, a run, and
// runs compared. It reads a [runstore.Store] and writes nothing.
//
// # Routes
//
// All of its own URLs are below /-/; every other path is a page, which is the same
// document: its script looks at the path.
//
//	/-/info                     version, mode, directories
//	/-/find                     the key of a run, by entity, project and id
//	/-/runs                     the list: filter, sort, columns, offset and limit
//	/-/runs/KEY                 all about a run except its points
//	/-/runs/KEY/csv             the points of metrics, as CSV
//	/-/runs/KEY/values          values that are not numbers
//	/-/runs/KEY/console         lines of the console
//	/-/runs/KEY/files[/PATH]    the files
//	/-/runs/KEY/artifacts/ID/…  a file of an artifact that the run logs, by its client's id
//	/-/artifacts                versions of artifacts of a server's project, with their files
//	/-/artifacts/ID/PATH        a file of a server's artifact
//	/-/sweeps                   the sweeps of a project, or those of local sweeps on this disk
//	/-/series                   points of metrics, reduced to buckets, in binary form
//	/-/events                   changes, as server-sent events
//	/-/assets/                  the files of the pages
//
// JSON has NaN and infinities as strings, times as seconds since 1970 and durations in
// seconds. An error is a status of 400 or above with {"error": "…"}.
//
// # Series
//
// An answer to /-/series is little-endian: "WGS1", the length of a JSON header, the header,
// padded so that what follows is at a multiple of eight, then float64 arrays. Each entry of
// the header's "series" says at which byte its x values begin; its y values follow them.
// Points are in buckets of x. Of each bucket the first, the least, the greatest and the last
// point are kept, so that a line through them covers the same pixels as one through all.
//
// # Security
//
// Names, texts and files of a run are hostile. The pages have a content policy without
// inline script and without other hosts, and show foreign text as text. Files are served
// without a way to run script. Requests with a foreign Host header are refused, so that a
// web page elsewhere cannot read the runs through a name that it points to this machine.
// Beyond loopback a token is required. No path leads out of a run's directory, except into
// the one in which the official client keeps files of artifacts until they are uploaded.
package dashboard
