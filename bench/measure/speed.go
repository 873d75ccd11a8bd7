package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"time"

	"gomm.dev/bench/stats"
)

// bench is a benchmark with what was measured of it.
type bench struct {
	item
	files    [variants]string
	dir      string // where its tests expect to run
	pattern  string
	compared // ns of an operation
	problem  string
}

// A/A controls further from 1 than this mean that the machine was not the same throughout.
const controlLimit = 1.05

// speed measures what speed.list names. A round is plain, stock, gomm, gomm, stock; rounds go
// over all benchmarks one after the other, so that a slow minute of the machine falls on all.
func speed(c config, benchtime string) bool {
	benches := prepare(c)
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, b := range benches {
			progress("round %d of %d: %s", turn+1, c.rounds, b.name())
			b.round(c, s.gate, benchtime)
		}
	})

	r := newReport(c, "speed")
	s.head(r, fmt.Sprintf("plain, stock, gomm, gomm, stock (%d pairs)", 2*s.done), "-test.benchtime="+benchtime+"; ")
	failed := judge(r, benches, s.gate, s.done)
	r.close()
	return r.fine(c, failed)
}

// prepare builds every program, three times, and finds out which benchmarks there are.
func prepare(c config) []*bench {
	text, err := os.ReadFile(c.source + "/speed.list")
	check(err)
	items, err := parseList(string(text))
	if err != nil {
		fail("speed.list: %v", err)
	}
	only, err := regexp.Compile(c.only)
	check(err)
	var benches []*bench
	type program struct {
		files [variants]string
		err   error
	}
	built := make(map[string]program)
	for _, it := range items {
		if !only.MatchString(it.name()) {
			continue
		}
		b := &bench{item: it, problem: "not in this Go"}
		benches = append(benches, b)
	search:
		for _, pkg := range it.packages {
			dir, err := goTool(c.source, "go", "list", "-f", "{{.Dir}}", pkg)
			if err != nil {
				continue
			}
			key := strings.NewReplacer("./", "", "/", "-").Replace(pkg) + strings.Join(it.flags, "")
			p, done := built[key]
			if !done {
				progress("building %s", pkg)
				p.files, p.err = buildTests(c, c.source, pkg, key+".test", it.flags)
				built[key] = p
			}
			if p.err != nil {
				b.problem = p.err.Error()
				break
			}
			for _, name := range it.benchmarks {
				top, _, _ := strings.Cut(name, "/")
				list, err := goTool(dir, p.files[plain], "-test.list", "^Benchmark"+top+"$")
				if err == nil && strings.Contains("\n"+list+"\n", "\nBenchmark"+top+"\n") {
					b.files, b.dir, b.pattern, b.problem = p.files, dir, pattern(name), ""
					break search
				}
			}
		}
	}
	if len(benches) == 0 {
		fail("measure: no benchmark matches %q", c.only)
	}
	return benches
}

// round adds one round to what was measured. A benchmark that fails once is not run again.
func (b *bench) round(c config, g *gate, benchtime string) {
	if b.problem != "" {
		return
	}
	v, err := b.compared.round(g, b.cpus, []int{plain, stock, gomm, gomm, stock}, func(v int) (float64, int64, error) {
		return b.once(c, v, benchtime)
	})
	if err != nil {
		b.problem = fmt.Sprintf("%s: %v", variantNames[v], err)
	}
}

func (b *bench) job(c config, v int, benchtime string, env []string) job {
	return job{
		dir: b.dir,
		args: []string{b.files[v], "-test.run=^$", "-test.bench=" + b.pattern,
			"-test.benchtime=" + benchtime, fmt.Sprintf("-test.cpu=%d", b.cpus)},
		env:    env,
		limit:  60 * time.Second,
		maxRSS: 4 << 30,
		rt:     c.rt,
	}
}

