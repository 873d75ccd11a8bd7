package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"gomm.dev/bench/stats"
)

// workload is a mode of bench/memory with what was measured of it.
type workload struct {
	mode    string
	n, cpus int
	what    string
	total   [variants][]float64 // seconds
	start   [variants][]float64
	peak    [variants][]float64 // MB
	control []float64
	problem [variants]string
}

func workloads() []*workload {
	return []*workload{
		{mode: "goroutines", n: 100000, cpus: 2, what: "100,000 goroutines, blocked at once"},
		{mode: "sequential", n: 1000000, cpus: 1, what: "1,000,000 goroutines, one after another"},
		{mode: "heap", n: 512, cpus: 1, what: "512 MB, each word written"},
		{mode: "objects", n: 256, cpus: 1, what: "256 MB of objects of 48 bytes, written"},
		{mode: "shared", n: 16, cpus: 2, what: "16 MB, written, read by 4 goroutines"},
		{mode: "decode", n: 16, cpus: 1, what: "16 MB of bytes, 8 reads at a time"},
		{mode: "mutexes", n: 1000000, cpus: 1, what: "1,000,000 mutexes, locked by 2 goroutines"},
		{mode: "recursion", n: 1000000, cpus: 1, what: "recursion 1,000,000 deep, twice"},
	}
}

// memory measures time and peak resident memory of workloads. A program that needs more than the
// limits is stopped, and the table says so: that is a result too.
func memory(c config, soakLength float64) bool {
	only, err := regexp.Compile(c.only)
	check(err)
	var loads []*workload
	for _, w := range workloads() {
		if only.MatchString(w.mode) || only.MatchString(w.what) {
			loads = append(loads, w)
		}
	}
	var long *soak
	if only.MatchString("soak") && soakLength > 0 {
		long = &soak{n: int(soakLength * soakGoroutines)}
	}
	if len(loads) == 0 && long == nil {
		fail("measure: no workload matches %q", c.only)
	}
	progress("building")
	program, err := buildMain(c, c.source, "./memory", "memory")
	check(err)
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, w := range loads {
			progress("round %d of %d: %s", turn+1, c.rounds, w.mode)
			w.round(c, s.gate, program)
		}
	})
	if long != nil {
		long.run(c, program)
		progress("")
	}

	r := newReport(c, "memory")
	s.head(r, "plain, stock, gomm, gomm, stock", fmt.Sprintf("a program is stopped after %v or at %d MB; ", memoryTime, memoryMax>>20))
	r.line("")
	r.line("%-42s %28s %7s %6s   %26s %7s %7s %7s", "", "seconds, median", "gomm/", "A/A", "peak resident MB",
		"stock/", "gomm/", "gomm/")
	r.line("%-42s %8s %9s %9s %7s %6s   %8s %8s %8s %7s %7s %7s", "workload", "plain", "stock", "gomm", "stock", "",
		"plain", "stock", "gomm", "plain", "plain", "stock")
	r.line("")
	failed := false
	var controls []float64
	for _, w := range loads {
		w.print(r)
		for v, p := range w.problem {
			if p != "" {
				failed = true
				r.line("  %s: %s", variantNames[v], p)
			}
		}
		if len(w.control) > 0 {
			controls = append(controls, stats.Median(w.control))
		}
	}
	if long != nil {
		r.line("")
		failed = long.print(r) || failed
	}
	r.line("")
	for _, w := range loads {
		w.bars(r)
	}
	if long != nil {
		long.bar(r)
	}
	r.line("")
	reason := s.bad()
	if reason == "" && len(controls) > 0 && outside(stats.GeoMean(controls), controlLimit) {
		reason = fmt.Sprintf("the A/A control: stock against itself gave %.2f", stats.GeoMean(controls))
	}
	if len(controls) == 0 {
		reason = "no results"
	}
	if reason != "" {
		r.line("result: the times are inconclusive, because of %s; the memory is as shown", reason)
	} else {
		r.line("result: as shown; times differ if they differ by more than A/A does")
	}
	r.close()
	return r.fine(c, failed)
}

