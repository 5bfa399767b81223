package main

import (
	"strings"
	"syscall/js"
)

func main() {
	js.Global().Set("processResourceList", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return answer(args[0].String())
	}))
	js.Global().Set("processResourceListErrors", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return "told apart"
	}))
	select {}
}

// world looks at JavaScript's own doors: a path of names from the global object, as in `process.env`.
func world(word string) string {
	value := js.Global()
	for _, name := range strings.Split(word, ".") {
		if value.Type() != js.TypeObject && value.Type() != js.TypeFunction {
			return "refused: nothing at " + name
		}
		value = value.Get(name)
	}
	if value.IsUndefined() || value.IsNull() {
		return "refused: nothing at " + word
	}
	return "got in: " + value.Type().String()
}
