// The judge reads what the other programs and the race detector printed.
//
//	judge stacks FILE            one line per report:  KIND fn:line<fn:line …|KIND …|created …|created …
//	                             (of what created a goroutine only the innermost frame; the frames of package
//	                             quiet, which are there to make stacks distinct, in one word)
//	judge cells FILE             FILE holds "base … stride … rounds …" and reports: prints how many of
//	                             the variables have a report
//	judge random FILE            compares the reports with the races that package random announced:
//	                             prints "races N covered N found N | steps N found N | new N found N |
//	                             invented N".  Covered: this race or one that hides it was reported (see
//	                             covered); found: with these two stacks; steps: those that raced with
//	                             something before them; new: see package random
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

type frame struct {
	fn   string
	line string
}

type section struct {
	head   string
	addr   uint64
	frames []frame
}

type report []section

var (
	opened  = regexp.MustCompile(`^(Previous )?(?i:(atomic )?(read|write)) at (0x[0-9a-f]+) by (goroutine \d+|main goroutine):$`)
	created = regexp.MustCompile(`^Goroutine \d+ \((running|finished)\) created at:$`)
	fnLine  = regexp.MustCompile(`^  (\S.*)\(\)$`)
	posLine = regexp.MustCompile(`^      (.*):(\d+) \+0x[0-9a-f]+$`)
)

