package main

import "os"

func main() {
	os.Stdout.WriteString(answer(readInput()))
}

func world(word string) string {
	return "nothing to try for " + word
}
