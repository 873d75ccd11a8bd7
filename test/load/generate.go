// Command generate writes a module proxy as files, with modules that require each other at random, and two
// main modules that require some of them, so that the go command and the loader can be compared on module
// graphs.
//
//	generate -seed 1 -dir DIR
//
// DIR/proxy is the proxy, DIR/main and DIR/second are the main modules.  The same seed gives the same modules.
package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const (
	modules  = 14
	versions = 4
)

var (
	rnd   *rand.Rand
	lines = []string{"", "1.13", "1.16", "1.17", "1.18", "1.19"}
)

type req struct {
	mod, version int
}

type module struct {
	goLine string
	reqs   []req
}

// Module 5 lies below module 4, and names have capitals, which the cache escapes.
func path(i int) string {
	switch {
	case i == 5:
		return path(4) + "/nested"
	case i%3 == 0:
		return fmt.Sprintf("example.org/Mod%d", i)
	case i == 7:
		return "example.org/mod7/v2"
	}
	return fmt.Sprintf("example.org/mod%d", i)
}

func version(i, v int) string {
	major := 1
	if i == 7 {
		major = 2
	}
	switch v {
	case 0:
		return fmt.Sprintf("v%d.0.0-rc.1", major)
	case 1:
		return fmt.Sprintf("v%d.0.0", major)
	}
	return fmt.Sprintf("v%d.%d.0", major, v)
}

// A random choice of modules with a higher number: imports make no cycles, requirements may.
func choose(i int) []req {
	var reqs []req
	for j := i + 1; j < modules; j++ {
		if rnd.Intn(3) == 0 {
			reqs = append(reqs, req{j, rnd.Intn(versions)})
		}
	}
	return reqs
}

func gomod(name, goLine string, reqs []req) string {
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n", name)
	if goLine != "" {
		fmt.Fprintf(&b, "\ngo %s\n", goLine)
	}
	for _, r := range reqs {
		fmt.Fprintf(&b, "\nrequire %s %s\n", path(r.mod), version(r.mod, r.version))
	}
	return b.String()
}

// The source of a package that imports some packages of what its module requires.
func source(pkg string, reqs []req, std string) string {
	imports := map[string]bool{std: true}
	for _, r := range reqs {
		switch rnd.Intn(4) {
		case 0:
			imports[path(r.mod)] = true
		case 1:
			imports[path(r.mod)+"/sub"] = true
		}
	}
	var list []string
	for p := range imports {
		list = append(list, p)
	}
	sort.Strings(list)
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	for _, p := range list {
		fmt.Fprintf(&b, "import _ %q\n", p)
	}
	return b.String()
}

func files(m module, name string) map[string]string {
	return map[string]string{
		"go.mod":          gomod(name, m.goLine, m.reqs),
		"a.go":            source("a", m.reqs, "errors"),
		"a_test.go":       source("a", m.reqs, "testing"),
		"x_test.go":       source("a_test", m.reqs, "testing") + fmt.Sprintf("import _ %q\n", name),
		"sub/s.go":        source("sub", m.reqs, "errors"),
		"sub/s_test.go":   source("sub", m.reqs, "testing"),
		"testdata/x/x.go": "package x\n",
	}
}

func write(name string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o666); err != nil {
		log.Fatal(err)
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func publish(dir string, i, v int, m module) {
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	all := files(m, path(i))
	var names []string
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		f, err := w.Create(path(i) + "@" + version(i, v) + "/" + name)
		if err != nil {
			log.Fatal(err)
		}
		f.Write([]byte(all[name]))
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	at := filepath.Join(dir, escape(path(i)), "@v", version(i, v))
	write(at+".mod", []byte(all["go.mod"]))
	write(at+".zip", z.Bytes())
	write(at+".info", []byte(fmt.Sprintf(`{"Version": %q}`, version(i, v))))
}

func main() {
	seed := flag.Int64("seed", 1, "of the random choices")
	dir := flag.String("dir", "", "where to write")
	flag.Parse()
	rnd = rand.New(rand.NewSource(*seed))
	for i := 0; i < modules; i++ {
		var list string
		for v := 0; v < versions; v++ {
			m := module{lines[rnd.Intn(len(lines))], choose(i)}
			if i > 0 && rnd.Intn(6) == 0 { // a requirement that goes back
				m.reqs = append(m.reqs, req{rnd.Intn(i), rnd.Intn(versions)})
			}
			own := m
			own.reqs = nil
			for _, r := range m.reqs {
				if r.mod > i {
					own.reqs = append(own.reqs, r)
				}
			}
			publish(filepath.Join(*dir, "proxy"), i, v, module{m.goLine, own.reqs})
			list += version(i, v) + "\n"
		}
		write(filepath.Join(*dir, "proxy", escape(path(i)), "@v", "list"), []byte(list))
	}
	for _, name := range []string{"main", "second"} {
		m := module{lines[1+rnd.Intn(len(lines)-1)], choose(-1)}
		for file, data := range files(m, "example.com/"+name) {
			if file == "go.mod" && name == "main" {
				if rnd.Intn(2) == 0 {
					i := rnd.Intn(modules)
					data += fmt.Sprintf("\nexclude %s %s\n", path(i), version(i, rnd.Intn(versions-1)))
				}
				if rnd.Intn(2) == 0 {
					i := rnd.Intn(modules)
					data += fmt.Sprintf("\nreplace %s => %s %s\n", path(i), path(i), version(i, rnd.Intn(versions)))
				}
			}
			write(filepath.Join(*dir, name, file), []byte(data))
		}
	}
}
