package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// item is one line of speed.list.
type item struct {
	group      string
	cpus       int
	packages   []string
	benchmarks []string
	flags      []string
	bar        *limit
}

// limit is a bar of a benchmark: at most so many times what another variant takes.
type limit struct {
	factor  float64
	variant int
}

// parseList reads speed.list: fields between blanks, comments behind a # that follows a blank.
func parseList(text string) ([]item, error) {
	var items []item
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(" "+line, " #") // sub-benchmarks without a name are #00, #01 ...
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) < 4 {
			return nil, fmt.Errorf("line %d: want group, CPUs, package, benchmark", n+1)
		}
		cpus, err := strconv.Atoi(f[1])
		if err != nil || cpus < 1 {
			return nil, fmt.Errorf("line %d: %q is no number of CPUs", n+1, f[1])
		}
		it := item{group: f[0], cpus: cpus, packages: strings.Split(f[2], ","), benchmarks: strings.Split(f[3], ",")}
		for _, word := range f[4:] {
			if !strings.HasPrefix(word, "max=") {
				it.flags = append(it.flags, word)
			} else if it.bar, err = parseLimit(word[len("max="):]); err != nil {
				return nil, fmt.Errorf("line %d: %v", n+1, err)
			}
		}
		items = append(items, it)
	}
	return items, nil
}

// parseLimit reads 0.25*stock.
func parseLimit(s string) (*limit, error) {
	number, name, _ := strings.Cut(s, "*")
	factor, err := strconv.ParseFloat(number, 64)
	for v, n := range variantNames {
		if n == name && v != gomm && err == nil && factor > 0 {
			return &limit{factor, v}, nil
		}
	}
	return nil, fmt.Errorf("%q is no bar like 0.25*stock", s)
}

// name is how the table calls it.
func (it item) name() string {
	return strings.TrimPrefix(it.packages[0], "./") + " " + it.benchmarks[0]
}

// pattern makes the argument of -test.bench that matches one benchmark, sub-benchmarks by level.
func pattern(benchmark string) string {
	levels := strings.Split("Benchmark"+benchmark, "/")
	for i, l := range levels {
		levels[i] = "^" + regexp.QuoteMeta(l) + "$"
	}
	return strings.Join(levels, "/")
}

// parseResult finds the one result in what a test program printed: its name, the number of
// iterations, the time per operation.
func parseResult(text string) (nsPerOp float64, err error) {
	found := 0
	for _, line := range strings.Split(text, "\n") {
		// A benchmark's own output may stand between the name and the numbers.
		f := strings.Fields(line)
		for i := 1; i+1 < len(f); i++ {
			if f[i+1] != "ns/op" {
				continue
			}
			if _, err := strconv.Atoi(f[i-1]); err != nil {
				continue
			}
			if nsPerOp, err = strconv.ParseFloat(f[i], 64); err != nil {
				return 0, err
			}
			found++
		}
	}
	switch {
	case found == 0:
		return 0, fmt.Errorf("no result")
	case found > 1:
		return 0, fmt.Errorf("%d results, want one", found)
	case nsPerOp <= 0:
		return 0, fmt.Errorf("%v ns/op is too short to be measured", nsPerOp)
	}
	return nsPerOp, nil
}
