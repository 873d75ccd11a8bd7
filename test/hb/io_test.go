//go:build race

package hb

import (
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"unsafe"
)

// What package syscall transfers. The memory model does not speak of files. syscall.Write releases
// and syscall.Read acquires one variable for all descriptors (ioSync), so that whoever read a byte
// knows what its writer did before. That is more than the bytes of one pipe would justify.

func pipe() (r, w int) {
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		panic(err)
	}
	return fds[0], fds[1]
}

func shut(fds ...int) {
	for _, fd := range fds {
		syscall.Close(fd)
	}
}

func (rules) TestNoRaceSyscallPipe() {
	r, w := pipe()
	x := 0
	inTurn(
		func() { x = 1; syscall.Write(w, []byte("a")) },
		func() { syscall.Read(r, make([]byte, 1)); use(x) })
	shut(r, w)
}

func (rules) TestRaceSyscallPipeWriteAfter() {
	r, w := pipe()
	x := 0
	inTurn(
		func() { syscall.Write(w, []byte("a")); x = 1 },
		func() { syscall.Read(r, make([]byte, 1)); use(x) })
	shut(r, w)
}

func (rules) TestRaceSyscallPipeReadBefore() {
	r, w := pipe()
	x := 0
	inTurn(
		func() { x = 1; syscall.Write(w, []byte("a")) },
		func() { use(x); syscall.Read(r, make([]byte, 1)) })
	shut(r, w)
}

// The reader's side is passed on to nobody.
func (rules) TestRaceSyscallReadReleasesNothing() {
	r, w := pipe()
	r2, w2 := pipe()
	syscall.Write(w, []byte("a"))
	syscall.Write(w2, []byte("a"))
	x := 0
	inTurn(
		func() { x = 1; syscall.Read(r, make([]byte, 1)) },
		func() { syscall.Read(r2, make([]byte, 1)); use(x) })
	shut(r, w, r2, w2)
}

// One variable for all descriptors: see above.
func (rules) TestHiddenSyscallOtherPipe() {
	r, w := pipe()
	r2, w2 := pipe()
	syscall.Write(w2, []byte("a"))
	x := 0
	inTurn(
		func() { x = 1; syscall.Write(w, []byte("a")) },
		func() { syscall.Read(r2, make([]byte, 1)); use(x) })
	shut(r, w, r2, w2)
}

// The raw system call has no hook.
func (rules) TestRaceSyscallRaw() {
	r, w := pipe()
	x, buf := 0, keep(new([1]byte))
	inTurn(
		func() { x = 1; syscall.Syscall(syscall.SYS_WRITE, uintptr(w), uintptr(unsafe.Pointer(buf)), 1) },
		func() { syscall.Syscall(syscall.SYS_READ, uintptr(r), uintptr(unsafe.Pointer(buf)), 1); use(x) })
	shut(r, w)
}

// The buffer is written by Read, as far as it got, and read by Write.

func (rules) TestRaceSyscallReadBuffer() {
	r, w := pipe()
	syscall.Write(w, []byte("abcd"))
	buf := make([]byte, 8)
	inTurn(func() { syscall.Read(r, buf) }, func() { use(buf[3]) })
	shut(r, w)
}

func (rules) TestNoRaceSyscallReadBufferRest() {
	r, w := pipe()
	syscall.Write(w, []byte("abcd"))
	buf := make([]byte, 8)
	inTurn(func() { syscall.Read(r, buf) }, func() { buf[4] = 1 })
	shut(r, w)
}

func (rules) TestRaceSyscallWriteBuffer() {
	r, w := pipe()
	buf := make([]byte, 8)
	inTurn(func() { syscall.Write(w, buf) }, func() { buf[7] = 1 })
	shut(r, w)
}

func (rules) TestNoRaceSyscallWriteBuffer() {
	r, w := pipe()
	buf := make([]byte, 8)
	inTurn(func() { syscall.Write(w, buf) }, func() { use(buf[7]) })
	shut(r, w)
}

// The same through package os, whose files pass their operations to package syscall.

