package main

import (
	"fmt"
	"regexp"

	"gomm.dev/bench/stats"
)

// modeSet is three ways for gomm's runtime to go, beside the usual one, each an environment.
type modeSet struct {
	name   string // of the report
	what   string // is compared, in words
	title  [3]string
	env    [3][]string
	seen   *regexp.Regexp // if not nil, finds in what a program printed which percentage of accesses was seen
	result string
}

// modesOnly are the benchmarks that are measured unless others are asked for: of each kind of work some.
const modesOnly = `^(encoding/json Code|go/parser|go/printer|regexp Match|compress/flate Decode|sort SortString|` +
	`encoding/gob|text/template|sync Mutex|sync Map|context|net/http|ops (WriteArray|CallAndRead|Copy4K|MutexPair)$)`

// sampling is GOMM=sample=….
func sampling() modeSet {
	m := modeSet{
		name:   "sample",
		what:   "plain, stock, gomm, and gomm with each share",
		title:  [3]string{"0 %/", "1 %/", "10 %/"},
		seen:   regexp.MustCompile(`gomm: sampled [0-9.]+ % of [0-9]+ ms in [0-9]+ bursts, ([0-9.]+) % of [0-9]+ accesses\n`),
		result: "as shown; accesses seen are percent of all",
	}
	for i, share := range []string{"0%", "1%", "10%"} {
		m.env[i] = []string{"GOMM=sample=" + share, "GORACE=atexit_sleep_ms=0 log_path=stdout"}
	}
	return m
}

// sharing is GOMM=share….
func sharing() modeSet {
	m := modeSet{
		name:   "share",
		what:   "plain, stock, gomm, gomm that observes cache lines, in 10 % of the time, and checks races as well",
		title:  [3]string{"share/", "10 %/", "both/"},
		result: "as shown",
	}
	for i, how := range []string{"share", "share,sample=10%", "share=check"} {
		m.env[i] = []string{"GOMM=" + how, "GOMM_EVENTS=/dev/null"}
	}
	return m
}

// moded is a benchmark with what was measured of it: plain, stock, gomm, and gomm in each mode.
type moded struct {
	*bench
	columns [variants + 3][]float64
	seen    [3][]float64
}

// measure has no bars: what is asked of the modes is that their cost is bounded.
func (m modeSet) measure(c config, benchtime string) bool {
	if c.only == "" {
		c.only = modesOnly
	}
	var list []*moded
	for _, b := range prepare(c) {
		list = append(list, &moded{bench: b})
	}
	s := newSession(c)
	s.rounds(func(turn int) {
		for _, b := range list {
			progress("round %d of %d: %s", turn+1, c.rounds, b.name())
			b.round(c, s.gate, benchtime, m)
		}
	})

	r := newReport(c, m.name)
	s.head(r, m.what, "-test.benchtime="+benchtime+"; ")
	more := [3]string{}
	if m.seen != nil {
		more = [3]string{"   accesses seen", "      1 %   10 %", ""}
	}
	r.line("")
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s%s", "", "", "plain", "stock/", "gomm/", m.title[0], m.title[1], m.title[2], more[0])
	r.line("%-36s %3s %9s %7s %7s %7s %7s %7s%s", "benchmark", "CPU", "ns/op", "plain", "plain", "plain", "plain", "plain", more[1])
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
		seen := ""
		if m.seen != nil {
			seen = fmt.Sprintf("   %6.2f %6.2f", stats.Median(b.seen[1]), stats.Median(b.seen[2]))
		}
		r.line("%-36s %3d %9s %7.2f %7.2f %7.2f %7.2f %7.2f%s", b.name(), b.cpus, number(stats.Median(b.columns[plain])),
			by[1], by[2], by[3], by[4], by[5], seen)
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
		r.line("result: %s", m.result)
	}
	r.close()
	return !failed
}

func (b *moded) round(c config, g *gate, benchtime string, m modeSet) {
	if b.problem != "" {
		return
	}
	var columns [variants + 3]float64
	var seen [3]float64
	err := g.undisturbed(b.cpus, func() (sum int64, _ error) {
		for i := range columns {
			v, env := i, []string(nil)
			if i >= variants {
				v, env = gomm, m.env[i-variants]
			}
			o, err := b.job(c, v, benchtime, env).run()
			if err != nil {
				return 0, fmt.Errorf("%s: %w", variantNames[v], err)
			}
			if columns[i], err = parseResult(o.stdout); err != nil {
				return 0, fmt.Errorf("%s: %w%s", variantNames[v], err, lastWords(o.stdout))
			}
			if i >= variants && m.seen != nil {
				found := m.seen.FindStringSubmatch(o.stdout)
				if found == nil {
					return 0, fmt.Errorf("%s: nothing about accesses seen%s", variantNames[v], lastWords(o.stdout))
				}
				_, _ = fmt.Sscan(found[1], &seen[i-variants])
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