func (b *bench) once(c config, v int, benchtime string) (ns float64, switches int64, err error) {
	o, err := b.job(c, v, benchtime, nil).run()
	if err != nil {
		return 0, 0, err
	}
	ns, err = parseResult(o.stdout)
	if err != nil {
		err = errors.New(err.Error() + lastWords(o.stdout))
	}
	return ns, o.switches, err
}

// judge prints the table, the bars, and what may be concluded from it; true if a benchmark failed.
func judge(r *report, benches []*bench, g *gate, rounds int) bool {
	r.line("")
	r.line("%-40s %3s %9s %9s %9s %7s %7s %7s %13s %6s %7s  %s", "benchmark", "CPU",
		"plain", "stock", "gomm", "stock/", "gomm/", "gomm/", "interval", "A/A", "U test", "gomm is")
	r.line("%-40s %3s %9s %9s %9s %7s %7s %7s %13s %6s %7s  %s", "", "",
		"ns/op", "ns/op", "ns/op", "plain", "plain", "stock", "of that", "", "p", "")
	var group string
	for _, b := range benches {
		if b.group != group {
			group = b.group
			r.line("")
		}
		b.print(r)
	}

	var failed, absent int
	var controls [][]float64
	for _, b := range benches {
		switch {
		case b.problem == "not in this Go":
			absent++
		case b.problem != "":
			failed++
			r.line("")
			r.line("%s failed: %s", b.name(), b.problem)
		case len(b.pairs) > 0:
			controls = append(controls, b.control)
		}
	}

	r.line("")
	r.line("geometric means of the medians, with 95 %% intervals by bootstrap over the rounds")
	var conclusions []string
	for _, name := range append(groups(benches), "all") {
		if s := printMeans(r, benches, name); s != "" {
			conclusions = append(conclusions, s)
		}
	}

	r.line("")
	printBars(r, benches)

	r.line("")
	var reasons []string
	if why := g.bad(); why != "" {
		reasons = append(reasons, why)
	}
	if rounds < 3 {
		reasons = append(reasons, "fewer than three rounds")
	}
	if len(controls) == 0 {
		reasons = append(reasons, "no results")
	} else if off := medians(controls); outside(stats.GeoMean(off), controlLimit) {
		reasons = append(reasons, fmt.Sprintf("the A/A control: stock against itself gave %.2f", stats.GeoMean(off)))
	}
	if absent > 0 {
		r.line("not measured: %d, which this Go does not have", absent)
	}
	if len(reasons) > 0 {
		r.line("result: inconclusive, because of %s", strings.Join(reasons, "; "))
		return failed > 0
	}
	for _, s := range conclusions {
		r.line("result: %s", s)
	}
	return failed > 0
}

func (b *bench) print(r *report) {
	if !b.measured() {
		why, _, _ := strings.Cut(b.problem, "\n")
		if why == "" {
			why = "no round"
		}
		r.line("%-40s %3d %s", b.name(), b.cpus, why)
		return
	}
	var m [variants]float64
	for v := range m {
		m[v] = stats.Median(b.of[v])
	}
	in := b.interval()
	r.line("%-40s %3d %9s %9s %9s %7.2f %7.2f %7.2f %13s %6.2f %7s  %s", b.name(), b.cpus,
		number(m[plain]), number(m[stock]), number(m[gomm]), m[stock]/m[plain], m[gomm]/m[plain],
		stats.Median(b.pairs), fmt.Sprintf("%.2f to %.2f", in.Low, in.High),
		stats.Median(b.control), pValue(b.p()), b.verdict())
}

// What is asked of the library's benchmarks: see doc/performance.md.
const libraryBar = 2.0

