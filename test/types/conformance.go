// Command conformance runs Go's own tests of the type checker through eval_types and compares the errors with
// the wanted ones, which comments in the tests name:
//
//	conformance -eval build/test/types/eval_types -go /usr/local/go/bin/go -suite testdata
//
// Suites: testdata is GOROOT/src/internal/types/testdata, or, where that does not exist, GOROOT/src/go/types/testdata;
// test is GOROOT/test, or the directory that -dir gives.
//
// With -compiler it runs the Go compiler itself on each test that is one package, wanted errors or not, and compares all that
// it prints: file, line, column, text.
//
// For each directory it prints a line "ok …" or "not ok …" as test/run.sh reads them, with these figures: errors
// wanted; found at their line with their text; found at their line; errors that no comment wants.  What is wrong is
// listed before.  A directory is ok if all that is wrong in it is listed in the file that -known names, with a reason
// (see readKnown); the suite is ok if besides that enough of the wanted errors are found.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"go/build/constraint"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
)

var (
	evalFlag  = flag.String("eval", "", "eval_types")
	goFlag    = flag.String("go", "go", "go command")
	suiteFlag = flag.String("suite", "testdata", "testdata or test")
	dirFlag   = flag.String("dir", "", "of the suite")
	knownFlag = flag.String("known", "", "file of known misses")
	onlyFlag  = flag.String("only", "", "regular expression: groups to run")
	showFlag  = flag.Bool("v", false, "print each group's errors")
	gcFlag    = flag.Bool("compiler", false, "compare with what the compiler prints")
	mostFlag  = flag.Int("most", 0, "differences that are put up with, with -compiler")
	needFlag  = flag.Float64("need", 97, "percentage of wanted errors that must be found")
)

func fatal(args ...any) {
	fmt.Fprintln(os.Stderr, append([]any{"conformance:"}, args...)...)
	os.Exit(2)
}

// ---- what is run ----

// A want is an error that a comment asks for.
type want struct {
	file string
	line int
	col  int // 0: any
	text string
	ok   func(text string) bool
	hit  bool
	near string // an error at the line that has another text
}

type pkg struct {
	path  string
	files []string
}

// A group is one test: packages, the later of which import the earlier.
type group struct {
	name    string // relative to the suite
	dir     string // for the figures
	pkgs    []pkg
	version int
	flags   string
	wants   []*want
	accept  bool // no error is wanted
	rel     bool // positions count by line directives
	got     []found
	crash   string
}

type found struct {
	kind, file string
	line, col  int
	order      int
	text       string
}

var groups []*group

func goEnv(name string) string {
	out, err := exec.Command(*goFlag, "env", name).Output()
	if err != nil {
		fatal("go env:", err)
	}
	return strings.TrimSpace(string(out))
}

// minor is 21 of "go1.21.3".
func minor(version string) int {
	m := regexp.MustCompile(`^(?:go)?1\.(\d+)`).FindStringSubmatch(version)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// ---- testdata ----

// comments calls fn for each comment, with the position of the token before it, semicolons that were inserted aside, and
// that token's end.
func comments(src []byte, fn func(text string, prev, end token.Position)) {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	var prev, end token.Pos
	for {
		pos, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return
		case token.COMMENT:
			text := lit[2:]
			if lit[1] == '*' {
				text = strings.TrimSuffix(text, "*/")
			}
			if prev.IsValid() {
				fn(text, fset.PositionFor(prev, false), fset.PositionFor(end, false))
			}
		case token.ILLEGAL:
		case token.SEMICOLON:
			if lit == "\n" {
				continue
			}
			fallthrough
		default:
			prev = pos
			end = pos + token.Pos(len(lit))
			if !tok.IsLiteral() {
				end = pos + token.Pos(len(tok.String()))
			}
		}
	}
}

var (
	typesRx = regexp.MustCompile(`^ ERROR(x?) (.*)`)               // internal/types/testdata: a Go string
	oldRx   = regexp.MustCompile(`^ *ERROR *(HERE)? *"?([^"]*)"?`) // go/types/testdata of Go 1.19
)

func matcher(where, text string, regex bool) func(string) bool {
	if !regex {
		return func(got string) bool { return strings.Contains(got, text) }
	}
	rx, err := regexp.Compile(text)
	if err != nil {
		fmt.Printf("%s: bad regular expression %q\n", where, text)
		return func(string) bool { return false }
	}
	return rx.MatchString
}

