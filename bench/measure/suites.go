package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gomm.dev/bench/stats"
)

// suite is a module's own tests, a line of suites.list.
type suite struct {
	module, version string
	args            []string // of go test: flags and packages
	programs        [variants][]testProgram
	built           [variants]time.Duration
	under           int             // the variant under which there was a problem
	compared                        // seconds of all programs one after the other
	longest         []time.Duration // of each program under stock
	repeated        int             // programs that failed and passed when tried again
	skipped         string          // why there is nothing to measure
	problem         string
}

// testProgram is a test program as go test would start it.
type testProgram struct {
	File string   `json:"file"`
	Dir  string   `json:"dir"`
	Args []string `json:"args"`
}

const (
	suiteTime   = 5 * time.Minute  // for one test program under stock
	suiteFactor = 10               // under gomm so many times what it took under stock,
	suiteLeast  = 15 * time.Second // and this
)

func (s *suite) name() string {
	return strings.TrimPrefix(s.module, "github.com/")
}

// parseSuites reads suites.list: module, version, arguments; comments behind a #.
func parseSuites(text string) ([]*suite, error) {
	var list []*suite
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) < 3 {
			return nil, fmt.Errorf("line %d: want module, version, arguments of go test", n+1)
		}
		list = append(list, &suite{module: f[0], version: f[1], args: f[2:]})
	}
	return list, nil
}

// suites measures whole test suites. Each is built twice, by go test -race and by gomm test, in copies of the module
// that the build cache has not seen, so that the module's packages are compiled anew and those of others are not.
// The test programs are kept and run one after the other, as go test would run them.
func suites(c config) bool {
	text, err := os.ReadFile(c.source + "/suites.list")
	check(err)
	all, err := parseSuites(string(text))
	if err != nil {
		fail("suites.list: %v", err)
	}
	only, err := regexp.Compile(c.only)
	check(err)
	var list []*suite
	for _, s := range all {
		if only.MatchString(s.module) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		fail("measure: no suite matches %q", c.only)
	}
	work, err := os.MkdirTemp(c.out, "suites.")
	check(err)
	defer removeAll(work)
	removeOnSignal(work)

	run := newSession(c)
	for i, s := range list {
		if time.Since(run.began) > c.limit/2 && i > 0 {
			s.skipped = "no time left to build it"
			continue
		}
		s.prepare(c, work)
	}
	run.rounds(func(turn int) {
		for i, s := range list {
			if turn == 0 && i > 0 && time.Since(run.began) > c.limit && s.skipped == "" {
				s.skipped = "no time left to run it"
				continue
			}
			progress("round %d of %d: %s", turn+1, c.rounds, s.name())
			s.round(c, run.gate)
		}
	})

	r := newReport(c, "suites")
	run.head(r, fmt.Sprintf("stock, gomm, gomm, stock (%d pairs)", 2*run.done),
		fmt.Sprintf("test programs one after the other; built for %.0f s; ", run.prepared.Seconds()))
	r.line("")
	failed := judgeSuites(r, list, run.gate)
	r.close()
	return r.fine(c, failed)
}

// prepare builds the suite for both tools; what cannot be had is left out, with the reason.
func (s *suite) prepare(c config, work string) {
	progress("building the tests of %s", s.module)
	o, err := job{dir: work, args: []string{"go", "mod", "download", "-json", s.module + "@" + s.version}, limit: 3 * time.Minute}.run()
	var module struct{ Dir string }
	if err == nil {
		err = json.Unmarshal([]byte(o.stdout), &module)
	}
	if err != nil {
		first, _, _ := strings.Cut(strings.ReplaceAll(err.Error(), "\n    ", " "), "\n")
		s.skipped = "cannot be downloaded: " + first
		return
	}
	// Once without a look at the clock if this may be the first time: what the module needs is compiled then.
	key := sha256.Sum256([]byte(fmt.Sprint(s.module, s.version, s.args, goVersion(c))))
	marker := fmt.Sprintf("%s/warm-%x", c.out, key[:8])
	turns := []int{stock, gomm}
	if _, err := os.Stat(marker); err != nil {
		turns = []int{stock, stock, gomm}
	}
	for _, v := range turns {
		if s.programs[v], s.built[v], err = s.build(c, work, module.Dir, v); err != nil {
			s.problem = fmt.Sprintf("%s: %v", variantNames[v], err)
			return
		}
	}
	if len(s.programs[stock]) == 0 || len(s.programs[stock]) != len(s.programs[gomm]) {
		s.problem = fmt.Sprintf("%d test programs of stock, %d of gomm", len(s.programs[stock]), len(s.programs[gomm]))
		return
	}
	s.longest = make([]time.Duration, len(s.programs[stock]))
	_ = os.WriteFile(marker, nil, 0o666)
}