// printBars holds against their bars: the library's benchmarks together and each, and those that have one of their own.
func printBars(r *report, benches []*bench) {
	for _, scope := range [][]string{{"std"}, {"std", "conc"}} {
		var pairs [][]float64
		slow, packages := 0, make(map[string]bool)
		for _, b := range benches {
			if b.measured() && contains(scope, b.group) {
				pairs = append(pairs, b.pairs)
				packages[b.packages[0]] = true
				if b.slower() {
					slow++
				}
			}
		}
		if len(pairs) == 0 {
			continue
		}
		what := fmt.Sprintf("%s: %d benchmarks of %d packages", strings.Join(scope, " and "), len(pairs), len(packages))
		r.atLeast(what+", times faster than stock", 1/stats.GeoMean(medians(pairs)), libraryBar)
		r.atMost(what+", slower than stock", float64(slow), 0)
	}
	for _, b := range benches {
		if b.bar == nil {
			continue
		}
		value := math.NaN()
		if b.measured() {
			value = stats.Median(b.of[gomm]) / stats.Median(b.of[b.bar.variant])
			if b.bar.variant == stock {
				value = stats.Median(b.pairs)
			}
		}
		r.atMost(fmt.Sprintf("%s, gomm / %s", b.name(), variantNames[b.bar.variant]), value, b.bar.factor)
	}
	var names []string
	for _, b := range benches {
		if b.measured() && b.slower() {
			names = append(names, fmt.Sprintf("%s %.2f", b.name(), stats.Median(b.pairs)))
		}
	}
	for i, name := range names {
		if i == 0 {
			r.line("")
			r.line("slower than stock, %d of %d benchmarks:", len(names), len(benches))
		}
		r.line("  %s", name)
	}
}

func (b *bench) measured() bool {
	return b.problem == "" && len(b.pairs) > 0
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// printMeans prints one line of means and returns the conclusion in words.
func printMeans(r *report, benches []*bench, group string) string {
	var pairs, controls [][]float64
	var stockBy, gommBy []float64
	for _, b := range benches {
		if !b.measured() || group != "all" && b.group != group {
			continue
		}
		pairs, controls = append(pairs, b.pairs), append(controls, b.control)
		p := stats.Median(b.of[plain])
		stockBy = append(stockBy, stats.Median(b.of[stock])/p)
		gommBy = append(gommBy, stats.Median(b.of[gomm])/p)
	}
	if len(pairs) == 0 {
		return ""
	}
	mean, in := stats.GeoMean(medians(pairs)), stats.GeoMeanInterval(pairs, 0.95)
	r.line("%-40s %3s %9s %9s %9s %7.2f %7.2f %7.2f %13s %6.2f", fmt.Sprintf("%s (%d benchmarks)", group, len(pairs)),
		"", "", "", "", stats.GeoMean(stockBy), stats.GeoMean(gommBy), mean,
		fmt.Sprintf("%.2f to %.2f", in.Low, in.High), stats.GeoMean(medians(controls)))
	how := "about the stock runtime's time"
	switch {
	case in.Low > 1:
		how = fmt.Sprintf("%.2f times the stock runtime's time (95 %%: %.2f to %.2f)", mean, in.Low, in.High)
	case in.High < 1:
		how = fmt.Sprintf("1/%.2f of the stock runtime's time (95 %%: 1/%.2f to 1/%.2f)", 1/mean, 1/in.Low, 1/in.High)
	}
	return fmt.Sprintf("%s: with gomm's runtime, %d benchmarks take %s and %.1f times that of plain programs",
		group, len(pairs), how, stats.GeoMean(gommBy))
}

func groups(benches []*bench) []string {
	var names []string
	seen := make(map[string]bool)
	for _, b := range benches {
		if !seen[b.group] {
			seen[b.group] = true
			names = append(names, b.group)
		}
	}
	return names
}

func medians(groups [][]float64) []float64 {
	var out []float64
	for _, g := range groups {
		out = append(out, stats.Median(g))
	}
	return out
}

// outside tells whether a ratio is further from 1 than the limit, either way.
func outside(ratio, limit float64) bool {
	return ratio > limit || ratio < 1/limit
}
