package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// soak is the workload of that name: once for each variant, as it is memory over time that counts, not the time.
type soak struct {
	n       int
	seconds [variants]float64
	samples [variants][]sample
	problem [variants]string
}

// sample is what was resident when so many goroutines were done.
type sample struct {
	done int
	mb   float64
}

// A whole soak: what a service does in a day that starts 115 goroutines a second.
const soakGoroutines = 10e6

func (s *soak) run(c config, program [variants]string) {
	for _, v := range []int{plain, stock, gomm} {
		progress("soak of %d goroutines: %s", s.n, variantNames[v])
		o, err := job{args: []string{program[v], "soak", fmt.Sprint(s.n)}, limit: s.limit(), maxRSS: memoryMax, rt: c.rt}.run()
		if err == nil {
			s.samples[v], s.seconds[v], err = parseSoak(o.stdout)
		}
		if err != nil {
			s.problem[v] = err.Error()
		}
	}
}

// limit: a goroutine and ten synchronisations take some microseconds under a race runtime.
func (s *soak) limit() time.Duration {
	return time.Minute + time.Duration(s.n)*100*time.Microsecond
}

func parseSoak(text string) (samples []sample, seconds float64, err error) {
	for _, line := range strings.Split(text, "\n") {
		var done int
		var bytes, start float64
		if n, _ := fmt.Sscanf(line, "sample %d %g", &done, &bytes); n == 2 {
			samples = append(samples, sample{done, bytes / (1 << 20)})
		}
		if n, _ := fmt.Sscanf(line, "total %g", &start); n == 1 {
			seconds = start
		}
	}
	if len(samples) < 10 || seconds <= 0 {
		err = fmt.Errorf("no samples%s", lastWords(text))
	}
	return samples, seconds, err
}

// at is what was resident when the part was done.
func at(samples []sample, part float64) float64 {
	if len(samples) == 0 {
		return math.NaN()
	}
	want := part * float64(samples[len(samples)-1].done)
	for _, x := range samples {
		if float64(x.done) >= want {
			return x.mb
		}
	}
	return samples[len(samples)-1].mb
}

// By a fifth a program has all that it needs; what comes after is growth.
const warm = 0.2

func growthOf(samples []sample) float64 {
	return at(samples, 1) - at(samples, warm)
}

// print returns true if a program failed.
func (s *soak) print(r *report) bool {
	parts := []float64{0, 0.1, warm, 0.4, 0.6, 0.8, 1}
	var head strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&head, " %6.0f %%", 100*p)
	}
	r.line("soak: %d goroutines in turn, 10 synchronisations in each; resident MB when so many are done", s.n)
	r.line("%-10s %9s  %s %12s", "", "seconds", head.String(), "growth, MB")
	failed := false
	for v, samples := range s.samples {
		if s.problem[v] != "" {
			failed = true
			r.line("%-10s %s", variantNames[v], s.problem[v])
			continue
		}
		var row strings.Builder
		for _, p := range parts {
			fmt.Fprintf(&row, " %8.1f", at(samples, p))
		}
		r.line("%-10s %9.2f  %s %12.1f", variantNames[v], s.seconds[v], row.String(), growthOf(samples))
	}
	return failed
}

// bar: flat is growth within a tenth and the megabyte that the collector's timing makes.
func (s *soak) bar(r *report) {
	samples := s.samples[gomm]
	r.atMost(fmt.Sprintf("soak: MB of growth after the first fifth (stock %.1f)", growthOf(s.samples[stock])),
		growthOf(samples), math.Round(10*(at(samples, warm)/10+1))/10)
}
