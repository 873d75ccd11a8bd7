package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"compat/quiet"
)

var global int

func init() {
	shapes["write-write"] = func() {
		x := new(int)
		order(func() { *x = 1 }, func() { *x = 2 })
	}
	shapes["read-write"] = func() {
		x := new(int)
		order(func() { use(*x) }, func() { *x = 2 })
	}
	shapes["write-read"] = func() {
		x := new(int)
		order(func() { *x = 1 }, func() { use(*x) })
	}
	shapes["global"] = func() {
		order(func() { global = 1 }, func() { global = 2 })
	}
	shapes["main-second"] = func() {
		var made quiet.Flag
		go func() {
			global = 1
			made.Set()
		}()
		made.Wait()
		quiet.Settle(1)
		global = 2
	}
	shapes["main-first"] = func() {
		var start, done quiet.Flag
		go func() {
			start.Wait()
			global = 1
			done.Set()
		}()
		global = 2
		start.Set()
		done.Wait()
	}
	shapes["finished"] = func() {
		var made, done quiet.Flag
		go func() {
			global = 1
			made.Set()
		}()
		made.Wait()
		quiet.Settle(1)
		go func() {
			global = 2
			done.Set()
		}()
		done.Wait()
	}
	shapes["nested-creation"] = func() {
		var made, done quiet.Flag
		go spawn(3, func() {
			global = 1
			made.Set()
		})
		made.Wait()
		quiet.Settle(1)
		go spawn(2, func() {
			global = 2
			done.Set()
		})
		done.Wait()
	}
	shapes["go-named"] = func() {
		var made, done quiet.Flag
		go setGlobal(1, &made)
		made.Wait()
		quiet.Settle(1)
		go setGlobal(2, &done)
		done.Wait()
	}
	shapes["go-method"] = func() {
		var made, done quiet.Flag
		c := &counter{}
		go c.add(1, &made)
		made.Wait()
		quiet.Settle(1)
		f := c.add
		go f(2, &done)
		done.Wait()
	}
	shapes["locks-held"] = func() {
		var a, b sync.Mutex
		order(func() { a.Lock(); global = 1; a.Unlock() }, func() { b.Lock(); global = 2; b.Unlock() })
	}
	shapes["atomic-first"] = func() {
		x := new(int64)
		order(func() { atomic.AddInt64(x, 1) }, func() { *x = 2 })
	}
	shapes["atomic-second"] = func() {
		x := new(int64)
		order(func() { *x = 2 }, func() { atomic.StoreInt64(x, 1) })
	}
	shapes["atomic-load-first"] = func() {
		x := new(int32)
		order(func() { atomic.LoadInt32(x) }, func() { *x = 2 })
	}
	shapes["atomic-cas"] = func() {
		x := new(int64)
		order(func() { *x = 2 }, func() { atomic.CompareAndSwapInt64(x, 2, 3) })
	}
	shapes["atomic-value"] = func() {
		x := new(atomic.Int64)
		order(func() { *(*int64)(pointer(x)) = 2 }, func() { x.Add(1) })
	}
	shapes["timer"] = func() {
		var made, done quiet.Flag
		time.AfterFunc(time.Millisecond, func() {
			global = 1
			made.Set()
		})
		made.Wait()
		quiet.Settle(1)
		go func() {
			global = 2
			done.Set()
		}()
		done.Wait()
	}
	shapes["finalizer"] = func() {
		var made quiet.Flag
		runtime.SetFinalizer(new([64]int), func(*[64]int) {
			global = 1
			made.Set()
		})
		runtime.GC()
		runtime.GC()
		made.Wait()
		var done quiet.Flag
		go func() {
			global = 2
			done.Set()
		}()
		done.Wait()
	}
	shapes["once"] = func() {
		var a, b sync.Once
		order(func() { a.Do(writeGlobal) }, func() { b.Do(writeGlobal) })
	}
	shapes["waitgroup-wrong"] = func() {
		var wg sync.WaitGroup
		order(func() { wg.Add(1) }, func() { go wg.Done(); wg.Wait() })
	}
	shapes["two-pairs"] = func() {
		var a, b int
		order(func() { a = 1; b = 1 }, func() { b = 2; a = 2 })
		use(a + b)
	}
	shapes["same-pair-twice"] = func() {
		v := make([]int, 2)
		order(func() { setAll(v) }, func() { setAll(v) })
	}
}

//go:noinline
func setAll(v []int) {
	for i := range v {
		v[i] = 1
	}
}

//go:norace
//go:noinline
func use(int) {}

func writeGlobal() { global = 1 }

func setGlobal(n int, f *quiet.Flag) {
	global = n
	f.Set()
}

type counter struct{ n int }

func (c *counter) add(n int, f *quiet.Flag) {
	c.n += n
	f.Set()
}

func spawn(depth int, f func()) {
	if depth == 0 {
		f()
		return
	}
	go spawn(depth-1, f)
}
