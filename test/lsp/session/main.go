package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	gomm     = flag.String("gomm", "", "the tool")
	tmp      = flag.String("tmp", "", "a directory of our own")
	only     = flag.String("run", "", "the cases whose name contains this")
	typed    = flag.String("bench", "", "type into this file and measure, instead of the cases")
	verbose  = flag.Bool("v", false, "the server's log")
	rounds   = flag.Int("rounds", 21, "edits of -bench")
	debounce = flag.Int("debounce", 30, "the setting, for -bench")
	failed   = false
)

// A case's own state: where its files are, what was wrong.
type t struct {
	name, dir string
	problems  []string
}

func (t *t) errorf(format string, args ...any) {
	t.problems = append(t.problems, fmt.Sprintf(format, args...))
}

func (t *t) path(name string) string { return filepath.Join(t.dir, name) }

func (t *t) contains(what, text string, wants ...string) {
	for _, w := range wants {
		if !strings.Contains(text, w) {
			t.errorf("%s lacks %q:\n%s", what, w, text)
		}
	}
}

func (t *t) start(env ...string) *client { return start(*gomm, t.dir, env) }

// begin starts a server and initializes it in the simplest way.
func (t *t) begin() *client {
	c := t.start()
	c.initialize(t.dir, nil, nil)
	return c
}

func (t *t) end(c *client) {
	if status := c.end(); status != 0 {
		t.errorf("exit status %d", status)
	}
}

