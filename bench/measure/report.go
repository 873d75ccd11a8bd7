package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// report is text that goes to standard output and, in the end, into a file.
type report struct {
	file   string
	text   bytes.Buffer
	missed int // bars
}

var titles = map[string]string{
	"speed":  "speed of race-instrumented programs: Go's stock race runtime and gomm's",
	"memory": "time and memory of race-instrumented programs: Go's stock race runtime and gomm's",
	"suites": "whole test suites: go test -race and gomm test",
	"growth": "time per operation among more goroutines, and beside a larger heap",
	"share":  "speed of programs whose race runtime observes cache lines (GOMM=share…), beside plain, stock and gomm's without",
	"sample": "speed of programs whose race runtime samples (GOMM=sample=…), beside plain, stock and gomm's without",
	"driver": "wall time of go commands: go -race and gomm",
}

var files = map[string]string{
	"speed":  "race_speed.txt",
	"memory": "race_memory.txt",
	"suites": "race_suites.txt",
	"growth": "race_growth.txt",
	"sample": "race_sample.txt",
	"share":  "race_share.txt",
	"driver": "driver_overhead.txt",
}

// newReport starts with where and when the numbers come from.
func newReport(c config, mode string) *report {
	r := &report{file: c.out + "/" + files[mode]}
	r.line("%s", titles[mode])
	r.line("")
	r.line("date      %s", time.Now().Format("2006-01-02 15:04 -0700"))
	r.line("machine   %s", machine())
	r.line("go        %s", goVersion(c))
	r.line("gomm      %s", c.version)
	return r
}

func goVersion(c config) string {
	version, err := goTool(c.source, "go", "version")
	check(err)
	return strings.TrimPrefix(version, "go version ")
}

func (r *report) line(format string, args ...interface{}) {
	line := strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n"
	r.text.WriteString(line)
	fmt.Print(line)
}

// atMost and atLeast print what was aimed at beside what was reached; NaN is no result, which is no pass.
// scripts/bench-race.sh collects lines that begin with "bar".
func (r *report) atMost(what string, value, bar float64) {
	r.bar(what, value, bar, "at most", value <= bar)
}

func (r *report) atLeast(what string, value, bar float64) {
	r.bar(what, value, bar, "at least", value >= bar)
}

func (r *report) bar(what string, value, bar float64, relation string, pass bool) {
	verdict, shown := "pass", "-"
	if !pass {
		verdict = "MISS"
		r.missed++
	}
	if !math.IsNaN(value) {
		shown = trimmed(value)
	}
	r.line("bar  %-76s %9s  %-8s %-7s %s", what, shown, relation, trimmed(bar), verdict)
}

// trimmed is number without decimals that say nothing.
func trimmed(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return fmt.Sprintf("%.0f", x)
	}
	if x < 1 {
		return fmt.Sprintf("%.3f", x)
	}
	return number(x)
}

// fine is whether the run succeeded: nothing failed and, if the bars count, none was missed.
func (r *report) fine(c config, failed bool) bool {
	return !failed && !(c.strict && r.missed > 0)
}

func (r *report) close() {
	check(os.WriteFile(r.file, r.text.Bytes(), 0o666))
}

func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, line := range strings.Split(string(text), "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	var memory string
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		memory = fmt.Sprintf(", %.0f GB", float64(info.Totalram)*float64(info.Unit)/(1<<30))
	}
	kernel := "Linux"
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel += " " + strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("%s, %d CPUs%s, %s %s", model, runtime.NumCPU(), memory, kernel, runtime.GOARCH)
}

// gommVersion names the runtime by the hash that gomm knows it by, and the source if this is a
// checkout: it says "changed" if the runtime's files are not those of the commit.
func gommVersion(c config) string {
	version, err := goTool(c.source, c.gomm, "version")
	check(err)
	version = strings.TrimPrefix(version, "gomm version ")
	env, err := goTool(c.source, c.gomm, "env")
	check(err)
	for _, line := range strings.Split(env, "\n") {
		if strings.HasPrefix(line, "GOMM_RUNTIME_ID='") && len(line) > 29 {
			version += ", runtime " + line[17:29]
		}
	}
	git := func(args ...string) (string, bool) {
		cmd := exec.Command("git", append([]string{"-C", c.source}, args...)...)
		text, err := cmd.Output()
		return strings.TrimSpace(string(text)), err == nil
	}
	if commit, ok := git("log", "-1", "--format=%h", "--", "../rt"); ok && commit != "" {
		version += ", rt/ of commit " + commit
		if changed, ok := git("status", "--porcelain", "--", "../rt"); ok && changed != "" {
			version += ", changed"
		}
	}
	return version
}

// number prints a positive quantity with three figures or more, without an exponent.
func number(x float64) string {
	switch {
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func pValue(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

// progress shows on a terminal what is being done; "" clears the line.
func progress(format string, args ...interface{}) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return
	}
	if format == "" {
		fmt.Fprint(os.Stderr, "\r\033[K")
		return
	}
	fmt.Fprintf(os.Stderr, "\r\033[K"+format, args...)
}
