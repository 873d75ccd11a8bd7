package main

import (
	"fmt"

	"gomm.dev/bench/stats"
)

// observed are the values of GOMM beside programs that observe no cache lines.
var observed = []string{"share", "share,sample=10%", "share=check"}

// watched is a benchmark with what was measured of it: plain, stock, gomm, and gomm with each of observed.
type watched struct {
	*bench
	columns [variants + 3][]float64
}

// sharing measures what observing cache lines costs. It has no bars.
func sharing(c config, benchtime string) bool {
	if c.only == "" {
		c.only = sampledOnly
	}
	var list []*watched
	for _, b := range prepare(c) {
		list = append(list, &watched{bench: b})
	}
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, b := range list {
			progress("round %d of %d: %s", turn+1, c.rounds, b.name())
			b.round(c, s.gate, benchtime)
		}
	})

	r := newReport(c, "share")
	s.head(r, "plain, stock, gomm, gomm that observes cache lines, in 10 % of the time, and checks races as well", "-test.benchtime="+benchtime+"; ")
	r.line("")
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s", "", "", "plain", "stock/", "gomm/", "share/", "10 %/", "both/")
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s", "benchmark", "CPU", "ns/op", "plain", "plain", "plain", "plain", "plain")
	r.line("")
	failed := false
	var means [variants + 3][]float64
	for _, b := range list {
		if b.problem != "" {
			failed = failed || b.problem != "not in this Go"
			r.line("%-36s %3d %s", b.name(), b.cpus, b.problem)
			continue
		}
		var by [variants + 3]float64
		for i, ns := range b.columns {
			by[i] = stats.Median(ns) / stats.Median(b.columns[plain])
			means[i] = append(means[i], by[i])
		}
		r.line("%-36s %3d %9s %7.2f %7.2f %7.2f %7.2f %7.2f", b.name(), b.cpus, number(stats.Median(b.columns[plain])),
			by[1], by[2], by[3], by[4], by[5])
	}
	r.line("")
	if len(means[0]) > 0 {
		var by [variants + 3]float64
		for i := range by {
			by[i] = stats.GeoMean(means[i])
		}
		r.line("%-36s %3s %9s %7.2f %7.2f %7.2f %7.2f %7.2f", fmt.Sprintf("geometric mean of %d", len(means[0])), "", "",
			by[1], by[2], by[3], by[4], by[5])
	}
	r.line("")
	if why := s.bad(); why != "" {
		r.line("result: inconclusive, because of %s", why)
	} else {
		r.line("result: as shown")
	}
	r.close()
	return !failed
}

func (b *watched) round(c config, g *gate, benchtime string) {
	if b.problem != "" {
		return
	}
	var columns [variants + 3]float64
	err := g.undisturbed(b.cpus, func() (sum int64, _ error) {
		for i := range columns {
			v, env := i, []string(nil)
			if i >= variants {
				v, env = gomm, []string{"GOMM=" + observed[i-variants], "GOMM_EVENTS=/dev/null"}
			}
			o, err := b.job(c, v, benchtime, env).run()
			if err != nil {
				return 0, fmt.Errorf("%s: %w", variantNames[v], err)
			}
			if columns[i], err = parseResult(o.stdout); err != nil {
				return 0, fmt.Errorf("%s: %w%s", variantNames[v], err, lastWords(o.stdout))
			}
			sum += o.switches
		}
		return sum, nil
	})
	if err != nil {
		b.problem = err.Error()
		return
	}
	for i, ns := range columns {
		b.columns[i] = append(b.columns[i], ns)
	}
}