func testdataWants(file string, src []byte, old bool) (list []*want) {
	comments(src, func(text string, prev, end token.Position) {
		if old {
			if m := oldRx.FindStringSubmatch(text); m != nil {
				at := prev
				if m[1] != "" {
					at = end
				}
				list = append(list, &want{file: file, line: at.Line, text: strings.TrimSpace(m[2]), ok: matcher(file, strings.TrimSpace(m[2]), true)})
			}
			return
		}
		if m := typesRx.FindStringSubmatch(text); m != nil {
			s, err := strconv.Unquote(strings.TrimSpace(m[2]))
			if err != nil {
				fatal(file, "bad comment:", text)
			}
			list = append(list, &want{file: file, line: prev.Line, col: prev.Column, text: s, ok: matcher(file, s, m[1] == "x")})
		}
	})
	return list
}

func testdata(root string) {
	dir, old := filepath.Join(root, "src/internal/types/testdata"), false
	if _, err := os.Stat(dir); err != nil {
		dir, old = filepath.Join(root, "src/go/types/testdata"), true
	}
	if *dirFlag != "" {
		dir = *dirFlag
	}
	for _, sub := range []string{"check", "examples", "fixedbugs", "spec"} {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil {
			fatal(err)
		}
		for _, e := range entries {
			g := &group{name: path.Join(sub, e.Name()), dir: sub, flags: "e"}
			files, name := []string{filepath.Join(dir, sub, e.Name())}, "p"
			if info, err := os.Stat(files[0]); err == nil && info.IsDir() {
				files, _ = filepath.Glob(filepath.Join(files[0], "*"))
			} else if strings.HasSuffix(e.Name(), ".go1") {
				continue // Go's own test skips it
			}
			for i, f := range files {
				src, err := os.ReadFile(f)
				if err != nil {
					fatal(err)
				}
				if i == 0 {
					firstLine(g, src)
					if m := nameRx.FindSubmatch(src); m != nil {
						name = string(m[1])
					}
				}
				if !*gcFlag {
					g.wants = append(g.wants, testdataWants(f, src, old)...)
				}
			}
			if old && g.version == 0 {
				g.version = 19
			}
			if *gcFlag {
				g.flags = strings.ReplaceAll(g.flags, "e", "") // one syntax error a line
			}
			g.pkgs = []pkg{{path: name, files: files}}
			groups = append(groups, g)
		}
	}
}

// firstLine takes the flags of a test's first line.
func firstLine(g *group, src []byte) {
	line, _, _ := strings.Cut(string(src), "\n")
	words := strings.Fields(strings.TrimPrefix(line, "//"))
	if !strings.HasPrefix(line, "//") || len(words) == 0 || !strings.HasPrefix(words[0], "-") {
		return
	}
	for _, w := range words {
		if v := strings.TrimPrefix(w, "-lang="); v != w {
			g.version = minor(v)
		}
		if w == "-fakeImportC" {
			g.flags += "c"
		}
	}
}

// ---- GOROOT/test ----

var (
	errorRx  = regexp.MustCompile(`// (?:GC_)?ERROR (.*)`)
	quotedRx = regexp.MustCompile(`"([^"]*)"`)
	lineRx   = regexp.MustCompile(`LINE(([+-])(\d+))?`)
	nameRx   = regexp.MustCompile(`(?m)^package ([\p{Lu}\p{Ll}\w]+)`)
)

func testWants(file string, src []byte) (list []*want) {
	for i, line := range strings.Split(string(src), "\n") {
		m := errorRx.FindStringSubmatch(line)
		if m == nil || strings.Contains(line, "////") {
			continue
		}
		for _, q := range quotedRx.FindAllStringSubmatch(m[1], -1) {
			text := lineRx.ReplaceAllStringFunc(q[1], func(s string) string {
				delta, _ := strconv.Atoi(strings.TrimPrefix(s, "LINE"))
				return fmt.Sprintf("%s:%d", filepath.Base(file), i+1+delta)
			})
			list = append(list, &want{file: file, line: i + 1, text: text, ok: matcher(file, text, true)})
		}
	}
	return list
}

