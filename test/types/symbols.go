// Command symbols prints the functions of a linked program and where each begins: "NAME FILE LINE" lines.
package main

import (
	"debug/elf"
	"debug/gosym"
	"fmt"
	"os"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	f, err := elf.Open(os.Args[1])
	fail(err)
	data, err := f.Section(".gopclntab").Data()
	fail(err)
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, f.Section(".text").Addr))
	fail(err)
	for _, fn := range table.Funcs {
		file, line, _ := table.PCToLine(fn.Entry)
		fmt.Println(fn.Name, file, line)
	}
}
