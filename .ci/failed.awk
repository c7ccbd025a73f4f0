# Of the output of "go test -v": what failing tests printed, and nothing of the others.
/^=== (RUN|NAME|CONT|PAUSE) / { current = $3; next }
/^ *--- FAIL: / { order[++n] = $3; line[$3] = $0; current = ""; next }
/^ *--- (PASS|SKIP): / { current = ""; next }
/^(panic:|fatal error:|WARNING: DATA RACE|FAIL|# )/ { current = "" }
/^(PASS|ok |coverage:|-test\.shuffle)/ { next }
{ text[current] = text[current] $0 "\n" }
END {
  for (i = 1; i <= n; i++) printf "%s\n%s", line[order[i]], text[order[i]]
  printf "%s", text[""]
}