// forThisBuild evaluates build constraints before the package clause, as for linux/amd64 with cgo.
func forThisBuild(src string) bool {
	for _, line := range strings.Split(src, "\n") {
		if strings.HasPrefix(line, "package ") {
			break
		}
		expr, err := constraint.Parse(line)
		if err == nil && !expr.Eval(func(tag string) bool {
			n := minor(tag)
			return tag == "linux" || tag == "amd64" || tag == "gc" || tag == "cgo" || tag == "unix" || tag == "test_run" ||
				strings.HasPrefix(tag, "go1.") && n <= minor(goVersion)
		}) {
			return false
		}
	}
	return true
}

var goVersion string

// What the compiler of this suite's Go version gets wrong by its own account (types2Failures of
// GOROOT/src/cmd/internal/testdir/testdir_test.go).
var expectedToFail = map[string]bool{
	"shift1.go": true, "fixedbugs/issue10700.go": true, "fixedbugs/issue18331.go": true, "fixedbugs/issue18419.go": true,
	"fixedbugs/issue20233.go": true, "fixedbugs/issue20245.go": true, "fixedbugs/issue31053.go": true,
}

func goTest(dir string) {
	dirs := []string{".", "ken", "chan", "interface", "syntax", "dwarf", "abi", "fixedbugs", "typeparam", "codegen", "internal/runtime/sys"}
	for _, sub := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, sub, "*.go"))
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				fatal(err)
			}
			name := path.Join(sub, filepath.Base(f))
			if !expectedToFail[name] {
				goTestFile(name, f, string(src))
			}
		}
	}
}

func goTestFile(name, file, src string) {
	action := ""
	for rest := src; action == "" && rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if !constraint.IsGoBuild(line) && !constraint.IsPlusBuild(line) {
			action = strings.TrimSpace(strings.TrimPrefix(line, "//"))
		}
	}
	words := strings.Fields(action)
	head, _, _ := strings.Cut(src, "\npackage")
	if len(words) == 0 || !forThisBuild(head) {
		return
	}
	g := &group{name: name, accept: true, rel: true, flags: "c"}
	single := false
	for i, w := range words {
		switch {
		case w == "-goexperiment", w == "-std", w == "-+":
			return // of another Go, or of the runtime
		case w == "-e=0":
			return // about where the compiler stops, which is not the checker's to say
		case w == "-complete":
			g.flags += "C"
		case w == "-s":
			single = true
		case strings.HasPrefix(w, "-lang="):
			g.version = minor(w[len("-lang="):])
		case w == "-0", i > 0 && strings.HasPrefix(w, "-m"):
			if words[0] == "errorcheck" || words[0] == "errorcheckdir" {
				words[0] = "compile" + strings.TrimPrefix(words[0], "errorcheck") // what is wanted is said after type checking
			}
		}
	}
	longdir := strings.TrimSuffix(file, ".go") + ".dir"
	switch words[0] {
	case "compile", "run", "build", "buildrun", "runoutput", "asmcheck":
		g.pkgs = []pkg{{path: "p", files: []string{file}}}
		if words[0] == "run" && len(words) > 1 && strings.HasSuffix(words[1], ".go") {
			return // of several files
		}
	case "errorcheck":
		g.accept = false
		g.wants = testWants(file, []byte(src))
		g.pkgs = []pkg{{path: "p", files: []string{file}}}
	case "compiledir", "rundir", "errorcheckdir", "builddir", "buildrundir":
		one := words[0] == "builddir" || words[0] == "buildrundir"
		g.pkgs = dirPackages(longdir, single, one)
		if words[0] == "errorcheckdir" {
			g.accept = false
			for _, p := range g.pkgs {
				for _, f := range p.files {
					s, _ := os.ReadFile(f)
					g.wants = append(g.wants, testWants(f, s)...)
				}
			}
		}
	default:
		return
	}
	if n := minor(goVersion); g.version == 0 && n < 26 {
		g.version = n // what the suite's own compiler takes for the newest
	}
	g.dir = "accepted: " + path.Dir(name)
	if !g.accept {
		g.dir = "errors: " + path.Dir(name)
	}
	groups = append(groups, g)
}

