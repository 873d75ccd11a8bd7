package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gomm.dev/bench/proc"
)

// The three builds of every program, in the order of the table's columns.
const (
	plain = iota
	stock
	gomm
	variants
)

var variantNames = [variants]string{"plain", "stock", "gomm"}

// outcome is what one run of a program cost.
type outcome struct {
	stdout   string
	wall     time.Duration
	cpu      time.Duration
	switches int64 // involuntary ones
}

// job is a command to run under limits.
type job struct {
	dir     string
	args    []string
	env     []string // beside environment()
	limit   time.Duration
	maxRSS  int64 // bytes; 0: any
	lowered bool  // builds, which others should not feel
	rt      bool  // in front of everything else, by chrt
}

// environment is ours without what would change the programs under test. The stock runtime
// sleeps for a second before it exits, to let other goroutines race; a benchmark need not.
func environment() []string {
	var env []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "GORACE", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "GOMM", "GOMM_EVENTS",
			"GOFLAGS", "GOEXPERIMENT", "GOARCH", "GOOS", "GOAMD64", "BENCH_FLAGS",
			"MAKEFLAGS", "MAKELEVEL", "MFLAGS":
			continue
		}
		env = append(env, e)
	}
	return append(env, "GORACE=atexit_sleep_ms=0", "GOTOOLCHAIN=local", "GOWORK=off", "LC_ALL=C")
}

// run ends the whole process group when a limit is passed.
func (j job) run() (outcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), j.limit)
	defer cancel()
	args := j.args
	if j.rt {
		args = append([]string{"chrt", "-r", "1"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = j.dir
	cmd.Env = append(environment(), j.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	if j.lowered {
		_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, 10)
	}

	var reason error
	var watching sync.WaitGroup
	over := make(chan struct{})
	watching.Add(1)
	go func() {
		defer watching.Done()
		reason = watch(ctx, cmd.Process.Pid, j, over)
	}()
	err := cmd.Wait()
	wall := time.Since(began)
	close(over)
	watching.Wait()
	if reason != nil {
		return outcome{}, reason
	}
	if err != nil {
		return outcome{}, fmt.Errorf("%w%s", err, lastWords(stderr.String()+stdout.String()))
	}
	o := outcome{
		stdout: stdout.String(),
		wall:   wall,
		cpu:    cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.switches = u.Nivcsw
	}
	return o, nil
}

// watch kills the process group of pid when a limit is passed, and says which.
func watch(ctx context.Context, pid int, j job, over chan struct{}) error {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			_ = syscall.Kill(-pid, syscall.SIGKILL)
			return fmt.Errorf("more than %v", j.limit)
		case <-poll.C:
			if j.maxRSS > 0 && proc.Resident(strconv.Itoa(pid)) > j.maxRSS {
				_ = syscall.Kill(-pid, syscall.SIGKILL)
				return fmt.Errorf("more than %d MB", j.maxRSS>>20)
			}
		}
	}
}

// lastWords are the first and last lines of what a failed program said.
func lastWords(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return ""
	}
	if len(lines) > 8 {
		lines = append(append(lines[:4:4], "..."), lines[len(lines)-3:]...)
	}
	return "\n    " + strings.Join(lines, "\n    ")
}

// goTool runs the go or the gomm command.
func goTool(dir string, args ...string) (string, error) {
	o, err := job{dir: dir, args: args, limit: 20 * time.Minute, lowered: true}.run()
	if err != nil {
		err = fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(o.stdout), err
}

// buildTests makes the three test programs of a package, <out>/bin/<variant>/<name>.
func buildTests(c config, dir, pkg, name string, flags []string) ([variants]string, error) {
	return buildEach(c, dir, name, func(v int) []string {
		return append([]string{"test", "-c"}, flags...)
	}, pkg)
}

// buildMain makes the three programs of a command.
func buildMain(c config, dir, pkg, name string) ([variants]string, error) {
	return buildEach(c, dir, name, func(v int) []string { return []string{"build"} }, pkg)
}

func buildEach(c config, dir, name string, command func(v int) []string, pkg string) ([variants]string, error) {
	var files [variants]string
	for v := range files {
		folder := c.out + "/bin/" + variantNames[v]
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return files, err
		}
		files[v] = folder + "/" + name
		args := []string{"go"}
		if v == gomm {
			args[0] = c.gomm
		}
		args = append(args, command(v)...)
		if v == stock {
			args = append(args, "-race")
		}
		if _, err := goTool(dir, append(args, "-o", files[v], pkg)...); err != nil {
			return files, err
		}
		if err := verify(files[v], v); err != nil {
			return files, err
		}
	}
	return files, nil
}

// verify makes sure that a program holds the runtime that it is measured for: only the stock one
// speaks of ThreadSanitizer, both speak of data races.
func verify(file string, v int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	has := [variants][2]bool{plain: {false, false}, stock: {true, true}, gomm: {false, true}}[v]
	if bytes.Contains(text, []byte("ThreadSanitizer")) != has[0] ||
		bytes.Contains(text, []byte("WARNING: DATA RACE")) != has[1] {
		return errors.New(file + " does not hold the runtime that it should")
	}
	return nil
}
