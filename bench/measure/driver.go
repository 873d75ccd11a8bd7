package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gomm.dev/bench/stats"
)

// command is a go command that gomm has too. OUT in its arguments becomes a file of the
// tool's own, as each links anew what the other has linked.
type command struct {
	what     string
	args     []string // after "go" or "gomm"; -race is put behind the first for go
	edit     bool     // the program's source changes before each run
	compared          // milliseconds; stock is the go command
	problem  string
}

func commands() []*command {
	return []*command{
		{what: "test: nothing to do, result cached", args: []string{"test", "./..."}},
		{what: "test -count=1: link and run", args: []string{"test", "-count=1", "./..."}},
		{what: "test -c: link", args: []string{"test", "-c", "-o", "OUT.test", "./p"}},
		{what: "build: nothing to do", args: []string{"build", "-o", "OUT", "."}},
		{what: "build after an edit: compile and link", args: []string{"build", "-o", "OUT-edited", "./edited"}, edit: true},
		{what: "run", args: []string{"run", "."}},
	}
}

// driver measures what it costs that gomm stands between the user and the go command. It reports
// differences, as what gomm adds does not grow with the work that go has to do.
func driver(c config) bool {
	only, err := regexp.Compile(c.only)
	check(err)
	dir := filepath.Join(c.out, "module")
	check(writeModule(dir))
	var list []*command
	for _, k := range commands() {
		if only.MatchString(k.what) {
			list = append(list, k)
			// Once each, so that whatever can be cached is.
			for _, v := range []int{stock, gomm} {
				progress("preparing: %s", k.what)
				if _, _, err := k.once(c, dir, v); err != nil {
					k.problem = err.Error()
				}
			}
		}
	}
	if len(list) == 0 {
		fail("measure: no command matches %q", c.only)
	}
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, k := range list {
			progress("round %d of %d: %s", turn+1, c.rounds, k.what)
			k.round(s.gate, c, dir)
		}
	})

	r := newReport(c, "driver")
	s.head(r, fmt.Sprintf("go, gomm, gomm, go (%d pairs)", 2*s.done), "")
	r.line("")
	r.line("%-42s %9s %9s %9s %18s %8s %7s", "command, on a small module", "go -race", "gomm", "gomm adds", "interval of that", "go - go", "U test")
	r.line("%-42s %9s %9s %9s %18s %8s %7s", "", "ms", "ms", "ms", "ms", "ms", "p")
	r.line("")
	failed := false
	for _, k := range list {
		if k.problem != "" {
			failed = true
			r.line("%-42s %s", k.what, k.problem)
			continue
		}
		extra, control := k.adds()
		in := stats.MedianInterval(extra, 0.95)
		r.line("%-42s %9.1f %9.1f %9.1f %18s %8.1f %7s", k.what, stats.Median(k.of[stock]), stats.Median(k.of[gomm]),
			stats.Median(extra), fmt.Sprintf("%.1f to %.1f", in.Low, in.High), stats.Median(control), pValue(k.p()))
	}
	r.line("")
	if why := s.bad(); why != "" {
		r.line("result: inconclusive, because of %s", why)
	} else {
		r.line("result: as shown; gomm's cost is real where its interval is beyond \"go - go\" and 0")
	}
	r.close()
	return !failed
}

func (k *command) round(g *gate, c config, dir string) {
	if k.problem != "" {
		return
	}
	_, err := k.compared.round(g, 2, []int{stock, gomm, gomm, stock}, func(v int) (float64, int64, error) {
		return k.once(c, dir, v)
	})
	if err != nil {
		k.problem = err.Error()
	}
}

// once runs the command with go (stock) or gomm and returns milliseconds.
func (k *command) once(c config, dir string, v int) (ms float64, switches int64, err error) {
	if k.edit {
		if err := writeProgram(dir); err != nil {
			return 0, 0, err
		}
	}
	args := []string{"go", k.args[0], "-race"}
	out := dir + "/out/go"
	if v == gomm {
		args = []string{c.gomm, k.args[0]}
		out = dir + "/out/gomm"
	}
	for _, a := range k.args[1:] {
		args = append(args, strings.Replace(a, "OUT", out, 1))
	}
	o, err := job{dir: dir, args: args, limit: 5 * time.Minute, rt: c.rt}.run()
	return o.wall.Seconds() * 1000, o.switches, err
}

// writeModule makes a module of a package with a test and two commands, one of which changes.
func writeModule(dir string) error {
	for _, folder := range []string{"p", "edited", "out"} {
		if err := os.MkdirAll(dir+"/"+folder, 0o777); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"go.mod":      "module example.com/m\n\ngo 1.19\n",
		"main.go":     programText(0),
		"p/p.go":      "package p\n\n// Double doubles.\nfunc Double(n int) int { return 2 * n }\n",
		"p/p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestDouble(t *testing.T) {\n\tif Double(2) != 4 {\n\t\tt.Error(\"Double(2)\")\n\t}\n}\n",
	} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return writeProgram(dir)
}

// writeProgram makes another program each time. The time is in it, so that the build cache of an
// earlier day does not know it.
func writeProgram(dir string) error {
	return os.WriteFile(dir+"/edited/main.go", []byte(programText(time.Now().UnixNano())), 0o666)
}

func programText(id int64) string {
	return fmt.Sprintf("package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/p\"\n)\n\nfunc main() { fmt.Println(p.Double(2), %d) }\n", id)
}