// scan calls onReport for each report and onLine for each line outside of reports, in order.
func scan(name string, onReport func(report), onLine func(string)) {
	f, err := os.Open(name)
	if err != nil {
		die(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	var r report
	inside, warned := false, false
	for in.Scan() {
		s := in.Text()
		switch {
		case s == "==================" && !inside:
			inside, warned, r = true, false, nil
		case s == "==================":
			inside = false
			if warned {
				onReport(r)
			}
		case !inside:
			onLine(s)
		case s == "WARNING: DATA RACE":
			warned = true
		default:
			if m := opened.FindStringSubmatch(s); m != nil {
				addr, _ := strconv.ParseUint(m[4], 0, 64)
				head := m[1] + m[2] + m[3]
				if strings.HasPrefix(m[5], "main") {
					head += " by main"
				}
				r = append(r, section{head: strings.ToLower(head), addr: addr})
			} else if created.MatchString(s) {
				r = append(r, section{head: "created"})
			} else if m := fnLine.FindStringSubmatch(s); m != nil && len(r) > 0 {
				last := &r[len(r)-1]
				last.frames = append(last.frames, frame{fn: m[1]})
			} else if m := posLine.FindStringSubmatch(s); m != nil && len(r) > 0 {
				if last := &r[len(r)-1]; len(last.frames) > 0 {
					last.frames[len(last.frames)-1].line = filepath.Base(m[1]) + ":" + m[2]
				}
			}
		}
	}
	if err := in.Err(); err != nil {
		die(err)
	}
	if inside {
		fmt.Println("the last report is cut off")
		os.Exit(1)
	}
}

func die(err error) {
	fmt.Fprintln(os.Stderr, "judge:", err)
	os.Exit(2)
}

func stacks(name string) {
	scan(name, func(r report) {
		var parts []string
		for _, s := range r {
			var f []string
			for _, fr := range s.frames {
				if strings.HasPrefix(fr.fn, "lost/quiet.") {
					if len(f) == 0 || f[len(f)-1] != "quiet" {
						f = append(f, "quiet")
					}
					continue
				}
				f = append(f, fr.fn+":"+fr.line[strings.LastIndexByte(fr.line, ':')+1:])
			}
			if s.head == "created" && len(f) > 1 {
				f = f[:1]
			}
			parts = append(parts, s.head+" "+strings.Join(f, "<"))
		}
		fmt.Println(strings.Join(parts, "|"))
	}, func(string) {})
}

func cells(name string) {
	var base, stride, rounds uint64
	seen := map[uint64]bool{}
	var pending []uint64
	scan(name, func(r report) {
		for _, s := range r[:min(2, len(r))] {
			pending = append(pending, s.addr)
		}
	}, func(s string) {
		fmt.Sscanf(s, "base %v stride %d rounds %d", &base, &stride, &rounds)
	})
	if stride == 0 {
		die(fmt.Errorf("%s: no line with base and stride", name))
	}
	for _, a := range pending {
		if a >= base && a < base+stride*rounds {
			seen[(a-base)/stride] = true
		}
	}
	fmt.Printf("variables %d reported %d\n", rounds, len(seen))
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

var opName = regexp.MustCompile(`^main\.op(\d+)$`)

func stepOf(s section) int {
	for _, f := range s.frames {
		if m := opName.FindStringSubmatch(f.fn); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return -1
}

type pair struct{ i, j int }

type access struct {
	goroutine, off, width int
	clock                 []int
}

func (a access) meets(low, high int) bool { return a.off < high && low < a.off+a.width }

// A round of package random: the races that it holds (to whether no neighbour stands for them), and
// those that were reported.
type round struct {
	name     string
	accesses map[int]access
	want     map[pair]bool
	got      map[pair]bool
}

// before tells that a happened before b, or that it is b.
func (a access) before(b access) bool { return a.clock[a.goroutine] <= b.clock[a.goroutine] }

// covered tells that the race p did not pass in silence: on one of the same bytes a race is reported between
// something that the earlier access happened before (or itself), and something that the later access's
// goroutine did up to then.  A cure for the reported race that leaves p alone does not exist: what
// orders the reported pair orders p.
func (r *round) covered(p pair) bool {
	if r.got[p] {
		return true
	}
	i, j := r.accesses[p.i], r.accesses[p.j]
	low, high := i.off, i.off+i.width
	if j.off > low {
		low = j.off
	}
	if j.off+j.width < high {
		high = j.off + j.width
	}
	for q := range r.got {
		a, b := r.accesses[q.i], r.accesses[q.j]
		if i.before(a) && b.goroutine == j.goroutine && q.j <= p.j && a.meets(low, high) && b.meets(low, high) {
			return true
		}
	}
	return false
}

func random(name string) {
	var races, found, covered, steps, stepsFound, fresh, freshFound, invented int
	var r round
	verbose := os.Getenv("JUDGE_ALL") != ""
	scan(name, func(rep report) {
		p := pair{-1, -1}
		if len(rep) >= 2 {
			p = pair{stepOf(rep[1]), stepOf(rep[0])}
		}
		if _, ok := r.want[p]; !ok {
			fmt.Printf("round %s: invented: steps %d and %d\n", r.name, p.i, p.j)
			invented++
			return
		}
		r.got[p] = true
	}, func(s string) {
		var i, j, isNew int
		switch {
		case strings.HasPrefix(s, "round "):
			r = round{s[6:], map[int]access{}, map[pair]bool{}, map[pair]bool{}}
		case strings.HasPrefix(s, "access "):
			f := strings.Fields(s)[1:]
			n := make([]int, len(f))
			for k := range f {
				n[k], _ = strconv.Atoi(f[k])
			}
			if len(n) > 4 {
				r.accesses[n[0]] = access{n[1], n[2], n[3], n[4:]}
			}
		case strings.HasPrefix(s, "race "):
			if n, _ := fmt.Sscanf(s, "race %d %d %d", &i, &j, &isNew); n == 3 {
				r.want[pair{i, j}] = isNew == 1
			}
		case strings.HasPrefix(s, "done "):
			racy, hit := map[int]bool{}, map[int]bool{}
			for p, isNew := range r.want {
				races++
				racy[p.j] = true
				if isNew {
					fresh++
				}
				if r.got[p] {
					found++
					hit[p.j] = true
					if isNew {
						freshFound++
					}
				} else if verbose {
					fmt.Printf("round %s: no report of steps %d and %d (new %v)\n", r.name, p.i, p.j, isNew)
				}
				if r.covered(p) {
					covered++
				} else {
					fmt.Printf("round %s: nothing for steps %d and %d\n", r.name, p.i, p.j)
				}
			}
			steps += len(racy)
			stepsFound += len(hit)
		}
	})
	fmt.Printf("races %d covered %d found %d | steps %d found %d | new %d found %d | invented %d\n",
		races, covered, found, steps, stepsFound, fresh, freshFound, invented)
}

func main() {
	if len(os.Args) != 3 {
		die(fmt.Errorf("usage: judge stacks|cells|random FILE"))
	}
	switch os.Args[1] {
	case "stacks":
		stacks(os.Args[2])
	case "cells":
		cells(os.Args[2])
	case "random":
		random(os.Args[2])
	default:
		die(fmt.Errorf("no such command: %s", os.Args[1]))
	}
}
