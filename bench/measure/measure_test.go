package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestParseList(t *testing.T) {
	items, err := parseList("# all\n\nstd 1 sort,slices Sort/#01,Old -tags=a -v # why\n")
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	it := items[0]
	if it.group != "std" || it.cpus != 1 || len(it.packages) != 2 || len(it.benchmarks) != 2 ||
		len(it.flags) != 2 || it.name() != "sort Sort/#01" {
		t.Errorf("%+v", it)
	}
	if it.bar != nil {
		t.Error("a bar that is not there")
	}
	items, err = parseList("ops 1 ./ops X max=0.25*stock -v")
	if err != nil || *items[0].bar != (limit{0.25, stock}) || len(items[0].flags) != 1 {
		t.Error(items, err)
	}
	for _, bad := range []string{"std 1 sort", "std one sort X", "std 0 sort X", "std 1 sort X max=2*gomm", "std 1 sort X max=stock"} {
		if _, err := parseList(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// The list that is used names enough of the standard library, and nothing twice.
func TestSpeedList(t *testing.T) {
	text, err := os.ReadFile("../speed.list")
	if err != nil {
		t.Fatal(err)
	}
	items, err := parseList(string(text))
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	seen := make(map[string]bool)
	for _, it := range items {
		count[it.group]++
		if seen[it.name()] {
			t.Errorf("%s: twice", it.name())
		}
		seen[it.name()] = true
	}
	if count["std"] < 18 || count["conc"] < 6 || count["ops"] < 20 {
		t.Error(count)
	}
	ops, err := os.ReadFile("../ops/ops_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`func Benchmark(\w+)`).FindAllStringSubmatch(string(ops), -1) {
		if !seen["ops "+m[1]] {
			t.Errorf("ops %s: not in speed.list", m[1])
		}
	}
}

func TestPattern(t *testing.T) {
	if got := pattern("Map/*sync.Map"); got != `^BenchmarkMap$/^\*sync\.Map$` {
		t.Error(got)
	}
}

func TestParseResult(t *testing.T) {
	good := "goos: linux\nBenchmarkX-2 \t 100\t  12.5 ns/op\t 3 B/op\nPASS\n"
	if ns, err := parseResult(good); err != nil || ns != 12.5 {
		t.Error(ns, err)
	}
	if ns, err := parseResult("BenchmarkX-2 some words 100 7 ns/op"); err != nil || ns != 7 {
		t.Error("words between:", ns, err)
	}
	for _, bad := range []string{"PASS\n", good + good, "BenchmarkX 1 0 ns/op", "it took 5 ns/op"} {
		if _, err := parseResult(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestRunLimits(t *testing.T) {
	if _, err := (job{args: []string{"sleep", "20"}, limit: 100 * time.Millisecond}).run(); err == nil {
		t.Error("no error after the time limit")
	}
	if _, err := (job{args: []string{"sleep", "20"}, limit: 10 * time.Second, maxRSS: 4096}).run(); err == nil ||
		!strings.Contains(err.Error(), "MB") {
		t.Error("memory limit:", err)
	}
	if _, err := (job{args: []string{"sh", "-c", "echo broken >&2; exit 3"}, limit: 10 * time.Second}).run(); err == nil ||
		!strings.Contains(err.Error(), "broken") {
		t.Error("status:", err)
	}
	t.Setenv("GORACE", "exitcode=1")
	t.Setenv("GOGC", "off")
	o, err := job{args: []string{"sh", "-c", "echo $GORACE $GOGC"}, limit: 10 * time.Second}.run()
	if err != nil || o.stdout != "atexit_sleep_ms=0\n" {
		t.Error("environment:", o.stdout, err)
	}
}

func TestVerify(t *testing.T) {
	file := filepath.Join(t.TempDir(), "program")
	for text, is := range map[string]int{"": plain, "ThreadSanitizer WARNING: DATA RACE": stock, "WARNING: DATA RACE": gomm} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		for v := range variantNames {
			if (verify(file, v) == nil) != (v == is) {
				t.Errorf("%q taken for %s: %v", text, variantNames[v], v != is)
			}
		}
	}
}

// A meter counts what others use, and not what we use ourselves.
func TestMeter(t *testing.T) {
	m := startMeter()
	for ownTime()-m.own < 100*time.Millisecond { // by the processor's clock, whatever others do
	}
	busy, own := busyTime()-m.busy, ownTime()-m.own
	if busy < own-20*time.Millisecond {
		t.Errorf("busy %v, own %v", busy, own)
	}
}

func TestGate(t *testing.T) {
	g := &gate{maxLoad: 0.25}
	if g.allowed(1<<20) != 0.25 {
		t.Error("no CPU is free, but others may have one")
	}
	if g.bad() != "" {
		t.Error("bad without a round")
	}
	g.rounds, g.off = 20, 2
	if g.bad() != "" {
		t.Error("2 of 20 should do")
	}
	g.off = 3
	if g.bad() == "" {
		t.Error("3 of 20 should not")
	}
	// A meter that began when the machine had done nothing finds all that it did since foreign.
	loud := meter{began: time.Now().Add(-time.Second)}
	g = &gate{maxLoad: 0.25}
	if g.again(loud, 1, 5) || g.off != 1 || g.rounds != 1 {
		t.Errorf("without patience: %+v", g)
	}
	g = &gate{maxLoad: 1e9, patience: time.Second}
	if g.again(loud, 1, 5) || g.off != 0 || g.rounds != 1 {
		t.Errorf("within bounds: %+v", g)
	}
	g = &gate{maxLoad: 0.25, patience: time.Millisecond}
	if !g.again(loud, 1, 5) || g.repeated != 1 || g.rounds != 0 || g.patience > 0 {
		t.Errorf("with patience: %+v", g)
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		want           string
		stock, gomm    []float64
		pairs, control []float64
	}{
		{"slower", []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05}, []float64{2, 2.01, 2.02, 2.03, 2.04, 2.05},
			[]float64{2, 2.1, 1.9, 2, 2.1, 1.9}, []float64{1, 1.01, 0.99}},
		{"faster", []float64{2, 2.01, 2.02, 2.03, 2.04, 2.05}, []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05},
			[]float64{0.5, 0.51, 0.52, 0.5, 0.49, 0.5}, []float64{1, 1.01, 0.99}},
		// Stock differs from itself by as much.
		{"inconclusive", []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05}, []float64{1.2, 1.21, 1.22, 1.23, 1.24, 1.25},
			[]float64{1.2, 1.21, 1.19, 1.2, 1.21, 1.19}, []float64{1.3, 0.75, 1.4}},
		{"the same", []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05}, []float64{1, 1.01, 1.02, 1.03, 1.04, 1.05},
			[]float64{1, 1.01, 0.99, 1.02, 0.98, 1}, []float64{1, 1.01, 0.99}},
		{"inconclusive", []float64{1, 2, 1, 2, 1, 2}, []float64{1, 2, 1, 2, 1, 2},
			[]float64{1, 2, 0.5, 1, 2, 0.5}, []float64{1, 1.01, 0.99}},
	} {
		k := compared{of: [variants][]float64{stock: c.stock, gomm: c.gomm}, pairs: c.pairs, control: c.control}
		if got := k.verdict(); got != c.want {
			t.Errorf("%v: %s, want %s", c.pairs, got, c.want)
		}
	}
}

func TestBars(t *testing.T) {
	r := &report{}
	r.atMost("as much", 2, 2)
	r.atLeast("enough", 2.5, 2)
	if r.missed != 0 || !r.fine(config{strict: true}, false) {
		t.Error("missed:", r.text.String())
	}
	r.atMost("too much", 0.2571, 0.25)
	r.atLeast("nothing", math.NaN(), 2)
	if r.missed != 2 || r.fine(config{strict: true}, false) || !r.fine(config{}, false) || r.fine(config{}, true) {
		t.Error(r.missed)
	}
	if !regexp.MustCompile(`(?m)^bar  too much +0\.257 +at most +0\.250 +MISS$`).Match(r.text.Bytes()) {
		t.Error(r.text.String())
	}
}

func TestCompared(t *testing.T) {
	of := func(ns ...float64) *compared {
		k, turns := &compared{}, []int{stock, gomm, gomm, stock}
		for len(ns) > 0 {
			if _, err := k.round(&gate{}, 1, turns, func(v int) (x float64, _ int64, _ error) {
				x, ns = ns[0], ns[1:]
				return x, 0, nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return k
	}
	k := of(10, 20, 30, 20)
	if !reflect.DeepEqual(k.pairs, []float64{2, 1.5}) || !reflect.DeepEqual(k.control, []float64{2}) {
		t.Error(k)
	}
	pairs, control := k.adds()
	if !reflect.DeepEqual(pairs, []float64{10, 10}) || !reflect.DeepEqual(control, []float64{10}) {
		t.Error(pairs, control)
	}
	// Not proven is not slower within the limit only.
	if of(10, 10.4, 10.4, 10).slower() || !of(10, 10.6, 10.6, 10).slower() || of(10, 5, 5, 10).slower() {
		t.Error("slower")
	}
	failed, err := k.round(&gate{}, 1, []int{stock, gomm, gomm, stock}, func(v int) (float64, int64, error) {
		if v == gomm {
			return 0, 0, errors.New("gone")
		}
		return 1, 0, nil
	})
	if failed != gomm || err == nil || len(k.pairs) != 2 {
		t.Error(failed, err, k)
	}
}

func TestRounds(t *testing.T) {
	s := newSession(config{rounds: 3, limit: time.Hour})
	var turns []int
	s.rounds(func(turn int) { turns = append(turns, turn) })
	if s.done != 3 || !reflect.DeepEqual(turns, []int{0, 1, 2}) {
		t.Error(s.done, turns)
	}
	s = newSession(config{rounds: 3})
	s.rounds(func(int) { time.Sleep(time.Millisecond) })
	if s.done != 1 {
		t.Error("without time:", s.done)
	}
}

// The suites that are used are enough, each is there once, and none is split.
func TestSuitesList(t *testing.T) {
	text, err := os.ReadFile("../suites.list")
	if err != nil {
		t.Fatal(err)
	}
	list, err := parseSuites(string(text))
	if err != nil || len(list) < suitesLeast {
		t.Fatal(len(list), err)
	}
	seen := make(map[string]bool)
	for _, s := range list {
		if seen[s.module] {
			t.Errorf("%s: twice", s.module)
		}
		seen[s.module] = true
	}
	if _, err := parseSuites("module v1"); err == nil {
		t.Error("no arguments, no error")
	}
}

func TestSoak(t *testing.T) {
	var text strings.Builder
	for i := 0; i <= 10; i++ {
		mb := 10 + i
		if i >= 2 {
			mb = 30
		}
		fmt.Fprintf(&text, "sample %d %d\n", i*100, mb<<20)
	}
	text.WriteString("start 0.000\ntotal 1.500\npeak 31457280\n")
	samples, seconds, err := parseSoak(text.String())
	if err != nil || seconds != 1.5 || len(samples) != 11 {
		t.Fatal(samples, seconds, err)
	}
	if at(samples, 0.1) != 11 || growthOf(samples) != 0 {
		t.Error(at(samples, 0.1), growthOf(samples))
	}
	samples[10].mb = 35
	if growthOf(samples) != 5 {
		t.Error(growthOf(samples))
	}
	if _, _, err := parseSoak("total 1\n"); err == nil {
		t.Error("no samples, no error")
	}
}

func TestGrowth(t *testing.T) {
	values, names, err := parseGrowth("1.5 write of a word\n20 atomic add\n")
	if err != nil || len(names) != 2 || values["atomic add"] != 20 {
		t.Fatal(values, names, err)
	}
	for _, bad := range []string{"", "x y", "0 nothing", "12"} {
		if _, _, err := parseGrowth(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if got := sizes([]int{1, 16, 256}, 16); len(got) != 2 || got[1] != 16 {
		t.Error(got)
	}
	s := &series{mode: "heap", what: "MB", sizes: []int{1, 16}}
	k := s.curve("atomic add")
	if s.curve("atomic add") != k {
		t.Error("two curves of one name")
	}
	k.ns[gomm][1], k.ns[gomm][16] = []float64{10}, []float64{30}
	if k.growth(gomm, s.sizes) != 3 || !math.IsNaN(k.growth(stock, s.sizes)) {
		t.Error(k.growth(gomm, s.sizes), k.growth(stock, s.sizes))
	}
	if err := xml.Unmarshal(s.svg(), new(struct{})); err != nil {
		t.Error(err)
	}
}

// keep puts aside what go test would have run.
func TestKeptPrograms(t *testing.T) {
	folder := t.TempDir()
	for _, dir := range []string{"b", "a"} {
		text := fmt.Sprintf(`{"file": "x", "dir": %q, "args": ["-test.count=1"]}`, dir)
		if err := os.WriteFile(filepath.Join(folder, dir+dir+".json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list, err := keptPrograms(folder)
	if err != nil || len(list) != 2 || list[0].Dir != "a" || len(list[0].Args) != 1 {
		t.Error(list, err)
	}
}