// build copies the module and builds its tests. go test -exec hands each test program to us (keep).
func (s *suite) build(c config, work, source string, v int) ([]testProgram, time.Duration, error) {
	root, err := os.MkdirTemp(work, variantNames[v]+".")
	if err != nil {
		return nil, 0, err
	}
	// Some tests look for the module's name in the names of their files.
	dir, kept, temporary := filepath.Join(root, s.module), root+"/kept", root+"/tmp"
	for _, d := range []string{filepath.Dir(dir), kept, temporary} {
		if err := os.MkdirAll(d, 0o777); err != nil {
			return nil, 0, err
		}
	}
	if _, err := (job{args: []string{"cp", "-r", source, dir}, limit: time.Minute}).run(); err != nil {
		return nil, 0, err
	}
	if _, err := (job{args: []string{"chmod", "-R", "u+w", dir}, limit: time.Minute}).run(); err != nil {
		return nil, 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	args := []string{"go", "test", "-race"}
	if v == gomm {
		args = []string{c.gomm, "test"}
	}
	args = append(args, "-count=1", "-timeout="+suiteTime.String(), "-exec="+quoted(self)+" keep "+quoted(kept))
	o, err := job{
		dir:  dir,
		args: append(args, s.args...),
		// Test programs are linked into GOTMPDIR: in this file system, so that keeping one is a link.
		env:   []string{"GOFLAGS=-mod=mod", "GOTMPDIR=" + temporary},
		limit: 10 * time.Minute,
	}.run()
	if err != nil {
		return nil, 0, err
	}
	programs, err := keptPrograms(kept)
	for _, p := range programs {
		if err == nil {
			err = verify(p.File, v)
		}
	}
	return programs, o.wall, err
}

// quoted is a word of -exec.
func quoted(s string) string {
	if strings.ContainsAny(s, " \t") {
		return "'" + s + "'"
	}
	return s
}

// keep is what go test runs in place of a test program: it puts the program aside, with its arguments.
func keep(folder string, args []string) {
	dir, err := os.Getwd()
	check(err)
	key := sha256.Sum256([]byte(dir))
	base := fmt.Sprintf("%s/%x", folder, key[:8])
	if os.Link(args[0], base+".test") != nil {
		check(copyFile(args[0], base+".test"))
	}
	text, err := json.Marshal(testProgram{base + ".test", dir, args[1:]})
	check(err)
	check(os.WriteFile(base+".json", text, 0o666))
	os.Exit(0)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o777)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func keptPrograms(folder string) ([]testProgram, error) {
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil {
		return nil, err
	}
	var list []testProgram
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		var p testProgram
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Dir < list[j].Dir })
	return list, nil
}

// round adds a round to what was measured. A suite that fails is not run again.
func (s *suite) round(c config, g *gate) {
	if s.problem != "" || s.skipped != "" {
		return
	}
	v, err := s.compared.round(g, 2, []int{stock, gomm, gomm, stock}, func(v int) (float64, int64, error) {
		return s.once(c, v)
	})
	if err != nil {
		s.problem, s.under = fmt.Sprintf("%s: %v", variantNames[v], err), v
	}
}

// once runs all programs of the suite. One that fails may be a test that depends on the clock: it has a second try.
func (s *suite) once(c config, v int) (seconds float64, switches int64, err error) {
	for i, p := range s.programs[v] {
		limit := suiteTime
		if v == gomm {
			limit = (s.longest[i]*suiteFactor + suiteLeast).Round(time.Second)
		}
		j := job{dir: p.Dir, args: append([]string{p.File}, p.Args...), limit: limit, maxRSS: memoryMax, rt: c.rt}
		began := time.Now()
		o, err := j.run()
		if err != nil && time.Since(began) < limit {
			if o, err = j.run(); err == nil {
				s.repeated++
			}
		}
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", filepath.Base(p.Dir), err)
		}
		if v == stock && o.wall > s.longest[i] {
			s.longest[i] = o.wall
		}
		seconds += o.wall.Seconds()
		switches += o.switches
	}
	return seconds, switches, nil
}

