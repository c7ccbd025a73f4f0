package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

func completionCommand() command {
	return command{
		name: "completion", args: "bash|zsh|fish",
		summary: "print a shell completion script",
		long: `
Prints a script that makes a shell complete the commands and flags of wandgo.

Examples:
  source <(wandgo completion bash)    in ~/.bashrc
  source <(wandgo completion zsh)     in ~/.zshrc, after compinit
  wandgo completion fish | source     in ~/.config/fish/config.fish
`,
		run: runCompletion,
	}
}

func runCompletion(_ context.Context, a *app, c command, args []string) error {
	shells := map[string]func() string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}
	names, err := a.parsePaths(c, c.flags(), args)
	if err != nil {
		return err
	}
	if len(names) != 1 || shells[names[0]] == nil {
		return usageError(c, "expected one of bash, zsh and fish")
	}
	_, err = io.WriteString(a.stdout, shells[names[0]]())
	return failed("print the script", err)
}

// flagLine matches the line of a command's help that describes a flag.
var flagLine = regexp.MustCompile(`(?m)^ {2}(--[a-z-]+)`)

// flagNames lists the flags of a command, as its help has them.
func (c command) flagNames() []string {
	names := []string{"--help"}
	for _, m := range flagLine.FindAllStringSubmatch(c.long, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// takesPaths reports whether a command's arguments are files.
func (c command) takesPaths() bool { return strings.Contains(c.args, "path") }

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

func bashScript() string {
	var b strings.Builder
	fmt.Fprintf(&b, `_wandgo() {
  local word=${COMP_WORDS[COMP_CWORD]} words= paths=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="%s"
  else
    case "${COMP_WORDS[1]}" in
`, strings.Join(commandNames(), " "))
	for _, c := range commands() {
		paths := ""
		if c.takesPaths() {
			paths = " paths=yes"
		}
		fmt.Fprintf(&b, "    %s) words=\"%s\"%s ;;\n", c.name, strings.Join(c.argumentWords(), " "), paths)
	}
	b.WriteString(`    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ -z "$paths" ] || [[ "$word" == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _wandgo wandgo
`)
	return b.String()
}

// argumentWords are the words that may follow a command.
func (c command) argumentWords() []string {
	words := c.flagNames()
	for _, verb := range c.verbs {
		words = append(words, verb.verb())
		for _, flag := range verb.flagNames() {
			if !slices.Contains(words, flag) {
				words = append(words, flag)
			}
		}
	}
	switch c.name {
	case "help":
		words = append(words, commandNames()...)
	case "completion":
		words = append(words, "bash", "zsh", "fish")
	}
	return words
}

func zshScript() string {
	var b strings.Builder
	b.WriteString("#compdef wandgo\n_wandgo() {\n  local -a list\n  if (( CURRENT == 2 )); then\n    list=(\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "      '%s:%s'\n", c.name, shellText(c.summary))
	}
	b.WriteString("    )\n    _describe command list\n    return\n  fi\n  case $words[2] in\n")
	for _, c := range commands() {
		files := ""
		if c.takesPaths() {
			files = "; _files"
		}
		fmt.Fprintf(&b, "    %s) compadd -- %s%s ;;\n", c.name, strings.Join(c.argumentWords(), " "), files)
	}
	b.WriteString("  esac\n}\ncompdef _wandgo wandgo\n")
	return b.String()
}

func fishScript() string {
	var b strings.Builder
	b.WriteString("complete -c wandgo -f\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c wandgo -n __fish_use_subcommand -a %s -d '%s'\n", c.name, shellText(c.summary))
		seen := "'__fish_seen_subcommand_from " + c.name + "'"
		for _, word := range c.argumentWords() {
			if flag, ok := strings.CutPrefix(word, "--"); ok {
				fmt.Fprintf(&b, "complete -c wandgo -n %s -l %s\n", seen, flag)
			} else {
				fmt.Fprintf(&b, "complete -c wandgo -n %s -a %s\n", seen, word)
			}
		}
		if c.takesPaths() {
			fmt.Fprintf(&b, "complete -c wandgo -n %s -F\n", seen)
		}
	}
	return b.String()
}

// shellText makes a summary safe between single quotes.
func shellText(text string) string { return strings.ReplaceAll(text, "'", "") }
