package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A meter tells how many CPUs other programs used up since it was started, from the kernel's
// totals less what we and our children used. The totals count in ticks of 10 ms, so a meter
// should run for some hundred milliseconds. Time that a hypervisor gave to others counts as well.
type meter struct {
	began time.Time
	busy  time.Duration
	own   time.Duration
}

func startMeter() meter {
	return meter{time.Now(), busyTime(), ownTime()}
}

// foreign is in CPUs: 0.5 is half of one.
func (m meter) foreign() float64 {
	wall := time.Since(m.began)
	others := (busyTime() - m.busy) - (ownTime() - m.own)
	if others < 0 || wall <= 0 {
		return 0
	}
	return others.Seconds() / wall.Seconds()
}

// busyTime adds up, over all CPUs, what /proc/stat does not call idle.
func busyTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	check(err)
	line, _, _ := strings.Cut(string(text), "\n")
	// cpu user nice system idle iowait irq softirq steal guest guest_nice; guests are in user.
	var ticks int64
	for i, f := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 {
			continue
		}
		n, err := strconv.ParseInt(f, 10, 64)
		check(err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // USER_HZ is 100 on every Linux of today
}

// ownTime is the CPU time of this process and of its children that have ended.
func ownTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		check(syscall.Getrusage(who, &u))
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// A gate holds measurements up while others keep the machine busy, as long as its patience lasts.
// What it judges by is the load alone, never the value that was measured.
type gate struct {
	maxLoad  float64
	rt       bool
	patience time.Duration
	waited   time.Duration
	rounds   int
	off      int // rounds that were used although the load was too high
	repeated int
	foreign  float64 // summed over the rounds used
	switches int64
	seconds  float64
}

// allowed is the load that n busy CPUs of ours can bear: others may have half of what is left, or all
// of it if we go before them. With priority the gaps count little in which we sleep or start.
func (g *gate) allowed(n int) float64 {
	free := float64(runtime.NumCPU() - n)
	if free < 0 {
		free = 0
	}
	if g.rt {
		return g.maxLoad + 0.5 + free
	}
	return g.maxLoad + free/2
}

func newGate(c config) *gate {
	return &gate{maxLoad: c.maxLoad, rt: c.rt, patience: c.patience}
}

// wait returns when the machine is quiet enough for n CPUs, or patience has run out.
func (g *gate) wait(n int) {
	for g.patience > 0 {
		m := startMeter()
		time.Sleep(250 * time.Millisecond)
		if m.foreign() <= g.allowed(n) {
			return
		}
		spent := time.Since(m.began)
		g.patience -= spent
		g.waited += spent
	}
}

// again tells whether a round that is over has to be done once more. It looks at the load first
// and waits only where there is some, so that quiet machines lose no time.
func (g *gate) again(m meter, n int, switches int64) bool {
	foreign, spent := m.foreign(), time.Since(m.began)
	disturbed := foreign > g.allowed(n)
	if disturbed && g.patience > 0 {
		g.patience -= spent
		g.waited += spent
		g.repeated++
		g.wait(n)
		return true
	}
	if disturbed {
		g.off++
	}
	g.rounds++
	g.foreign += foreign
	g.switches += switches
	g.seconds += spent.Seconds()
	return false
}

// bad gives the reason why the load forbids a conclusion, or "".
func (g *gate) bad() string {
	if g.rounds > 0 && float64(g.off) > 0.1*float64(g.rounds) {
		return fmt.Sprintf("the load: other programs disturbed %d of %d rounds", g.off, g.rounds)
	}
	return ""
}

func (g *gate) String() string {
	if g.rounds == 0 {
		return "nothing was measured"
	}
	return fmt.Sprintf("other programs used %.2f CPUs on average; %d of %d rounds disturbed (%d more repeated, %.0f s lost to that); %.0f involuntary switches/s",
		g.foreign/float64(g.rounds), g.off, g.rounds, g.repeated, g.waited.Seconds(), float64(g.switches)/g.seconds)
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	f := strings.Fields(string(text))
	return strings.Join(f[:3], " ")
}

// loadRule says in the report what others may do meanwhile.
func (c config) loadRule() string {
	s := fmt.Sprintf("at most %.2f foreign CPUs, and half of those left free", c.maxLoad)
	if c.rt {
		s = fmt.Sprintf("real-time priority, at most %.2f foreign CPUs beside those left free", c.maxLoad+0.5)
	}
	return s
}
