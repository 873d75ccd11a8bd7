package main

import (
	"math"
	"time"

	"gomm.dev/bench/stats"
)

// A session is the measuring part of a mode: its rounds, and under what load they ran.
type session struct {
	c config
	*gate
	began    time.Time
	prepared time.Duration // of the time since then, before the first round
	load     string        // average, when it began
	done     int           // rounds
}

func newSession(c config) *session {
	return &session{c: c, gate: newGate(c), began: time.Now(), load: loadAverage()}
}

// rounds calls round as often as is wanted, and as the limit has room for one more like those before. The first it
// has room for.
func (s *session) rounds(round func(turn int)) {
	s.prepared = time.Since(s.began)
	for s.done = 0; s.done < s.c.rounds; s.done++ {
		spent := time.Since(s.began) - s.prepared
		if s.done > 0 && s.prepared+spent+spent/time.Duration(s.done) > s.c.limit {
			break
		}
		round(s.done)
	}
	progress("")
}

// head begins the report: of what a round was, and what else was set.
func (s *session) head(r *report, round, more string) {
	r.line("settings  %d rounds of %s; %s%s; measured for %.0f s", s.done, round, more, s.c.loadRule(),
		(time.Since(s.began) - s.prepared).Seconds())
	r.line("load      %s; load average %s before, %s after", s.gate, s.load, loadAverage())
	if s.done < s.c.rounds {
		r.line("note      %d of %d rounds, as the time limit of %v was reached", s.done, s.c.rounds, s.c.limit)
	}
}

// undisturbed does what n CPUs are needed for, and again if others disturbed it (gate). What is said of it must be put
// down only when it returns.
func (g *gate) undisturbed(n int, measure func() (switches int64, err error)) error {
	for {
		m := startMeter()
		switches, err := measure()
		if err != nil || !g.again(m, n, switches) {
			return err
		}
	}
}

// compared is what rounds gave in which stock and gomm take turns: stock, gomm, gomm, stock, perhaps plain before.
type compared struct {
	of      [variants][]float64
	pairs   []float64 // gomm / stock, two of each round
	control []float64 // stock / stock: the last of a round by the first
}

// round adds a round of these variants, each measured by once; the variant that failed, if one did.
func (k *compared) round(g *gate, cpus int, turns []int, once func(v int) (value float64, switches int64, err error)) (int, error) {
	var of [variants][]float64
	failed := plain
	err := g.undisturbed(cpus, func() (int64, error) {
		var sum int64
		of = [variants][]float64{}
		for _, v := range turns {
			value, switches, err := once(v)
			if err != nil {
				failed = v
				return 0, err
			}
			of[v] = append(of[v], value)
			sum += switches
		}
		return sum, nil
	})
	if err != nil {
		return failed, err
	}
	for v := range of {
		k.of[v] = append(k.of[v], of[v]...)
	}
	k.pairs = append(k.pairs, of[gomm][0]/of[stock][0], of[gomm][1]/of[stock][1])
	k.control = append(k.control, of[stock][1]/of[stock][0])
	return plain, nil
}

// adds is by how much gomm's values are above stock's, for each pair, and the last of stock's in a round above the first.
func (k *compared) adds() (pairs, control []float64) {
	a, b := k.of[stock], k.of[gomm]
	for i := range b {
		pairs = append(pairs, b[i]-a[i])
	}
	for i := 1; i < len(a); i += 2 {
		control = append(control, a[i]-a[i-1])
	}
	return pairs, control
}

func (k *compared) interval() stats.Interval {
	return stats.MedianInterval(k.pairs, 0.95)
}

// p is the probability of such a difference by chance.
func (k *compared) p() float64 {
	return stats.MannWhitney(k.of[stock], k.of[gomm])
}

// verdict is careful: a difference must be larger than what stock shows against itself.
func (k *compared) verdict() string {
	var noise []float64
	for _, x := range k.control {
		noise = append(noise, math.Abs(math.Log(x)))
	}
	in, ratio := k.interval(), stats.Median(k.pairs)
	real := k.p() < 0.05 && math.Abs(math.Log(ratio)) > stats.Median(noise)
	switch {
	case in.Low > 1 && real:
		return "slower"
	case in.High < 1 && real:
		return "faster"
	case in.Low > 1/controlLimit && in.High < controlLimit:
		return "the same"
	}
	return "inconclusive"
}

// slower is what a bar of "none slower" counts: what is not proven but looks so as well.
func (k *compared) slower() bool {
	verdict := k.verdict()
	return verdict == "slower" || verdict == "inconclusive" && stats.Median(k.pairs) > controlLimit
}
