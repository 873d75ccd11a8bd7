package main

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gomm.dev/bench/stats"
)

// curve is how long one operation takes at each size.
type curve struct {
	name string
	ns   [variants]map[int][]float64
}

// series is one thing that grows.
type series struct {
	mode, what string
	sizes      []int
	curves     []*curve
	problem    []string
}

const growthTime = 2 * time.Minute

// growth measures operations in programs that are larger and larger: bench/growth.
func growth(c config, goroutines, heap int) bool {
	only, err := regexp.Compile(c.only)
	check(err)
	heap, cut := affordable(heap)
	var list []*series
	for _, s := range []*series{
		{mode: "goroutines", what: "live goroutines", sizes: sizes([]int{10, 100, 1000, 10000, 100000}, goroutines)},
		{mode: "heap", what: "MB of touched heap", sizes: sizes([]int{1, 16, 256, 1024, 4096}, heap)},
	} {
		if only.MatchString(s.mode) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		fail("measure: nothing that grows matches %q; there are goroutines and heap", c.only)
	}
	progress("building")
	program, err := buildMain(c, c.source, "./growth", "growth")
	check(err)
	run := newSession(c)
	run.rounds(func(turn int) {
		for _, s := range list {
			for _, size := range s.sizes {
				progress("round %d of %d: %d %s", turn+1, c.rounds, size, s.what)
				s.round(c, run.gate, program, size, turn)
			}
		}
	})

	r := newReport(c, "growth")
	run.head(r, "plain, stock, gomm at each size", fmt.Sprintf("a program is stopped after %v or at %d MB; ", growthTime, growthMax(1<<40)>>20))
	if cut {
		r.line("note      not more than %d MB of heap: the stock runtime would need more than this machine has free", heap)
	}
	failed := false
	for _, s := range list {
		r.line("")
		s.print(r)
		failed = failed || len(s.problem) > 0
		check(os.WriteFile(fmt.Sprintf("%s/race_growth_%s.svg", c.out, s.mode), s.svg(), 0o666))
	}
	r.line("")
	for _, s := range list {
		s.bars(r)
	}
	r.line("")
	if why := run.bad(); why != "" {
		r.line("result: inconclusive, because of %s", why)
	} else {
		r.line("result: as shown; the curves are in race_growth_*.svg beside this file")
	}
	r.close()
	return r.fine(c, failed)
}

// sizes are those up to the most, and the most.
func sizes(all []int, most int) []int {
	var out []int
	for _, n := range all {
		if n < most {
			out = append(out, n)
		}
	}
	return append(out, most)
}

// affordable cuts a heap to what the machine can hold under the stock runtime, three times as much and some.
func affordable(mb int) (int, bool) {
	free := int(availableMemory() >> 20)
	if free <= 0 || mb <= free/4 {
		return mb, false
	}
	if free < 8 {
		return 1, true // the program will say what is wrong
	}
	return free / 4, true
}

func availableMemory() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "MemAvailable:" {
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// growthMax leaves a tenth of the machine to others.
func growthMax(want int64) int64 {
	if free := availableMemory() / 10 * 9; free > 0 && free < want {
		return free
	}
	return want
}

// round starts with another variant each time, so that none has always the same neighbour.
func (s *series) round(c config, g *gate, program [variants]string, size, turn int) {
	var results [variants]map[string]float64
	var names []string
	_ = g.undisturbed(2, func() (switches int64, _ error) {
		results = [variants]map[string]float64{}
		for i := 0; i < variants; i++ {
			v := (i + turn) % variants
			o, err := job{args: []string{program[v], s.mode, fmt.Sprint(size)}, limit: growthTime, maxRSS: growthMax(1 << 40), rt: c.rt}.run()
			if err == nil {
				results[v], names, err = parseGrowth(o.stdout)
			}
			if err != nil {
				s.problem = append(s.problem, fmt.Sprintf("%s, %d %s: %v", variantNames[v], size, s.what, err))
			}
			switches += o.switches
		}
		return switches, nil
	})
	for _, name := range names {
		k := s.curve(name)
		for v := range results {
			if ns, ok := results[v][name]; ok {
				k.ns[v][size] = append(k.ns[v][size], ns)
			}
		}
	}
}

func (s *series) curve(name string) *curve {
	for _, k := range s.curves {
		if k.name == name {
			return k
		}
	}
	k := &curve{name: name}
	for v := range k.ns {
		k.ns[v] = make(map[int][]float64)
	}
	s.curves = append(s.curves, k)
	return k
}

// parseGrowth reads lines "NS OPERATION".
func parseGrowth(text string) (map[string]float64, []string, error) {
	values := make(map[string]float64)
	var names []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		number, name, _ := strings.Cut(line, " ")
		ns, err := strconv.ParseFloat(number, 64)
		if err != nil || name == "" || ns <= 0 {
			return nil, nil, fmt.Errorf("no result in %q", line)
		}
		values[name] = ns
		names = append(names, name)
	}
	return values, names, nil
}

func (k *curve) at(v, size int) float64 {
	return stats.Median(k.ns[v][size])
}

// growth is the worst time at any size by that at the smallest; NaN if one is missing.
func (k *curve) growth(v int, sizes []int) float64 {
	worst := 0.0
	for _, n := range sizes {
		worst = math.Max(worst, k.at(v, n))
	}
	return worst / k.at(v, sizes[0])
}

func (s *series) print(r *report) {
	var head strings.Builder
	for _, n := range s.sizes {
		fmt.Fprintf(&head, " %9d", n)
	}
	r.line("ns per operation, by %s", s.what)
	r.line("%-26s %-6s %s %9s", "", "", head.String(), "worst/1st")
	for _, k := range s.curves {
		for v := range k.ns {
			name := ""
			if v == plain {
				name = k.name
			}
			var row strings.Builder
			for _, n := range s.sizes {
				fmt.Fprintf(&row, " %9s", shown(k.at(v, n), number))
			}
			r.line("%-26s %-6s %s %9s", name, variantNames[v], row.String(),
				shown(k.growth(v, s.sizes), func(x float64) string { return fmt.Sprintf("%.2f", x) }))
		}
	}
	for _, p := range s.problem {
		r.line("%s", p)
	}
}

func (s *series) span() string {
	unit := s.mode
	if unit == "heap" {
		unit = "MB"
	}
	return fmt.Sprintf("%s to %s %s", short(s.sizes[0]), short(s.sizes[len(s.sizes)-1]), unit)
}

// shown is a number, or a dash for none.
func shown(x float64, format func(float64) string) string {
	if math.IsNaN(x) {
		return "-"
	}
	return format(x)
}

// Flat is: no size takes half as long again as the smallest, beyond what the same program does without a race runtime.
const flat = 1.5

func (s *series) bars(r *report) {
	for _, k := range s.curves {
		own := math.Max(1, k.growth(plain, s.sizes)) // the machine's caches and Go's scheduler
		if math.IsNaN(own) {
			own = 1
		}
		r.atMost(fmt.Sprintf("%s, %s: growth beyond plain's (stock %s)", s.span(), k.name,
			shown(k.growth(stock, s.sizes)/own, trimmed)), k.growth(gomm, s.sizes)/own, flat)
	}
}
