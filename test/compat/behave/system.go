package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"strings"
	"sync"
	"syscall"
	"time"
)

func init() {
	tests["signals"] = func(int) {
		c := make(chan os.Signal, 100)
		signal.Notify(c, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
		x := 0
		for i := 0; i < 50; i++ {
			x = i
			must(syscall.Kill(os.Getpid(), []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP}[i%3]))
			<-c
		}
		signal.Stop(c)
		check(x == 49, "%d", x)
	}
	tests["profile"] = func(int) { // SIGPROF, 1000 times a second, in the middle of everything
		var b bytes.Buffer
		must(pprof.StartCPUProfile(&b))
		end := time.Now().Add(400 * time.Millisecond)
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				m := map[int]string{}
				for i := 0; time.Now().Before(end); i++ {
					m[i%1000] = strings.Repeat("x", i%50)
				}
			}()
		}
		wg.Wait()
		pprof.StopCPUProfile()
		check(b.Len() > 100, "%d bytes of profile", b.Len())
	}
	tests["trace"] = func(int) {
		var b bytes.Buffer
		must(trace.Start(&b))
		var wg sync.WaitGroup
		for g := 0; g < 50; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				time.Sleep(time.Millisecond)
			}()
		}
		wg.Wait()
		trace.Stop()
		check(b.Len() > 100, "%d bytes of trace", b.Len())
	}
	tests["preemption"] = func(int) { // loops without calls, stopped by signals
		debug.SetGCPercent(10)
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				v := make([]int, 1000)
				for i := 0; i < 3000000; i++ {
					v[i%1000] += i
				}
				keep(v[1])
			}()
		}
		for i := 0; i < 20; i++ {
			v := make([]byte, 1<<20)
			v[i] = 1
		}
		wg.Wait()
	}
	tests["exec-many"] = func(n int) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		total := 0
		for i := 0; i < orDefault(n, 40); i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				out, err := exec.Command("echo", "-n", "four").Output()
				must(err)
				mu.Lock()
				total += len(out)
				mu.Unlock()
			}(i)
		}
		// The parent goes on meanwhile.
		v := make([]int, 100)
		for i := 0; i < 300000; i++ {
			v[i%100]++
		}
		wg.Wait()
		check(total == 4*orDefault(n, 40), "%d", total)
	}
	tests["fork-exec"] = func(int) {
		for i := 0; i < 20; i++ {
			pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", fmt.Sprintf("exit %d", i)}, &syscall.ProcAttr{
				Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setsid: true},
			})
			must(err)
			var ws syscall.WaitStatus
			_, err = syscall.Wait4(pid, &ws, 0, nil)
			must(err)
			check(ws.ExitStatus() == i, "status %d", ws.ExitStatus())
		}
		_, err := syscall.ForkExec("/nonexistent/file", nil, nil)
		check(err == syscall.ENOENT, "%v", err)
	}
	tests["exec-self"] = func(int) { // children under the detector too
		self, err := os.Executable()
		must(err)
		var wg sync.WaitGroup
		for i := 0; i < 8; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				out, err := exec.Command(self, "goexit").CombinedOutput()
				must(err)
				check(string(out) == "goexit done\n", "%q", out)
			}()
		}
		wg.Wait()
	}
	tests["exec-replace"] = func(n int) { // the process becomes another program
		self, err := os.Executable()
		must(err)
		if n < 3 {
			must(syscall.Exec(self, []string{self, "exec-replace", fmt.Sprint(n + 1)}, os.Environ()))
		}
	}
	tests["pipes"] = func(int) {
		r, w, err := os.Pipe()
		must(err)
		x := 0
		go func() {
			x = 1
			_, err := w.Write([]byte("ready"))
			must(err)
			must(w.Close())
		}()
		b, err := io.ReadAll(r)
		must(err)
		check(string(b) == "ready" && x == 1, "%q %d", b, x) // a pipe is synchronisation
	}
	tests["network"] = func(int) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil { // no network here: nothing to show
			return
		}
		var wg sync.WaitGroup
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go io.Copy(c, c)
			}
		}()
		for i := 0; i < 20; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				c, err := net.Dial("tcp", l.Addr().String())
				must(err)
				defer c.Close()
				text := strings.Repeat("x", 100*i+1)
				_, err = io.WriteString(c, text)
				must(err)
				b := make([]byte, len(text))
				_, err = io.ReadFull(c, b)
				must(err)
				check(string(b) == text, "echo")
			}(i)
		}
		wg.Wait()
		l.Close()
	}
}