const (
	memoryTime = 60 * time.Second
	memoryMax  = int64(8) << 30
)

func (w *workload) round(c config, g *gate, program [variants]string) {
	var start, total, peak [variants][]float64
	_ = g.undisturbed(w.cpus, func() (switches int64, _ error) {
		start, total, peak = [variants][]float64{}, [variants][]float64{}, [variants][]float64{}
		for _, v := range []int{plain, stock, gomm, gomm, stock} {
			if w.problem[v] != "" {
				continue
			}
			o, err := job{args: []string{program[v], w.mode, fmt.Sprint(w.n)}, limit: memoryTime, maxRSS: memoryMax, rt: c.rt}.run()
			var s, t, p float64
			if err == nil {
				_, err = fmt.Sscanf(o.stdout, "start %f\ntotal %f\npeak %f", &s, &t, &p)
			}
			if err != nil {
				w.problem[v] = err.Error()
				continue
			}
			start[v], total[v], peak[v] = append(start[v], s), append(total[v], t), append(peak[v], p/(1<<20))
			switches += o.switches
		}
		return switches, nil
	})
	for v := range total {
		w.start[v] = append(w.start[v], start[v]...)
		w.total[v] = append(w.total[v], total[v]...)
		w.peak[v] = append(w.peak[v], peak[v]...)
	}
	if t := total[stock]; len(t) == 2 {
		w.control = append(w.control, t[1]/t[0])
	}
}

func (w *workload) print(r *report) {
	w.row(r, w.what, w.total, true)
	if w.mode == "goroutines" {
		w.row(r, "  of that, until all are there", w.start, false)
	}
}

func (w *workload) row(r *report, name string, seconds [variants][]float64, all bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-42s", name)
	for v := range seconds {
		fmt.Fprintf(&b, " %*s", 9-b2i(v == plain), cell(seconds[v], "%.2f"))
	}
	fmt.Fprintf(&b, " %7s", ratio(seconds, gomm, stock))
	if all {
		fmt.Fprintf(&b, " %6s  ", cell(w.control, "%.2f"))
		for v := range w.peak {
			fmt.Fprintf(&b, " %8s", cell(w.peak[v], "%.0f"))
		}
		fmt.Fprintf(&b, " %7s %7s %7s", ratio(w.peak, stock, plain), ratio(w.peak, gomm, plain), ratio(w.peak, gomm, stock))
	}
	r.line("%s", b.String())
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cell is the median, or a dash if there is nothing.
func cell(xs []float64, format string) string {
	if len(xs) == 0 {
		return "-"
	}
	return fmt.Sprintf(format, stats.Median(xs))
}

func ratio(of [variants][]float64, a, b int) string {
	if len(of[a]) == 0 || len(of[b]) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", stats.Median(of[a])/stats.Median(of[b]))
}

// bars prints what is asked of a workload (doc/performance.md); a median of nothing is NaN, a miss.
func (w *workload) bars(r *report) {
	const goroutineKB, touched, startSeconds, startMB, startRatio = 6, 2.2, 1, 700, 1 / 3.8
	seconds, mb := stats.Median(w.total[gomm]), stats.Median(w.peak[gomm])
	over := func(v int) float64 {
		return (stats.Median(w.peak[v]) - stats.Median(w.peak[plain])) * 1024 / float64(w.n)
	}
	switch w.mode {
	case "heap", "objects":
		r.atMost(fmt.Sprintf("%s: memory, gomm / plain (stock %s)", w.mode, ratio(w.peak, stock, plain)),
			mb/stats.Median(w.peak[plain]), touched)
	case "goroutines":
		r.atMost(fmt.Sprintf("KB per idle goroutine over plain (stock %.1f)", over(stock)), over(gomm), goroutineKB)
		r.atMost("100,000 goroutines started and joined: seconds", seconds, startSeconds)
		r.atMost("100,000 goroutines started and joined: seconds, gomm / stock", seconds/stats.Median(w.total[stock]), startRatio)
		r.atMost("100,000 goroutines started and joined: MB", mb, startMB)
	}
}