func (rules) TestNoRaceFilePipe() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	x := 0
	together(
		func() { settle(); x = 1; w.Write([]byte("a")) },
		func() { r.Read(make([]byte, 1)); use(x) })
	r.Close()
	w.Close()
}

func (rules) TestRaceFilePipeWriteAfter() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	x := 0
	inTurn(
		func() { w.Write([]byte("a")); x = 1 },
		func() { r.Read(make([]byte, 1)); use(x) })
	r.Close()
	w.Close()
}

func (rules) TestRaceFilePipeBuffer() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	w.Write([]byte("abcd"))
	buf := make([]byte, 8)
	inTurn(func() { r.Read(buf) }, func() { use(buf[0]) })
	r.Close()
	w.Close()
}

func temporary() *os.File {
	f, err := os.CreateTemp("", "hb")
	if err != nil {
		panic(err)
	}
	os.Remove(f.Name())
	return f
}

func (rules) TestNoRaceFileReadAt() {
	f := temporary()
	x := 0
	inTurn(
		func() { x = 1; f.WriteAt([]byte("abc"), 0) },
		func() { f.ReadAt(make([]byte, 3), 0); use(x) })
	f.Close()
}

func (rules) TestRaceFileReadAtWriteAfter() {
	f := temporary()
	x := 0
	inTurn(
		func() { f.WriteAt([]byte("abc"), 0); x = 1 },
		func() { f.ReadAt(make([]byte, 3), 0); use(x) })
	f.Close()
}

// Both lock the file (internal/poll/fd_mutex.go, with atomic operations): no rule promises that.
func (rules) TestHiddenFileTwoWrites() {
	f := temporary()
	x := new(int)
	inTurn(
		func() { *x = 1; f.Write([]byte("a")) },
		func() { f.Write([]byte("b")); *x = 2 })
	f.Close()
}

func (rules) TestRaceFileTwoFiles() {
	f, g := temporary(), temporary()
	x := new(int)
	inTurn(
		func() { *x = 1; f.Write([]byte("a")) },
		func() { g.Write([]byte("b")); *x = 2 })
	f.Close()
	g.Close()
}

// File name operations order nothing.
func (rules) TestRaceFileByName() {
	dir, err := os.MkdirTemp("", "hb")
	if err != nil {
		panic(err)
	}
	name, x := filepath.Join(dir, "flag"), 0
	inTurn(
		func() { x = 1; os.Mkdir(name, 0o700) },
		func() {
			if _, err := os.Stat(name); err == nil {
				use(x)
			}
		})
	os.RemoveAll(dir)
}

// Sockets.

func (rules) TestNoRaceSocketPair() {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		panic(err)
	}
	x := 0
	inTurn(
		func() { x = 1; syscall.Write(fds[0], []byte("a")) },
		func() { syscall.Read(fds[1], make([]byte, 1)); use(x) })
	shut(fds[0], fds[1])
}

// connect returns both ends of a connection over the loopback interface, or nothing if there is none.
func connect() (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		skip("no loopback interface: " + err.Error())
		return nil, nil
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		skip("no loopback interface: " + err.Error())
		return nil, nil
	}
	if b, err = l.Accept(); err != nil {
		panic(err)
	}
	return a, b
}

func (rules) TestNoRaceConnection() {
	a, b := connect()
	if a == nil {
		return
	}
	x := 0
	together(
		func() { settle(); x = 1; a.Write([]byte("a")) },
		func() { b.Read(make([]byte, 1)); use(x) })
	a.Close()
	b.Close()
}

func (rules) TestRaceConnectionWriteAfter() {
	a, b := connect()
	if a == nil {
		return
	}
	x := 0
	inTurn(
		func() { a.Write([]byte("a")); x = 1 },
		func() { b.Read(make([]byte, 1)); use(x) })
	a.Close()
	b.Close()
}

// To see the end of the stream is a Read without an error from the system: an edge, but to what
// Close did not release.
func (rules) TestRaceConnectionClose() {
	a, b := connect()
	if a == nil {
		return
	}
	x := 0
	inTurn(
		func() { x = 1; a.Close() },
		func() { b.Read(make([]byte, 1)); use(x) })
	b.Close()
}

