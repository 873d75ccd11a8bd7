// Ref makes what the compiler says of types comparable with what gomm says.
//
//	ref gen LIST DIR COMPARE GOROOT
//	                            an overlay for go build -overlay=DIR/overlay.json, which adds to each package of
//	                            LIST a file that lists its types, and to GOROOT/src a program gommlayout that
//	                            compares them (COMPARE is ../compare/compare.go)
//	ref dwarf LIST BINARY       compares LIST with the debugging information of a program
//
// LIST is what `gomm layout -json -all -packages` printed.  Go 1.19 suffices.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type field struct {
	Name   string
	Offset int64
	Size   int64
}

type entry struct {
	Package string
	Type    string
	File    string
	Size    int64
	Fields  []field
}

func fail(args ...any) {
	fmt.Println(args...)
	os.Exit(2)
}

func read(name string) []entry {
	text, err := os.ReadFile(name)
	if err != nil {
		fail(err)
	}
	var doc struct{ Types []entry }
	if err := json.Unmarshal(text, &doc); err != nil {
		fail(err)
	}
	return doc.Types
}

func write(name string, text string) {
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		fail(err)
	}
}

// A package of ours in GOROOT/src that collects the lists of others: internal ones can be imported from below
// their parent only, so that each parent has a collector, which the collector further up imports.
type collector struct {
	imports []string
}

// The directory below GOROOT/src from which p can be imported, "" if that is anywhere.
func parent(p string) string {
	if i := strings.LastIndex("/"+p, "/internal/"); i >= 0 {
		return strings.TrimSuffix(p[:i], "/")
	}
	if i := strings.LastIndex("/"+p, "/internal"); i >= 0 && i+len("/internal") == len(p)+1 {
		return strings.TrimSuffix(p[:i], "/")
	}
	return ""
}

// The package below a directory of GOROOT/src that imports p, and one of its files.
func host(src, below, p string) (path, file string) {
	filepath.Walk(filepath.Join(src, below), func(name string, info os.FileInfo, err error) error {
		if err != nil || path != "" || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return nil
		}
		for _, i := range f.Imports {
			if i.Path.Value == `"`+p+`"` {
				rel, _ := filepath.Rel(src, filepath.Dir(name))
				path, file = filepath.ToSlash(rel), name
			}
		}
		return nil
	})
	if path == "" {
		fail("nothing imports", p)
	}
	return path, file
}

func gen(list []entry, dir, compare, goroot string) {
	overlay := map[string]string{}
	byPackage := map[string][]entry{}
	var packages []string
	for _, e := range list {
		if byPackage[e.Package] == nil {
			packages = append(packages, e.Package)
		}
		byPackage[e.Package] = append(byPackage[e.Package], e)
	}
	sort.Strings(packages)
	collectors := map[string]*collector{}
	guests := map[string][]string{}
	files := map[string]string{} // one of each package's
	for _, p := range packages {
		files[p] = byPackage[p][0].File
	}
	var collect func(p string)
	collect = func(p string) {
		at := parent(p)
		if strings.HasPrefix(at, "vendor/") {
			// The go command takes no new package there.
			h, file := host(filepath.Join(goroot, "src"), at, strings.TrimPrefix(p, "vendor/"))
			guests[h] = append(guests[h], p)
			if files[h] == "" {
				files[h] = file
				packages = append(packages, h)
				collect(h)
			}
			return
		}
		c := collectors[at]
		if c == nil {
			c = &collector{}
			collectors[at] = c
			if at != "" {
				collect(at + "/gommlayout")
			}
		}
		c.imports = append(c.imports, p)
	}
	for _, p := range packages {
		collect(p)
	}
	for i, p := range packages {
		f, err := parser.ParseFile(token.NewFileSet(), files[p], nil, parser.PackageClauseOnly)
		if err != nil {
			fail(err)
		}
		var b strings.Builder
		fmt.Fprintf(&b, "package %s\n\n", f.Name.Name)
		for j, g := range guests[p] {
			fmt.Fprintf(&b, "import gommlayout%d %q\n\n", j, strings.TrimPrefix(g, "vendor/"))
			fmt.Fprintf(&b, "func init() {\n\tGommLayoutTypes = append(GommLayoutTypes, gommlayout%d.GommLayoutTypes...)\n}\n\n", j)
		}
		b.WriteString("var GommLayoutTypes = []interface{}{\n")
		for _, e := range byPackage[p] {
			fmt.Fprintf(&b, "\t(*%s)(nil),\n", e.Type)
		}
		b.WriteString("}\n")
		mine := filepath.Join(dir, fmt.Sprintf("p%d.go", i))
		write(mine, b.String())
		overlay[filepath.Join(filepath.Dir(files[p]), "zz_gomm_layout.go")] = mine
	}
	n := 0
	for at, c := range collectors {
		var imports, all strings.Builder
		for i, p := range c.imports {
			fmt.Fprintf(&imports, "\tp%d %q\n", i, strings.TrimPrefix(p, "vendor/"))
			fmt.Fprintf(&all, "\tGommLayoutTypes = append(GommLayoutTypes, p%d.GommLayoutTypes...)\n", i)
		}
		text := "package gommlayout\n"
		if at == "" {
			text = "package main\n"
		}
		text += fmt.Sprintf("\nimport (\n%s)\n\nvar GommLayoutTypes []interface{}\n\nfunc init() {\n%s}\n",
			imports.String(), all.String())
		if at == "" {
			text += "\nfunc main() {\n\tcompare(GommLayoutTypes)\n}\n"
		}
		mine := filepath.Join(dir, fmt.Sprintf("c%d.go", n))
		n++
		write(mine, text)
		overlay[filepath.Join(goroot, "src", at, "gommlayout", "main.go")] = mine
	}
	overlay[filepath.Join(goroot, "src", "gommlayout", "compare.go")] = compare
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		fail(err)
	}
	write(filepath.Join(dir, "overlay.json"), string(text))
}