func (s *suite) measured() bool {
	return s.problem == "" && len(s.pairs) > 0
}

// whole is how many times faster gomm is with the compile time.
func (s *suite) whole() float64 {
	return (s.built[stock].Seconds() + stats.Median(s.of[stock])) / (s.built[gomm].Seconds() + stats.Median(s.of[gomm]))
}

// What is asked of suites: see doc/performance.md.
const (
	suitesBar   = 1.3
	suitesLeast = 5
)

// judgeSuites prints the table and the bars; true if a suite failed.
func judgeSuites(r *report, list []*suite, g *gate) bool {
	r.line("%-36s %5s %19s %7s %13s %6s %7s  %-13s %17s %8s", "the tests of", "pro-", "run, seconds", "stock/", "interval", "A/A", "U test",
		"gomm is", "compile, seconds", "stock/")
	r.line("%-36s %5s %9s %9s %7s %13s %6s %7s  %-13s %8s %8s %8s", "", "grams", "stock", "gomm", "gomm", "of that", "", "p",
		"", "stock", "gomm", "gomm")
	r.line("%-36s %5s %9s %9s %7s %13s %6s %7s  %-13s %8s %8s %8s", "", "", "", "", "", "", "", "", "", "", "", "with it")
	r.line("")
	var pairs [][]float64
	var whole, controls []float64
	failed, slow := false, 0
	for _, s := range list {
		name := s.name() + " " + s.version
		if s.problem != "" || s.skipped != "" || !s.measured() {
			failed = failed || s.problem != ""
			if s.under == gomm {
				slow++ // stock was done
			}
			why, rest, _ := strings.Cut(s.problem+s.skipped, "\n")
			r.line("%-36s %s", name, why)
			if rest != "" {
				r.line("%s", rest)
			}
			continue
		}
		in := s.interval()
		if s.slower() {
			slow++
		}
		pairs, whole, controls = append(pairs, s.pairs), append(whole, s.whole()), append(controls, stats.Median(s.control))
		r.line("%-36s %5d %9.2f %9.2f %7.2f %13s %6.2f %7s  %-13s %8.1f %8.1f %8.2f", name, len(s.programs[stock]),
			stats.Median(s.of[stock]), stats.Median(s.of[gomm]), 1/stats.Median(s.pairs), fmt.Sprintf("%.2f to %.2f", 1/in.High, 1/in.Low),
			stats.Median(s.control), pValue(s.p()), s.verdict(), s.built[stock].Seconds(), s.built[gomm].Seconds(), s.whole())
		if s.repeated > 0 {
			r.line("  %d programs failed and passed when tried again", s.repeated)
		}
	}
	mean := 1 / stats.GeoMean(medians(pairs))
	if len(pairs) > 0 {
		in := stats.GeoMeanInterval(pairs, 0.95)
		r.line("")
		r.line("%-36s %5s %9s %9s %7.2f %13s %6.2f %7s  %-13s %8s %8s %8.2f", fmt.Sprintf("geometric mean of %d", len(pairs)), "", "", "", mean,
			fmt.Sprintf("%.2f to %.2f", 1/in.High, 1/in.Low), stats.GeoMean(controls), "", "", "", "", stats.GeoMean(whole))
	}
	r.line("")
	r.atLeast("suites measured", float64(len(pairs)), suitesLeast)
	r.atLeast("suites, times faster than stock, without compiling", mean, suitesBar)
	r.atMost("suites slower than stock, or not done", float64(slow), 0)
	r.line("")
	switch {
	case g.bad() != "":
		r.line("result: inconclusive, because of %s", g.bad())
	case len(pairs) == 0:
		r.line("result: inconclusive, because of no results")
	case outside(stats.GeoMean(controls), controlLimit):
		r.line("result: inconclusive, because of the A/A control: stock against itself gave %.2f", stats.GeoMean(controls))
	default:
		r.line("result: without compiling, %d suites run %s times as fast as under the stock runtime, and with it %s times", len(pairs),
			strconv.FormatFloat(mean, 'f', 2, 64), strconv.FormatFloat(stats.GeoMean(whole), 'f', 2, 64))
	}
	return failed
}

// removeOnSignal cleans up when the user stops us; the kernel ends the measured programs with us.
func removeOnSignal(dir string) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		removeAll(dir)
		os.Exit(130)
	}()
}

// removeAll also removes folders that a test made read-only.
func removeAll(dir string) {
	_ = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() && info.Mode()&0o700 != 0o700 {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(dir)
}