func show(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// find gives the diagnostic with a code in a line (from 0).
func find(p published, code string, line int) *diagnostic {
	for i, d := range p.Diagnostics {
		if d.Code == code && d.Range.Start.Line == line {
			return &p.Diagnostics[i]
		}
	}
	return nil
}

var module = map[string]string{
	"go.mod": "module example.org/m\n\ngo 1.19\n",
	"a.go": `package m

type User struct {
	ok   bool
	name string
	n    int32
}

var sink *User

func New(name string) *User {
	u := User{name: name}
	return &u
}

func Local() int {
	u := &User{name: "x"}
	return len(u.name)
}
`,
	"low/low.go": "package low\n\nfunc Keep(p *int) int { return *p }\n",
	"high/high.go": `package high

import "example.org/m/low"

func F() int {
	x := 1
	return low.Keep(&x)
}
`,
}

func caseLifecycle(t *t) {
	c := t.start()
	m := c.call("textDocument/hover", at(t.path("a.go"), 0, 0), nil)
	if m.Error == nil || m.Error.Code != -32002 {
		t.errorf("before initialize: %+v", m.Error)
	}
	m = c.initialize(t.dir, nil, nil)
	t.contains("capabilities", string(m.Result), `"positionEncoding":"utf-16"`, `"hoverProvider":true`, `"inlayHintProvider":true`,
		`"name":"gomm"`)
	if m := c.call("no/such", nil, nil); m.Error == nil || m.Error.Code != -32601 {
		t.errorf("unknown method: %+v", m.Error)
	}
	if m := c.call("initialize", object{}, nil); m.Error == nil {
		t.errorf("a second initialize was taken")
	}
	c.notify("$/no/such", object{})
	c.write(object{"jsonrpc": "2.0", "id": "text", "method": "textDocument/hover", "params": at("/no/such", 0, 0)})
	if m := c.answer(`"text"`); string(m.Result) != "null" {
		t.errorf("of an unknown document: %s", m.Result)
	}
	c.call("shutdown", nil, nil)
	if m := c.call("textDocument/hover", at(t.path("a.go"), 0, 0), nil); m.Error == nil || m.Error.Code != -32600 {
		t.errorf("after shutdown: %+v", m.Error)
	}
	c.notify("exit", nil)
	if status := c.finish(); status != 0 {
		t.errorf("exit status %d", status)
	}
	c = t.begin()
	c.notify("exit", nil)
	if status := c.finish(); status != 1 {
		t.errorf("exit without shutdown: status %d", status)
	}
	c = t.begin()
	c.in.Close()
	if status := c.finish(); status != 1 {
		t.errorf("closed input: status %d", status)
	}
}

func caseDiagnostics(t *t) {
	write(t.dir, module)
	c := t.begin()
	a := t.path("a.go")
	text := c.openFile(a)
	p, _ := c.diagnostics(a, 1)
	d := find(p, "ESC01", 11)
	if d == nil {
		t.errorf("no ESC01 in line 12: %s", show(p))
	} else {
		t.contains("ESC01", d.Message, "u moves to the heap", "32 B", "returned")
		if d.Severity != 4 || d.Range.Start.Character != 1 || d.Range.End.Character != 2 {
			t.errorf("ESC01: %s", show(d))
		}
		if len(d.RelatedInformation) == 0 || d.RelatedInformation[0].Location.Range.Start.Line != 12 {
			t.errorf("related: %s", show(d.RelatedInformation))
		}
	}
	// A type error while typing: an incremental change of three characters.
	c.change(a, 2, object{"range": span(17, 12, 17, 18), "text": "u.nam"})
	p, _ = c.diagnostics(a, 2)
	if d := find(p, "TYPE01", 17); d == nil {
		t.errorf("no type error: %s", show(p))
	} else {
		t.contains("type error", d.Message, "u.nam undefined")
		if d.Severity != 1 || d.Range.Start.Character != 14 || d.Range.End.Character != 17 {
			t.errorf("type error: %s", show(d))
		}
	}
	if find(p, "ESC01", 11) == nil {
		t.errorf("ESC01 is gone with an error elsewhere: %s", show(p))
	}
	// A syntax error; then all of it anew.
	c.change(a, 3, object{"text": text + "\nfunc (\n"})
	p, _ = c.diagnostics(a, 3)
	if len(p.Diagnostics) == 0 || p.Diagnostics[0].Code != "SYNTAX01" {
		t.errorf("no syntax error: %s", show(p))
	}
	c.change(a, 4, object{"text": strings.Replace(text, "return &u", "sink = nil; return nil", 1)})
	p, _ = c.diagnostics(a, 4)
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "TYPE01" {
		t.errorf("declared and not used: %s", show(p))
	}
	c.change(a, 5, object{"text": text})
	if p, _ = c.diagnostics(a, 5); find(p, "ESC01", 11) == nil || len(p.Diagnostics) != 1 {
		t.errorf("as before: %s", show(p))
	}
	c.forget()
	c.close(a)
	if p, ok := c.diagnostics(a, 0); !ok || len(p.Diagnostics) != 0 {
		t.errorf("closed: %s", show(p))
	}
	t.end(c)
}

func caseAssertions(t *t) {
	write(t.dir, map[string]string{"go.mod": module["go.mod"], "a.go": `package m

var sink any

//gomm:noescape
func F() *int {
	x := 1
	return &x
}

//gomm:noalloc
func G(s string) string {
	return s + "x"
}

//gomm:ignore ESC01 callers keep it
func H() *int {
	y := 1
	return &y
}
`})
	c := t.begin()
	c.openFile(t.path("a.go"))
	p, _ := c.diagnostics(t.path("a.go"), 1)
	if d := find(p, "ESC01", 17); d != nil {
		t.errorf("ignored: %s", show(p))
	}
	for code, line := range map[string]int{"ESC20": 6, "ESC21": 11} {
		if d := find(p, code, line); d == nil || d.Severity != 2 {
			t.errorf("no warning %s in line %d: %s", code, line+1, show(p))
		}
	}
	t.end(c)
}

func caseHover(t *t) {
	write(t.dir, module)
	c := t.begin()
	a := t.path("a.go")
	c.openFile(a)
	t.contains("a type", c.hover(a, 2, 6), "type", "32 bytes", "1 cache line", "(padding)", "name", "bytes of padding", "order")
	t.contains("a variable that escapes", c.hover(a, 11, 1), "local variable User", "ESC01", "a pointer to it is returned")
	t.contains("its use", c.hover(a, 12, 9), "ESC01")
	t.contains("a parameter", c.hover(a, 10, 10), "parameter string", "leaking param")
	t.contains("a pointer on the stack", c.hover(a, 16, 1), "*User", "stack")
	t.contains("a literal that stays", c.hover(a, 16, 6), "does not escape")
	t.contains("a field", c.hover(a, 17, 15), "field", "offset 8")
	if h := c.hover(a, 9, 0); h != "" {
		t.errorf("of an empty line: %s", h)
	}
	if h := c.hover(a, 9999, 9999); h != "" {
		t.errorf("beyond the end: %s", h)
	}
	t.end(c)
}

func hintAt(v []hint, line int, label string) bool {
	for _, h := range v {
		if h.Position.Line == line && h.Label == label {
			return true
		}
	}
	return false
}

func caseHints(t *t) {
	write(t.dir, module)
	c := t.begin()
	a := t.path("a.go")
	text := c.openFile(a)
	v := c.hints(a, 0, 100)
	for _, w := range []struct {
		line  int
		label string
	}{{2, "32 B, 11 of them padding"}, {3, "7 B padding"}, {5, "4 B padding"}, {11, "heap 32 B"}, {16, "stack"}} {
		if !hintAt(v, w.line, w.label) {
			t.errorf("no %q in line %d: %s", w.label, w.line+1, show(v))
		}
	}
	if v := c.hints(a, 16, 17); len(v) != 1 {
		t.errorf("in one line: %s", show(v))
	}
	c.notify("workspace/didChangeConfiguration", object{"settings": object{"gomm": object{
		"escapes": "off", "inlayHints": object{"stack": false, "padding": false}}}})
	c.change(a, 2, object{"text": text + "\n"})
	if v := c.hints(a, 0, 100); len(v) != 1 || v[0].Label != "heap 32 B" {
		t.errorf("heap only: %s", show(v))
	}
	if p, _ := c.diagnostics(a, 2); len(p.Diagnostics) != 0 {
		t.errorf("escapes are off: %s", show(p))
	}
	t.end(c)
}

// Columns are UTF-16 units, or bytes.
func caseEncodings(t *t) {
	text := "package m\n\nvar s = \"\U0001F600ä\"; var x int = \"\"\n"
	write(t.dir, map[string]string{"go.mod": module["go.mod"], "a.go": text})
	a := t.path("a.go")
	for _, w := range []struct {
		encodings []string
		name      string
		column    int
	}{{[]string{"utf-8", "utf-16"}, "utf-8", 30}, {[]string{"utf-16"}, "utf-16", 27}, {nil, "utf-16", 27}} {
		c := t.start()
		m := c.initialize(t.dir, object{"general": object{"positionEncodings": w.encodings}}, nil)
		t.contains("capabilities", string(m.Result), `"positionEncoding":"`+w.name+`"`)
		c.openFile(a)
		p, _ := c.diagnostics(a, 1)
		if d := find(p, "TYPE01", 2); d == nil || d.Range.Start.Character != w.column {
			t.errorf("%s: want column %d: %s", w.name, w.column, show(p))
		}
		// Behind both characters: the length of the literal's content in that encoding.
		n := 3
		if w.name == "utf-8" {
			n = 6
		}
		c.change(a, 2, object{"range": span(2, 9, 2, 9+n), "text": "ab"}, object{"range": span(2, 26, 2, 28), "text": "1"})
		if p, _ := c.diagnostics(a, 2); len(p.Diagnostics) != 0 {
			t.errorf("%s: after the change: %s", w.name, show(p))
		}
		t.end(c)
	}
}

// What is not saved counts in other packages, and so do files that only the editor has.
func caseUnsaved(t *t) {
	write(t.dir, module)
	c := t.begin()
	low, high := t.path("low/low.go"), t.path("high/high.go")
	c.openFile(high)
	if p, _ := c.diagnostics(high, 1); len(p.Diagnostics) != 0 {
		t.errorf("at first: %s", show(p))
	}
	c.openFile(low)
	c.diagnostics(low, 1)
	c.forget()
	c.change(low, 2, object{"text": "package low\n\nvar sink *int\n\nfunc Keep(p *int) int { sink = p; return *p }\n"})
	escapes := c.wait(func() bool {
		for _, e := range c.events {
			if strings.Contains(string(e.Params), "high.go") && strings.Contains(string(e.Params), "x moves to the heap") {
				return true
			}
		}
		return false
	})
	if !escapes {
		t.errorf("the importer's decision has not changed")
	}
	c.change(low, 3, object{"text": "package low\n\nfunc Keep(p *int) string { return undefined }\n"})
	if _, ok := c.event("textDocument/publishDiagnostics", "package example.org/m/low has errors"); !ok {
		t.errorf("no error at the import")
	}
	c.close(low)
	c.open(t.path("low/new.go"), "package low\n\nvar New = 1\n")
	c.change(high, 2, object{"text": "package high\n\nimport \"example.org/m/low\"\n\nvar _ = low.New\n"})
	if p, _ := c.diagnostics(high, 2); len(p.Diagnostics) != 0 {
		t.errorf("a file that is nowhere but here: %s", show(p))
	}
	t.end(c)
}

func caseTests(t *t) {
	write(t.dir, module)
	write(t.dir, map[string]string{
		"a_test.go": "package m\n\nimport \"testing\"\n\nfunc TestNew(t *testing.T) {\n\tu := New(\"x\")\n\tt.Log(u.nam)\n}\n",
		"x_test.go": "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.org/m\"\n)\n\nfunc TestX(t *testing.T) {\n\tm.Nothing()\n}\n",
	})
	c := t.begin()
	c.openFile(t.path("a_test.go"))
	p, _ := c.diagnostics(t.path("a_test.go"), 1)
	if find(p, "TYPE01", 6) == nil {
		t.errorf("in-package test: %s", show(p))
	}
	c.openFile(t.path("x_test.go"))
	if p, _ = c.diagnostics(t.path("x_test.go"), 1); find(p, "TYPE01", 9) == nil {
		t.errorf("external test: %s", show(p))
	}
	c.openFile(t.path("a.go"))
	if p, _ = c.diagnostics(t.path("a.go"), 1); len(p.Diagnostics) != 1 || find(p, "ESC01", 11) == nil {
		t.errorf("the package beside its tests: %s", show(p))
	}
	t.end(c)
}

// Modules that do not know of each other, a workspace, files outside of all, other platforms.
func casePlaces(t *t) {
	write(t.dir, map[string]string{
		"one/go.mod":         "module example.org/one\n\ngo 1.19\n",
		"one/one.go":         "package one\n\nfunc F() int { return \"\" }\n",
		"work/go.work":       "go 1.19\n\nuse (\n\t./a\n\t./b\n)\n",
		"work/a/go.mod":      "module example.org/a\n\ngo 1.19\n",
		"work/a/a.go":        "package a\n\nimport \"example.org/b\"\n\nvar X int = b.Y\n",
		"work/b/go.mod":      "module example.org/b\n\ngo 1.19\n",
		"work/b/b.go":        "package b\n\nvar Y = \"\"\n",
		"none/main.go":       "package main\n\nfunc main() {\n\tvar x int = \"\"\n\t_ = x\n}\n",
		"none/other.go":      "package main\n\nfunc main() {}\n",
		"one/x_windows.go":   "package one\n\nfunc W() { undefined() }\n",
		"empty/go.mod":       "module example.org/empty\n\ngo 1.19\n",
		"empty/y_windows.go": "package empty\n\nfunc W( {}\n",
		"bad/go.mod":         "modul example.org/bad\n",
		"bad/bad.go":         "package bad\n\nfunc F() {}\n",
	})
	c := t.begin()
	for _, w := range []struct {
		name, code string
		line       int
	}{
		{"one/one.go", "TYPE01", 2}, {"work/a/a.go", "TYPE01", 4}, {"none/main.go", "TYPE01", 3},
		{"one/x_windows.go", "LOAD01", 0}, {"empty/y_windows.go", "SYNTAX01", 2}, {"bad/bad.go", "LOAD01", 0},
	} {
		c.openFile(t.path(w.name))
		p, _ := c.diagnostics(t.path(w.name), 1)
		if find(p, w.code, w.line) == nil {
			t.errorf("%s: no %s in line %d: %s", w.name, w.code, w.line+1, show(p))
		}
	}
	c.openFile(t.path("none/other.go"))
	if p, _ := c.diagnostics(t.path("none/other.go"), 1); len(p.Diagnostics) != 0 {
		t.errorf("a program of its own: %s", show(p))
	}
	if goroot := os.Getenv("GOMM_TEST_GOROOT"); goroot != "" { // what documents the language is no package
		builtin := filepath.Join(goroot, "src/builtin/builtin.go")
		c.openFile(builtin)
		if p, _ := c.diagnostics(builtin, 1); len(p.Diagnostics) != 0 {
			t.errorf("builtin: %s", show(p))
		}
	}
	// Not a file, not Go.
	c.notify("textDocument/didOpen", object{"textDocument": object{"uri": "untitled:Untitled-1", "languageId": "go", "version": 1, "text": "package"}})
	c.open(t.path("gone/with space/ä.go"), "package x\n\nvar X int = \"\"\n")
	p, _ := c.diagnostics(t.path("gone/with space/ä.go"), 1)
	if find(p, "TYPE01", 2) == nil {
		t.errorf("a directory that is not there: %s", show(p))
	}
	t.end(c)
}

func caseNoGo(t *t) {
	write(t.dir, module)
	c := t.start("PATH=/nonexistent", "GOROOT=")
	c.initialize(t.dir, nil, nil)
	c.openFile(t.path("a.go"))
	if m, ok := c.event("window/showMessage", "no go command"); !ok {
		t.errorf("nothing is said: %s", show(m))
	}
	if m := c.call("textDocument/hover", at(t.path("a.go"), 2, 6), nil); m.Error != nil {
		t.errorf("hover: %+v", m.Error)
	}
	t.end(c)
}

const stored = `{"schema":"gomm/result","version":1,"status":1,"tool":{"version":"0"},"dir":DIR,"time_ns":9000000000000000000,"findings":[
{"code":"RACE01","severity":"warning","message":"write of ok by goroutine 7","file":DIRa.go,"line":4,"col":2,
 "fix":{"title":"use atomic.Bool","edits":[{"file":DIRa.go,"line":4,"col":7,"end_line":4,"end_col":11,"text":"int8"}]},
 "check":{"verdict":"verified","deltas":[{"name":"ns/op","before":20,"after":10,"p":0.001,"n":10}]}},
{"code":"SHARE1","severity":"warning","message":"name and n share a line","file":DIRa.go,"line":6,"col":2,
 "fix":{"title":"pad","edits":[{"file":DIRa.go,"line":6,"col":2,"end_line":6,"end_col":2,"text":"_ [56]byte; "}]},
 "check":{"verdict":"refuted"}},
{"code":"ESC01","severity":"note","message":"u moves to the heap","object":"u","file":DIRa.go,"line":12,"col":2,
 "costs":[{"subject":"BenchmarkNew","text":"BenchmarkNew 32 B/op"}],
 "fix":{"title":"new","diff":"--- a/a.go\n+++ b/a.go\n@@ -1,3 +1,4 @@\n package m\n \n+// New.\n type User struct {\n@@ -12,2 +13,1 @@\n-\tu := User{name: name}\n-\treturn &u\n+\treturn new(User)\n"},
 "check":{"verdict":"verified"}}]}`

func caseActions(t *t) {
	write(t.dir, module)
	dir, _ := json.Marshal(t.dir)
	text := strings.ReplaceAll(stored, "DIRa.go", strings.TrimSuffix(string(dir), `"`)+`/a.go"`)
	write(t.dir, map[string]string{"gomm.json": strings.ReplaceAll(text, "DIR", string(dir))})
	a := t.path("a.go")
	for _, versions := range []bool{false, true} {
		c := t.start()
		c.initialize(t.dir, object{"workspace": object{"workspaceEdit": object{"documentChanges": versions}}}, nil)
		src := c.openFile(a)
		p, _ := c.diagnostics(a, 1)
		if find(p, "RACE01", 3) == nil || find(p, "SHARE1", 5) == nil {
			t.errorf("stored findings: %s", show(p))
		}
		// A line more before it: they move along.
		c.change(a, 2, object{"range": span(1, 0, 1, 0), "text": "// a line\n"})
		if p, _ = c.diagnostics(a, 2); find(p, "RACE01", 4) == nil {
			t.errorf("moved: %s", show(p))
		}
		v := c.actions(a, span(4, 2, 4, 2))
		if len(v) != 2 || v[0].Edit == nil || v[1].Command == nil {
			t.errorf("actions: %s", show(v))
		} else {
			t.contains("title", v[0].Title, "use atomic.Bool (verified: ns/op 20 → 10)")
			edits := v[0].Edit.Changes[uriOf(a)]
			if versions {
				if len(v[0].Edit.DocumentChanges) != 1 || *v[0].Edit.DocumentChanges[0].TextDocument.Version != 2 {
					t.errorf("versioned: %s", show(v))
				} else {
					edits = v[0].Edit.DocumentChanges[0].Edits
				}
			}
			if len(edits) != 1 || edits[0].NewText != "int8" || edits[0].Range.Start != (position{4, 6}) || edits[0].Range.End != (position{4, 10}) {
				t.errorf("edit: %s", show(edits))
			}
			if v[1].Command.Command != "gomm.explain" || len(v[1].Command.Arguments) != 1 || v[1].Command.Arguments[0] != "RACE01" {
				t.errorf("explain: %s", show(v[1]))
			}
			m := c.call("workspace/executeCommand", object{"command": "gomm.explain", "arguments": []string{"RACE01"}}, nil)
			t.contains("explanation", string(m.Result), "RACE01", "Cure")
			if _, ok := c.event("window/showMessage", "RACE01"); !ok {
				t.errorf("the explanation is not shown")
			}
		}
		for _, x := range c.actions(a, span(6, 2, 6, 2)) {
			if x.Edit != nil {
				t.errorf("a fix that was refuted is offered: %s", show(x))
			}
		}
		if v := c.actions(a, span(12, 1, 12, 1)); len(v) == 0 || v[len(v)-1].Command.Arguments[0] != "ESC01" {
			t.errorf("actions of ESC01: %s", show(v))
		}
		// The line itself has changed.
		c.change(a, 3, object{"text": strings.Replace(src, "ok   bool", "ok   int8", 1)})
		if p, _ = c.diagnostics(a, 3); find(p, "RACE01", 3) != nil || find(p, "SHARE1", 5) == nil {
			t.errorf("a changed line: %s", show(p))
		}
		// A fix as a diff, and a cost, join what the analysis says.
		if d := find(p, "ESC01", 11); d == nil {
			t.errorf("no ESC01: %s", show(p))
		} else {
			t.contains("ESC01", d.Message, "a pointer to it is returned", "cost: BenchmarkNew 32 B/op", "fix: new, verified")
		}
		v = c.actions(a, span(11, 1, 11, 1))
		if len(v) != 2 || v[0].Edit == nil {
			t.errorf("actions of the diff: %s", show(v))
		} else if edits := v[0].Edit.Changes[uriOf(a)]; !versions && (len(edits) != 2 || edits[0].Range.Start != (position{2, 0}) ||
			edits[0].Range.End != (position{2, 0}) || edits[0].NewText != "// New.\n" ||
			edits[1].Range.Start != (position{11, 0}) || edits[1].Range.End != (position{13, 0}) || edits[1].NewText != "\treturn new(User)\n") {
			t.errorf("edits of the diff: %s", show(edits))
		}
		t.end(c)
	}
}

// Garbage, cut messages, huge ones: the server goes on as long as it can.
func caseGarbage(t *t) {
	write(t.dir, module)
	c := t.begin()
	c.raw("Content-Length: 5\r\n\r\n{nope")
	if m := c.answer("null"); m.Error == nil || m.Error.Code != -32700 {
		t.errorf("bad JSON: %+v", m.Error)
	}
	c.raw("Content-Type: x\r\n\r\nhello\r\n\r\n\r\n")
	c.raw("content-length:  24 \nX: y\n\n" + `{"jsonrpc":"2.0","id":9}`)
	c.raw("Content-Length: 2\r\n\r\n[]Content-Length: -3\r\n\r\nContent-Length: 99999999999999999999\r\n\r\n")
	c.write([]int{1})
	c.notify("textDocument/didOpen", []int{})
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": 3}, "contentChanges": "x"})
	c.openFile(t.path("a.go"))
	c.change(t.path("a.go"), 2, object{"range": span(999, 9, 9999, 9), "text": "\n// x\n"}, object{"range": span(3, 4, 2, 1), "text": "y"},
		object{"range": 5})
	c.notify("$/cancelRequest", object{"id": object{}})
	if _, ok := c.diagnostics(t.path("a.go"), 2); !ok {
		t.errorf("no diagnostics any more")
	}
	if m := c.call("textDocument/hover", object{"textDocument": 1}, nil); string(m.Result) != "null" {
		t.errorf("hover of nothing: %s %+v", m.Result, m.Error)
	}
	if m := c.call("textDocument/codeAction", object{"textDocument": object{"uri": uriOf(t.path("a.go"))}}, nil); string(m.Result) != "[]" {
		t.errorf("actions of no range: %s %+v", m.Result, m.Error)
	}
	t.end(c)
	c = t.begin()
	c.raw("Content-Length: 300000000\r\n\r\n")
	piece := strings.Repeat("x", 1000000)
	for i := 0; i < 300; i++ {
		c.raw(piece)
	}
	if c.rss() > 100000 {
		t.errorf("a large message is kept: %d KB", c.rss())
	}
	t.end(c)
	c = t.begin()
	c.raw("Content-Length: 100\r\n\r\n{\"jsonrpc\"")
	c.in.Close()
	if status := c.finish(); status != 1 {
		t.errorf("cut: status %d", status)
	}
}

func caseCancel(t *t) {
	write(t.dir, module)
	c := t.begin()
	a := t.path("a.go")
	text := c.openFile(a)
	id := c.send("textDocument/hover", at(a, 2, 6))
	c.notify("$/cancelRequest", object{"id": json.RawMessage(id)})
	if m := c.answer(id); m.Error == nil || m.Error.Code != -32800 {
		t.errorf("cancelled: %+v", m.Error)
	}
	id = c.send("textDocument/hover", at(a, 2, 6))
	c.change(a, 2, object{"text": text + "// x\n"})
	if m := c.answer(id); m.Error == nil || m.Error.Code != -32801 {
		t.errorf("outdated: %+v", m.Error)
	}
	t.contains("then", c.hover(a, 2, 6), "32 bytes")
	t.end(c)
}

func caseWatch(t *t) {
	write(t.dir, module)
	c := t.start()
	c.initialize(t.dir, object{
		"workspace": object{"didChangeWatchedFiles": object{"dynamicRegistration": true}, "inlayHint": object{"refreshSupport": true}},
		"window":    object{"workDoneProgress": true, "showDocument": object{"support": true}},
	}, nil)
	if m, ok := c.event("client/registerCapability", "go.mod"); !ok {
		t.errorf("nothing is watched: %s", show(m))
	}
	high := t.path("high/high.go")
	c.openFile(high)
	c.diagnostics(high, 1)
	c.forget()
	write(t.dir, map[string]string{"low/low.go": "package low\n\nfunc Other() {}\n"})
	c.notify("workspace/didChangeWatchedFiles", object{"changes": []object{{"uri": uriOf(t.path("low/low.go")), "type": 2}}})
	if _, ok := c.event("textDocument/publishDiagnostics", "undefined: low.Keep"); !ok {
		t.errorf("the change is not seen")
	}
	if _, ok := c.event("workspace/inlayHint/refresh", ""); !ok {
		t.errorf("hints are not refreshed")
	}
	m := c.call("workspace/executeCommand", object{"command": "gomm.explain", "arguments": []string{"ESC01"}}, nil)
	t.contains("explanation", string(m.Result), "ESC01")
	if e, ok := c.event("window/showDocument", "ESC01.md"); !ok {
		t.errorf("not shown: %s", show(e))
	}
	t.end(c)
}

// A worker that dies costs no more than what it was asked meanwhile.
func caseCrash(t *t) {
	write(t.dir, module)
	c := t.begin()
	a := t.path("a.go")
	text := c.openFile(a)
	for i := 2; i < 6; i++ {
		t.contains("hover", c.hover(a, 2, 6), "32 bytes")
		pids := children(c.cmd.Process.Pid)
		if len(pids) != 1 {
			t.errorf("%d workers", len(pids))
		}
		for _, pid := range pids {
			syscall.Kill(pid, []syscall.Signal{syscall.SIGKILL, syscall.SIGSEGV}[i%2])
		}
		if i%2 == 0 {
			c.change(a, i, object{"text": text})
			if p, ok := c.diagnostics(a, i); !ok || find(p, "ESC01", 11) == nil {
				t.errorf("no diagnostics any more")
			}
		} else {
			time.Sleep(50 * time.Millisecond) // for the server to notice; asked before, it answers with an error
		}
	}
	t.end(c)
}

// Nothing grows, no process stays.
func caseEdits(t *t) {
	const edits = 1000
	write(t.dir, module)
	c := t.start()
	c.initialize(t.dir, nil, object{"debounce": 0})
	a := t.path("a.go")
	c.openFile(a)
	c.diagnostics(a, 1)
	before := 0
	for i := 2; i < edits+2; i++ {
		if i%2 == 0 {
			c.change(a, i, object{"range": span(1, 0, 1, 0), "text": "// typed ä\n"})
		} else {
			c.change(a, i, object{"range": span(1, 0, 2, 0), "text": ""})
		}
		if i%20 == 0 { // others are typed over
			if _, ok := c.diagnostics(a, i); !ok {
				t.errorf("edit %d: no diagnostics", i)
				break
			}
			c.forget()
		}
		if i == 200 {
			before = c.rss()
		}
	}
	p, _ := c.diagnostics(a, edits+1)
	if find(p, "ESC01", 11) == nil {
		t.errorf("after all edits: %s", show(p))
	}
	after := c.rss()
	if after > before+1000 {
		t.errorf("memory grew from %d KB to %d KB", before, after)
	}
	if n := len(children(c.cmd.Process.Pid)); n > 1 {
		t.errorf("%d processes are left", n)
	}
	fmt.Fprintf(os.Stderr, "edits: %d KB after 200, %d KB after %d\n", before, after, edits)
	t.end(c)
}

func children(pid int) (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, d := range dirs {
		text, err := os.ReadFile(d)
		if i := strings.LastIndexByte(string(text), ')'); err == nil && i > 0 {
			var state string
			var parent int
			fmt.Sscanf(string(text[i+1:]), "%s %d", &state, &parent)
			if parent == pid {
				child, _ := strconv.Atoi(filepath.Base(filepath.Dir(d)))
				pids = append(pids, child)
			}
		}
	}
	return
}

var cases = []struct {
	name string
	run  func(*t)
}{
	{"lifecycle", caseLifecycle}, {"diagnostics", caseDiagnostics}, {"assertions", caseAssertions}, {"hover", caseHover},
	{"hints", caseHints}, {"encodings", caseEncodings}, {"unsaved", caseUnsaved}, {"tests", caseTests}, {"places", casePlaces},
	{"no-go", caseNoGo}, {"actions", caseActions}, {"garbage", caseGarbage}, {"cancel", caseCancel}, {"watch", caseWatch},
	{"crash", caseCrash}, {"edits", caseEdits},
}

func main() {
	flag.Parse()
	if *typed != "" {
		bench(*typed, *rounds)
		return
	}
	for _, c := range cases {
		if !strings.Contains(c.name, *only) {
			continue
		}
		t := &t{name: c.name, dir: filepath.Join(*tmp, c.name)}
		must(os.MkdirAll(t.dir, 0o777))
		began := time.Now()
		c.run(t)
		if len(t.problems) == 0 {
			fmt.Printf("ok %s\n", c.name)
		} else {
			failed = true
			fmt.Printf("not ok %s: %s\n", c.name, t.problems[0])
			for _, p := range t.problems[1:] {
				fmt.Printf("  %s\n", p)
			}
		}
		fmt.Fprintf(os.Stderr, "%s took %v\n", c.name, time.Since(began).Round(time.Millisecond))
	}
	if failed {
		os.Exit(1)
	}
}
