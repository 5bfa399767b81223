// A function that tries to get out of its runtime. The word that its functionConfig holds as `probe` says how.
// What it finds out becomes a result; the resources go back as they came.
package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// word finds `probe: x` in the functionConfig, which comes last.
func word(input string) string {
	at := strings.LastIndex(input, "probe: ")
	if at < 0 {
		return ""
	}
	rest := input[at+len("probe: "):]
	if end := strings.IndexAny(rest, ",}\n"); end >= 0 {
		rest = rest[:end]
	}
	return strings.Trim(rest, `"' `)
}

func told(found string, err error) string {
	if err != nil {
		return "refused: " + err.Error()
	}
	return "got in: " + found
}

func file() string {
	text, err := os.ReadFile("/etc/passwd")
	return told(string(text), err)
}

func write() string {
	return told("written", os.WriteFile("/tmp/kpt-probe", []byte("x"), 0o600))
}

func folder() string {
	names, err := os.ReadDir(".")
	return told(strconv.Itoa(len(names)), err)
}

func environment() string {
	return told(strings.Join(os.Environ(), " "), nil)
}

func clock() string {
	return time.Now().UTC().Format(time.RFC3339)
}

func process() string {
	_, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "true"}, &os.ProcAttr{})
	return told("started", err)
}

func answer(input string) string {
	var said string
	switch word(input) {
	case "file":
		said = file()
	case "write":
		said = write()
	case "folder":
		said = folder()
	case "environment":
		said = environment()
	case "clock":
		said = clock()
	case "process":
		said = process()
	case "hang":
		for {
		}
	case "flood":
		for {
			os.Stdout.WriteString(strings.Repeat("x", 1<<20))
		}
	case "memory":
		var kept [][]byte
		for {
			kept = append(kept, make([]byte, 1<<24))
			kept[len(kept)-1][0] = 1
		}
	case "garbage":
		return "{ not: [yaml"
	case "panic":
		panic("no way on")
	case "quit":
		os.Stderr.WriteString("why it quit\n")
		os.Exit(3)
	case "stderr":
		os.Stderr.WriteString("by the way\n")
		said = "said"
	default:
		said = world(word(input))
	}
	return input + "results:\n- message: " + strconv.Quote(said) + "\n"
}

func readInput() string {
	input, _ := io.ReadAll(os.Stdin)
	return string(input)
}
