// The judge reads what the other programs and the race detector printed.
//
//	judge stacks FILE            one line per report:  KIND fn:line<fn:line …|KIND …|created …|created …
//	                             (what started the goroutine last; "-" for the main goroutine)
//	judge cells FILE             FILE holds "base … stride … rounds …" and reports: prints how many of
//	                             the variables have a report
//	judge random FILE            compares the reports with the races that package random announced:
//	                             prints "races N found N | steps N found N | new N found N | invented N"
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
	access  = regexp.MustCompile(`^(Previous )?(?i:(atomic )?(read|write)) at (0x[0-9a-f]+) by (goroutine \d+|main goroutine):$`)
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
			if m := access.FindStringSubmatch(s); m != nil {
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

func random(name string) {
	type pair struct{ i, j int }
	var races, found, steps, stepsFound, news, newsFound, invented int
	var want map[pair]bool // to whether no neighbour stands for it
	var got map[pair]bool
	round := "?"
	scan(name, func(r report) {
		if len(r) < 2 {
			fmt.Println("round", round+": a report without two accesses")
			invented++
			return
		}
		p := pair{stepOf(r[1]), stepOf(r[0])}
		if _, ok := want[p]; !ok {
			fmt.Printf("round %s: invented: steps %d and %d\n", round, p.i, p.j)
			invented++
			return
		}
		got[p] = true
	}, func(s string) {
		var i, j, l int
		switch {
		case strings.HasPrefix(s, "round "):
			round = s[6:]
			want, got = map[pair]bool{}, map[pair]bool{}
		case strings.HasPrefix(s, "race "):
			if n, _ := fmt.Sscanf(s, "race %d %d %d", &i, &j, &l); n == 3 {
				want[pair{i, j}] = l == 1
			}
		case strings.HasPrefix(s, "done "):
			racy, hit := map[int]bool{}, map[int]bool{}
			for p, isNew := range want {
				races++
				racy[p.j] = true
				if isNew {
					news++
				}
				if got[p] {
					found++
					hit[p.j] = true
					if isNew {
						newsFound++
					}
				}
			}
			for p := range want {
				if !hit[p.j] {
					fmt.Printf("round %s: nothing reported at step %d\n", round, p.j)
					hit[p.j] = true
					stepsFound--
				} else if !got[p] && os.Getenv("JUDGE_ALL") != "" {
					fmt.Printf("round %s: pair missed: steps %d and %d\n", round, p.i, p.j)
				}
			}
			steps += len(racy)
			stepsFound += len(racy)
		}
	})
	fmt.Printf("races %d found %d | steps %d found %d | new %d found %d | invented %d\n",
		races, found, steps, stepsFound, news, newsFound, invented)
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
