package main

import (
	"fmt"
	"regexp"

	"gomm.dev/bench/stats"
)

// shares are the values of GOMM=sample=… beside programs that sample nothing.
var shares = []string{"0%", "1%", "10%"}

// sampledOnly are the benchmarks that are measured unless others are asked for: of each kind of work some.
const sampledOnly = `^(encoding/json Code|go/parser|go/printer|regexp Match|compress/flate Decode|sort SortString|` +
	`encoding/gob|text/template|sync Mutex|sync Map|context|net/http|ops (WriteArray|CallAndRead|Copy4K|MutexPair)$)`

// sampled is a benchmark with what was measured of it: plain, stock, gomm, and gomm with each of the shares.
type sampled struct {
	*bench
	columns [variants + 3][]float64
	seen    [3][]float64 // accesses in bursts, percent
}

// sampling measures it. It has no bars: what is asked of it is that its cost is bounded.
func sampling(c config, benchtime string) bool {
	if c.only == "" {
		c.only = sampledOnly
	}
	var list []*sampled
	for _, b := range prepare(c) {
		list = append(list, &sampled{bench: b})
	}
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, b := range list {
			progress("round %d of %d: %s", turn+1, c.rounds, b.name())
			b.round(c, s.gate, benchtime)
		}
	})

	r := newReport(c, "sample")
	s.head(r, "plain, stock, gomm, and gomm with each share", "-test.benchtime="+benchtime+"; ")
	r.line("")
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s   %13s", "", "", "plain", "stock/", "gomm/", "0 %/", "1 %/", "10 %/", "accesses seen")
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s   %6s %6s", "benchmark", "CPU", "ns/op", "plain", "plain", "plain", "plain", "plain", "1 %", "10 %")
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
		r.line("%-36s %3d %9s %7.2f %7.2f %7.2f %7.2f %7.2f   %6.2f %6.2f", b.name(), b.cpus, number(stats.Median(b.columns[plain])),
			by[1], by[2], by[3], by[4], by[5], stats.Median(b.seen[1]), stats.Median(b.seen[2]))
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
		r.line("result: as shown; accesses seen are percent of all")
	}
	r.close()
	return !failed
}

// coverage is the runtime's last line.
var coverage = regexp.MustCompile(`gomm: sampled [0-9.]+ % of [0-9]+ ms in [0-9]+ bursts, ([0-9.]+) % of [0-9]+ accesses\n`)

func (b *sampled) round(c config, g *gate, benchtime string) {
	if b.problem != "" {
		return
	}
	var columns [variants + 3]float64
	var seen [3]float64
	err := g.undisturbed(b.cpus, func() (sum int64, _ error) {
		for i := range columns {
			v, env := i, []string(nil)
			if i >= variants {
				v, env = gomm, []string{"GOMM=sample=" + shares[i-variants], "GORACE=atexit_sleep_ms=0 log_path=stdout"}
			}
			o, err := b.job(c, v, benchtime, env).run()
			if err != nil {
				return 0, fmt.Errorf("%s: %w", variantNames[v], err)
			}
			if columns[i], err = parseResult(o.stdout); err != nil {
				return 0, fmt.Errorf("%s: %w%s", variantNames[v], err, lastWords(o.stdout))
			}
			if i >= variants {
				m := coverage.FindStringSubmatch(o.stdout)
				if m == nil {
					return 0, fmt.Errorf("%s: nothing about sampling%s", variantNames[v], lastWords(o.stdout))
				}
				_, _ = fmt.Sscan(m[1], &seen[i-variants])
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
	for i, x := range seen {
		b.seen[i] = append(b.seen[i], x)
	}
}