// What package net does without syscall.Write orders nothing: several buffers at once (writev), and
// datagrams (sendto).

func (rules) TestRaceConnectionBuffers() {
	a, b := connect()
	if a == nil {
		return
	}
	x := 0
	inTurn(
		func() {
			x = 1
			buffers := net.Buffers{[]byte("a"), []byte("b")}
			buffers.WriteTo(a)
		},
		func() { b.Read(make([]byte, 2)); use(x) })
	a.Close()
	b.Close()
}

func (rules) TestRaceDatagram() {
	a, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		skip("no loopback interface: " + err.Error())
		return
	}
	b, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	x := 0
	inTurn(
		func() { x = 1; a.WriteTo([]byte("a"), b.LocalAddr()) },
		func() { b.ReadFrom(make([]byte, 1)); use(x) })
	a.Close()
	b.Close()
}

// net.Pipe and io.Pipe are made of channels and mutexes.

func (rules) TestNoRaceNetPipe() {
	a, b := net.Pipe()
	x := 0
	together(
		func() { x = 1; a.Write([]byte("a")) },
		func() { b.Read(make([]byte, 1)); use(x) })
}

func (rules) TestNoRaceIOPipe() {
	r, w := io.Pipe()
	x := 0
	together(
		func() { x = 1; w.Write([]byte("a")) },
		func() { r.Read(make([]byte, 1)); use(x) })
}

func (rules) TestRaceIOPipeWriteAfter() {
	r, w := io.Pipe()
	x, t := 0, new(turn)
	together(
		func() { w.Write([]byte("a")); x = 1; t.to(1) },
		func() { r.Read(make([]byte, 1)); t.at(1); use(x) })
}

// Signals. signal.Notify happens before the delivery to its channel; the system call that sends
// the signal orders nothing.

func (rules) TestNoRaceSignalNotify() {
	c := make(chan os.Signal, 1)
	x, t := 0, new(turn)
	together(
		func() {
			x = 1
			signal.Notify(c, syscall.SIGUSR1)
			t.to(1)
			t.at(2)
		},
		func() {
			t.at(1)
			syscall.Kill(syscall.Getpid(), syscall.SIGUSR1)
			<-c
			use(x)
			t.to(2)
		})
	signal.Stop(c)
}

func (rules) TestRaceSignalSender() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	x := 0
	inTurn(
		func() { x = 1; syscall.Kill(syscall.Getpid(), syscall.SIGUSR1) },
		func() { <-c; use(x) })
	signal.Stop(c)
}

// The environment is guarded by a mutex.
func (rules) TestNoRaceEnvironment() {
	x := 0
	inTurn(
		func() { x = 1; os.Setenv("HB_CASE", "1") },
		func() {
			if os.Getenv("HB_CASE") != "" {
				use(x)
			}
		})
	os.Unsetenv("HB_CASE")
}

// Neither do the calls by which a program looks at its runtime.
func (rules) TestRaceRuntimeCalls() {
	x := new(int)
	f := func() {
		runtime.Gosched()
		use(runtime.NumGoroutine())
		use(runtime.GOMAXPROCS(0))
		runtime.LockOSThread()
		*x = 1
		runtime.UnlockOSThread()
		runtime.GC()
		runtime.ReadMemStats(new(runtime.MemStats))
		debug.SetGCPercent(debug.SetGCPercent(50))
		use(runtime.Stack(make([]byte, 100), true))
	}
	inTurn(f, f)
}

// One that does: its semaphore is told to the detector (runtime/metrics.go, metricsSema).
func (rules) TestHiddenMetricsTwoReads() {
	x := new(int)
	read := func() { metrics.Read([]metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}) }
	inTurn(func() { *x = 1; read() }, func() { read(); *x = 2 })
}

func (rules) TestRaceGetpid() {
	x := new(int)
	f := func() { use(syscall.Getpid()); *x = 1; use(syscall.Getuid()) }
	inTurn(f, f)
}