func dirPackages(dir string, single, one bool) (pkgs []pkg) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	at := map[string]int{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			fatal(err)
		}
		m := nameRx.FindSubmatch(src)
		if m == nil || !forThisBuild(string(src)) {
			continue
		}
		name := string(m[1])
		if one {
			name = "main"
		}
		i, seen := at[name]
		if single || !seen {
			i = len(pkgs)
			at[name] = i
			p := "test/" + strings.TrimSuffix(filepath.Base(f), ".go")
			if name == "main" {
				p = "main"
			}
			pkgs = append(pkgs, pkg{path: p})
		}
		pkgs[i].files = append(pkgs[i].files, f)
	}
	return pkgs
}

// ---- running ----

var importRx = regexp.MustCompile("(?m)^\\s*(?:import\\s+)?(?:[\\w.]+\\s+)?[\"`]([a-z][\\w/.-]*)[\"`]\\s*(?:;.*|//.*|/\\*.*)?$|import\\s*\\(?\\s*(?:[\\w.]+\\s+)?\"([a-z][\\w/.-]*)\"")

// dependencies are commands for the packages of std that the groups import, in order.
func dependencies() []string {
	std := map[string]bool{}
	out, err := exec.Command(*goFlag, "list", "std").Output()
	if err != nil {
		fatal("go list std:", err)
	}
	for _, p := range strings.Fields(string(out)) {
		std[p] = true
	}
	needed := map[string]bool{}
	for _, g := range groups {
		for _, p := range g.pkgs {
			for _, f := range p.files {
				src, _ := os.ReadFile(f)
				for _, m := range importRx.FindAllStringSubmatch(string(src), -1) {
					for _, p := range m[1:] {
						if std[p] && p != "unsafe" {
							needed[p] = true
						}
					}
				}
			}
		}
	}
	if len(needed) == 0 {
		return nil
	}
	// Files that use cgo are checked with a fake package C.
	const format = "{{if or .GoFiles .CgoFiles}}{{.ImportPath}}\t{{.Dir}}{{range .GoFiles}}\t{{.}}{{end}}{{range .CgoFiles}}\t{{.}}{{end}}{{end}}"
	args := []string{"list", "-deps", "-f", format}
	for p := range needed {
		args = append(args, p)
	}
	sort.Strings(args[4:])
	cmd := exec.Command(*goFlag, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=", "GOOS=linux", "GOARCH=amd64")
	cmd.Stderr = os.Stderr
	if out, err = cmd.Output(); err != nil {
		fatal("go list -deps:", err)
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		w := strings.Split(line, "\t")
		if w[0] == "unsafe" {
			continue
		}
		line = "dep\t" + w[0] + "\t0\tc"
		for _, f := range w[2:] {
			line += "\t" + filepath.Join(w[1], f)
		}
		lines = append(lines, line)
	}
	return lines
}

var unescape = strings.NewReplacer(`\n`, "\n", `\\`, `\`)

func run(builtins bool) {
	var in bytes.Buffer
	for _, line := range dependencies() {
		fmt.Fprintln(&in, line)
	}
	byName := map[string]*group{"dep": {name: "dep"}}
	for _, g := range groups {
		byName[g.name] = g
		fmt.Fprintf(&in, "group\t%s\n", g.name)
		for _, p := range g.pkgs {
			fmt.Fprintf(&in, "pkg\t%s\t%d\t-%s\t%s\n", p.path, g.version, g.flags, strings.Join(p.files, "\t"))
		}
		fmt.Fprintln(&in, "end")
	}
	args := []string{strconv.Itoa(minor(goVersion))}
	if builtins {
		args = append([]string{"-builtins"}, args...)
	}
	cmd := exec.Command(*evalFlag, args...)
	cmd.Stdin = &in
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fatal(err)
	}
	var g *group
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		w := strings.SplitN(lines.Text(), "\t", 11)
		switch {
		case w[0] == "group":
			g = byName[w[1]]
		case w[0] == "error" && len(w) == 11:
			f := found{kind: w[2], file: w[4], text: unescape.Replace(w[10])}
			f.order, _ = strconv.Atoi(w[3])
			f.line, _ = strconv.Atoi(w[5])
			f.col, _ = strconv.Atoi(w[6])
			if g.rel {
				f.file = w[7]
				f.line, _ = strconv.Atoi(w[8])
				f.col, _ = strconv.Atoi(w[9])
				// Go's own test cuts the directory off as well.
				f.text = strings.ReplaceAll(f.text, filepath.Dir(f.file)+"/", "")
			}
			g.got = append(g.got, f)
		case w[0] == "crash":
			g.crash = w[2]
		case w[0] == "done":
		default:
			fatal("not understood:", lines.Text())
		}
	}
	if err := cmd.Wait(); err != nil {
		fatal(*evalFlag, err)
	}
	for i, f := range byName["dep"].got {
		if i < 20 {
			fmt.Printf("%s:%d:%d: %s\n", f.file, f.line, f.col, f.text)
		}
	}
	if n := len(byName["dep"].got); n > 0 {
		fmt.Printf("not ok std: %d errors in packages that tests import\n", n)
	}
}

// ---- comparing ----

// What the compiler prints of a package (GOROOT/src/cmd/compile/internal/base/print.go, ErrorfAt): nothing of its types if
// there are syntax errors (not all that the parser says is called one); not the message that it said last, in the same line,
// once more.
func asCompiler(list []found) (out []found) {
	syntax := false
	for _, f := range list {
		syntax = syntax || strings.HasPrefix(f.text, "syntax error")
	}
	list = append([]found(nil), list...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].order < list[j].order })
	var last found
	said := map[string]bool{}
	for _, f := range list {
		if (!syntax || f.kind == "syntax") && (f.file != last.file || f.line != last.line || f.text != last.text) {
			last = f
			key := fmt.Sprint(f.file, ":", f.line, ":", f.col, ":", f.text)
			if !said[key] { // what is printed is sorted, and no line repeated
				said[key] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// compare marks the wants that are met and returns the errors that nothing wants.
func compare(g *group, several bool) (extra []found) {
	var left []found
	for _, f := range g.got {
		var best *want
		delta, any := 0, false
		for _, w := range g.wants {
			if w.line != f.line || path.Base(w.file) != path.Base(f.file) || !w.ok(f.text) {
				continue
			}
			any = true
			if w.hit && !several {
				continue
			}
			d := w.col - f.col
			if d < 0 {
				d = -d
			}
			if best == nil || d < delta {
				best, delta = w, d
			}
			if several {
				w.hit = true
			}
		}
		switch {
		case best != nil:
			best.hit = true
		case any && several:
		default:
			left = append(left, f)
		}
	}
	// Another text at a wanted line.
	for _, f := range left {
		used := false
		for _, w := range g.wants {
			if !w.hit && w.near == "" && w.line == f.line && path.Base(w.file) == path.Base(f.file) {
				w.near = f.text
				used = true
				break
			}
		}
		if !used {
			extra = append(extra, f)
		}
	}
	return extra
}

type figures struct{ groups, bad, wanted, found, line, extra, crashed, known int }

// readKnown reads the list of what is known to be wrong: lines "SUITE miss FILE:LINE reason" (a wanted error that is not
// found, or not with its text) and "SUITE extra FILE:LINE reason", FILE being relative to the suite.
func readKnown(suite string) map[string]bool {
	known := map[string]bool{}
	if *knownFlag == "" {
		return known
	}
	data, err := os.ReadFile(*knownFlag)
	if err != nil {
		fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		w := strings.Fields(line)
		if len(w) == 0 || strings.HasPrefix(w[0], "#") {
			continue
		}
		if len(w) < 4 || w[1] != "miss" && w[1] != "extra" {
			fatal(*knownFlag+": not understood:", line)
		}
		if w[0] == suite {
			known[w[1]+" "+w[2]] = true
		}
	}
	return known
}

func place(g *group, file string, line int) string {
	name := g.name
	if path.Base(file) != path.Base(name) {
		name = path.Join(strings.TrimSuffix(name, ".go"), path.Base(file))
	}
	return fmt.Sprintf("%s:%d", name, line)
}

func judge(suite string, several, textCounts bool) bool {
	known := readKnown(suite)
	met := map[string]bool{}
	total := map[string]*figures{}
	var order []string
	for _, g := range groups {
		t := total[g.dir]
		if t == nil {
			t = &figures{}
			total[g.dir] = t
			order = append(order, g.dir)
		}
		t.groups++
		wrong := func(kind, file string, line int, format string, args ...any) {
			at := place(g, file, line)
			if known[kind+" "+at] {
				met[kind+" "+at] = true
				t.known++
				return
			}
			t.bad++
			fmt.Printf("%-5s %s: %s\n", kind, at, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n      "))
		}
		if *showFlag {
			for _, f := range g.got {
				fmt.Printf("got   %s:%d: %s: %s\n", place(g, f.file, f.line), f.col, f.kind, f.text)
			}
		}
		if several {
			g.got = asCompiler(g.got)
		}
		for _, f := range compare(g, several) {
			t.extra++
			wrong("extra", f.file, f.line, "%d: %s", f.col, f.text)
		}
		for _, w := range g.wants {
			t.wanted++
			switch {
			case w.hit:
				t.found++
				t.line++
			case w.near != "":
				t.line++
				if textCounts {
					wrong("miss", w.file, w.line, "want %q\ngot  %q", w.text, w.near)
				}
			default:
				wrong("miss", w.file, w.line, "want %q", w.text)
			}
		}
		if g.crash != "" {
			t.crashed++
			t.bad++
			fmt.Printf("crash %s: %s\n", g.name, g.crash)
		}
	}
	good := true
	sum := figures{}
	for _, dir := range order {
		t := total[dir]
		pass := t.bad == 0
		good = good && pass
		fmt.Println(line(pass, suite+" "+dir, *t))
		sum.groups += t.groups
		sum.wanted += t.wanted
		sum.found += t.found
		sum.line += t.line
		sum.extra += t.extra
		sum.crashed += t.crashed
		sum.known += t.known
	}
	n := sum.line
	if textCounts {
		n = sum.found
	}
	enough := float64(100*n) >= *needFlag*float64(sum.wanted)
	fmt.Println(line(enough, suite+" in all", sum))
	good = good && enough
	for k := range known {
		if !met[k] && *onlyFlag == "" {
			good = false
			fmt.Printf("not ok %s known: %s is listed as wrong and is right\n", suite, k)
		}
	}
	return good
}

// ---- the compiler itself ----

// importcfg has the export data of what the groups import.
func importcfg(dir string) string {
	args := []string{"list", "-export", "-deps", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"}
	for _, line := range dependencies() {
		args = append(args, strings.Split(line, "\t")[1])
	}
	cmd := exec.Command(*goFlag, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		fatal("go list -export:", err)
	}
	name := filepath.Join(dir, "importcfg")
	if err := os.WriteFile(name, out, 0o666); err != nil {
		fatal(err)
	}
	return name
}

var printedRx = regexp.MustCompile(`^(.*?):(\d+)(?::(\d+))?: (.*)`)

// printed are the errors that the compiler prints of a group's package.
func printed(g *group, cfg, dir string) (list []found) {
	// The output is a file of our own: a failing compiler removes it.
	args := []string{"tool", "compile", "-e", "-p", g.pkgs[0].path, "-importcfg", cfg, "-o", filepath.Join(dir, "out.o")}
	if g.version > 0 {
		args = append(args, fmt.Sprintf("-lang=go1.%d", g.version))
	}
	if strings.Contains(g.flags, "C") {
		args = append(args, "-complete")
	}
	out, _ := exec.Command(*goFlag, append(args, g.pkgs[0].files...)...).CombinedOutput()
	for _, line := range strings.Split(strings.TrimRight(string(out), "\n"), "\n") {
		if strings.HasPrefix(line, "\t") && len(list) > 0 {
			list[len(list)-1].text += "\n" + line
		} else if m := printedRx.FindStringSubmatch(line); m != nil {
			f := found{file: m[1], text: m[4]}
			f.line, _ = strconv.Atoi(m[2])
			f.col, _ = strconv.Atoi(m[3])
			list = append(list, f)
		}
	}
	return list
}

var (
	backEndRx  = regexp.MustCompile(`^(stack frame too large|.*channel element type too large|type .* larger than address space)`)
	builtinsRx = regexp.MustCompile(`\b(assert|trace)\(`)
)

// againstCompiler compares each group's errors with the compiler's.
func againstCompiler(suite, root string) bool {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		fatal(err)
	}
	defer os.RemoveAll(dir)
	cfg := importcfg(dir)
	known := readKnown(suite + "-compiler")
	met := map[string]bool{}
	tests, lines, same, bad, crashes := 0, 0, 0, 0, 0
	for _, g := range groups {
		src, _ := os.ReadFile(g.pkgs[0].files[0])
		if len(g.pkgs) != 1 || g.accept || strings.Contains(string(src), "import \"C\"") || builtinsRx.Match(src) {
			continue
		}
		tests++
		count := map[string]int{}
		at := map[string]string{}
		key := func(f found) string {
			text := strings.ReplaceAll(f.text, filepath.Dir(g.pkgs[0].files[0])+"/", "")
			text = strings.ReplaceAll(text, root+"/", "$GOROOT/")
			if strings.HasPrefix(text, "could not import ") { // why is the go command's to say
				text, _, _ = strings.Cut(text, " (")
			}
			col := f.col
			if col >= 255 { // the compiler's positions end there, and no column is printed
				col = 0
			}
			k := fmt.Sprintf("%s:%d:%d: %s", filepath.Base(f.file), f.line, col, text)
			at[k] = place(g, f.file, f.line)
			return k
		}
		for _, f := range printed(g, cfg, dir) {
			if !backEndRx.MatchString(f.text) {
				lines++
				count[key(f)]++
			}
		}
		for _, f := range asCompiler(g.got) {
			k := key(f)
			if count[k]--; count[k] >= 0 {
				same++
			}
		}
		var keys []string
		for k := range count {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			kind := "miss"
			if count[k] < 0 {
				kind = "extra"
			}
			if count[k] != 0 && known[kind+" "+at[k]] {
				met[kind+" "+at[k]] = true
			} else if count[k] != 0 {
				bad++
				fmt.Printf("%-5s %s: %s\n", kind, g.name, strings.ReplaceAll(k, "\n", "\n      "))
			}
		}
		if g.crash != "" {
			crashes++
			fmt.Printf("crash %s: %s\n", g.name, g.crash)
		}
	}
	result := "ok"
	if bad > *mostFlag || crashes > 0 || lines == 0 {
		result = "not ok"
	}
	fmt.Printf("%s %s as the compiler: %d tests, %d of %d errors the same to the column (%s), %d differences, %d crashes, known places %d\n", result, suite, tests,
		same, lines, percent(same, lines), bad, crashes, len(met))
	for k := range known {
		if !met[k] && *onlyFlag == "" {
			bad++
			fmt.Printf("not ok %s known: %s is listed as wrong and is right\n", suite, k)
		}
	}
	return result == "ok" && bad <= *mostFlag
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(of))
}

func line(pass bool, name string, t figures) string {
	s := fmt.Sprintf("%s: %d tests, wanted %d, found %d (%s), at their line %d (%s), extra %d", name, t.groups, t.wanted, t.found,
		percent(t.found, t.wanted), t.line, percent(t.line, t.wanted), t.extra)
	if t.crashed > 0 {
		s += fmt.Sprintf(", crashes %d", t.crashed)
	}
	if t.known > 0 {
		s += fmt.Sprintf(", known %d", t.known)
	}
	if pass {
		return "ok " + s
	}
	return "not ok " + s
}

func main() {
	flag.Parse()
	if runtime.GOOS != "linux" {
		fatal("linux only")
	}
	root := goEnv("GOROOT")
	goVersion = goEnv("GOVERSION")
	old := false
	suite := fmt.Sprintf("go1.%d-%s", minor(goVersion), *suiteFlag)
	switch *suiteFlag {
	case "testdata":
		_, err := os.Stat(filepath.Join(root, "src/internal/types/testdata"))
		old = err != nil
		testdata(root)
	case "test":
		dir := *dirFlag
		if dir == "" {
			dir = filepath.Join(root, "test")
		}
		goTest(dir)
	default:
		fatal("no suite", *suiteFlag)
	}
	if *onlyFlag != "" {
		rx := regexp.MustCompile(*onlyFlag)
		var some []*group
		for _, g := range groups {
			if rx.MatchString(g.name) {
				some = append(some, g)
			}
		}
		groups = some
	}
	if len(groups) == 0 {
		fatal("no tests")
	}
	run(*suiteFlag == "testdata" && !*gcFlag)
	if *gcFlag {
		if !againstCompiler(suite, root) {
			os.Exit(1)
		}
		return
	}
	// The words of Go 1.19's go/types are others than the compiler's: there the line counts.
	if !judge(suite, *suiteFlag == "test", !old && !(*suiteFlag == "test" && minor(goVersion) < 26)) {
		os.Exit(1)
	}
}