// As the linker spells packages: cmd/internal/objabi.PathToPrefix.
func prefix(path string) string {
	slash := strings.LastIndexByte(path, '/')
	return path[:slash+1] + strings.ReplaceAll(path[slash+1:], ".", "%2e")
}

func compareDwarf(list []entry, binary string) {
	f, err := elf.Open(binary)
	if err != nil {
		fail(err)
	}
	d, err := f.DWARF()
	if err != nil {
		fail(err)
	}
	byName := map[string]*entry{}
	for i := range list {
		e := &list[i]
		byName[prefix(e.Package)+"."+e.Type] = e
		byName[e.Package+"."+e.Type] = e
	}
	types, fields, wrong := 0, 0, 0
	complain := func(format string, args ...any) {
		if wrong++; wrong <= 50 {
			fmt.Printf("  "+format+"\n", args...)
		}
	}
	for r := d.Reader(); ; {
		at, err := r.Next()
		if err != nil {
			fail(err)
		}
		if at == nil {
			break
		}
		if at.Tag != dwarf.TagStructType {
			continue
		}
		name, _ := at.Val(dwarf.AttrName).(string)
		e := byName[name]
		if e == nil {
			continue
		}
		t, err := d.Type(at.Offset)
		if err != nil {
			fail(err)
		}
		s := t.(*dwarf.StructType)
		types++
		if s.ByteSize != e.Size {
			complain("%s: %d bytes, gomm says %d", name, s.ByteSize, e.Size)
		}
		if len(s.Field) != len(e.Fields) {
			complain("%s: %d fields, gomm has %d", name, len(s.Field), len(e.Fields))
			continue
		}
		for i, g := range s.Field {
			fields++
			h := e.Fields[i]
			if g.Name != h.Name || g.ByteOffset != h.Offset || g.Type.Size() != h.Size {
				complain("%s.%s: offset %d, size %d, gomm says %s, %d, %d", name, g.Name, g.ByteOffset,
					g.Type.Size(), h.Name, h.Offset, h.Size)
			}
		}
	}
	fmt.Printf("%d struct types and %d fields in DWARF, %d differences\n", types, fields, wrong)
	if wrong > 0 || types == 0 {
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) == 6 && os.Args[1] == "gen" {
		gen(read(os.Args[2]), os.Args[3], os.Args[4], os.Args[5])
	} else if len(os.Args) == 4 && os.Args[1] == "dwarf" {
		compareDwarf(read(os.Args[2]), os.Args[3])
	} else {
		fail("usage: ref gen LIST DIR COMPARE GOROOT | ref dwarf LIST BINARY")
	}
}
