// Golist prints the packages of patterns and their dependencies, dependencies first, for bench/check_speed.c and
// bench/gocheck: lines "P PATH", then the package's "F FILE" and "I PATH-AS-WRITTEN PATH".  Without cgo.
//
//	golist pattern...
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
	ImportMap       map[string]string
}

func main() {
	list := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,Imports,ImportMap"}, os.Args[1:]...)...)
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.StdoutPipe()
	if err == nil {
		err = list.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	w := bufio.NewWriter(os.Stdout)
	for d := json.NewDecoder(out); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if p.ImportPath == "unsafe" {
			continue
		}
		fmt.Fprintln(w, "P", p.ImportPath)
		for _, f := range p.GoFiles {
			fmt.Fprintln(w, "F", filepath.Join(p.Dir, f))
		}
		written := map[string]string{}
		for from, to := range p.ImportMap {
			written[to] = from
		}
		for _, to := range p.Imports {
			from := to
			if w, ok := written[to]; ok {
				from = w
			}
			fmt.Fprintln(w, "I", from, to)
		}
	}
	if err := list.Wait(); err != nil {
		os.Exit(2)
	}
	w.Flush()
}
