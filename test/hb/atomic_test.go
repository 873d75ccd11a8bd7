//go:build race

package hb

import (
	"sync/atomic"
	"unsafe"
)

// If the effect of atomic operation A is observed by atomic operation B, then A happens before B.
// All widths have hooks of their own, so that each rule stands here for 32 and for 64 bits.

// orders tries every way to release against every way to acquire.
func orders(release, acquire []func()) {
	for _, r := range release {
		for _, a := range acquire {
			r, a, x := r, a, 0
			inTurn(func() { x = 1; r() }, func() { a(); use(x) })
		}
	}
}

func (rules) TestNoRaceAtomicInt32() {
	v := new(int32)
	orders(
		[]func(){
			func() { atomic.StoreInt32(v, 1) },
			func() { atomic.AddInt32(v, 1) },
			func() { atomic.SwapInt32(v, 2) },
			func() { atomic.CompareAndSwapInt32(v, atomic.LoadInt32(v), 3) },
		},
		[]func(){
			func() { atomic.LoadInt32(v) },
			func() { atomic.AddInt32(v, 1) },
			func() { atomic.SwapInt32(v, 2) },
			func() { atomic.CompareAndSwapInt32(v, atomic.LoadInt32(v), 3) },
			func() { atomic.CompareAndSwapInt32(v, 99, 3) },
		})
}

func (rules) TestRaceAtomicInt32WriteAfterStore() {
	x, v := 0, new(int32)
	inTurn(func() { atomic.StoreInt32(v, 1); x = 1 }, func() { atomic.LoadInt32(v); use(x) })
}

func (rules) TestNoRaceAtomicUint32() {
	v := new(uint32)
	orders(
		[]func(){
			func() { atomic.StoreUint32(v, 1) },
			func() { atomic.AddUint32(v, 1) },
			func() { atomic.SwapUint32(v, 2) },
			func() { atomic.CompareAndSwapUint32(v, atomic.LoadUint32(v), 3) },
		},
		[]func(){
			func() { atomic.LoadUint32(v) },
			func() { atomic.AddUint32(v, 1) },
			func() { atomic.SwapUint32(v, 2) },
			func() { atomic.CompareAndSwapUint32(v, atomic.LoadUint32(v), 3) },
			func() { atomic.CompareAndSwapUint32(v, 99, 3) },
		})
}

func (rules) TestRaceAtomicUint32WriteAfterStore() {
	x, v := 0, new(uint32)
	inTurn(func() { atomic.StoreUint32(v, 1); x = 1 }, func() { atomic.LoadUint32(v); use(x) })
}

func (rules) TestNoRaceAtomicInt64() {
	v := new(int64)
	orders(
		[]func(){
			func() { atomic.StoreInt64(v, 1) },
			func() { atomic.AddInt64(v, 1) },
			func() { atomic.SwapInt64(v, 2) },
			func() { atomic.CompareAndSwapInt64(v, atomic.LoadInt64(v), 3) },
		},
		[]func(){
			func() { atomic.LoadInt64(v) },
			func() { atomic.AddInt64(v, 1) },
			func() { atomic.SwapInt64(v, 2) },
			func() { atomic.CompareAndSwapInt64(v, atomic.LoadInt64(v), 3) },
			func() { atomic.CompareAndSwapInt64(v, 99, 3) },
		})
}

func (rules) TestRaceAtomicInt64WriteAfterStore() {
	x, v := 0, new(int64)
	inTurn(func() { atomic.StoreInt64(v, 1); x = 1 }, func() { atomic.LoadInt64(v); use(x) })
}

func (rules) TestNoRaceAtomicUint64() {
	v := new(uint64)
	orders(
		[]func(){
			func() { atomic.StoreUint64(v, 1) },
			func() { atomic.AddUint64(v, 1) },
			func() { atomic.SwapUint64(v, 2) },
			func() { atomic.CompareAndSwapUint64(v, atomic.LoadUint64(v), 3) },
		},
		[]func(){
			func() { atomic.LoadUint64(v) },
			func() { atomic.AddUint64(v, 1) },
			func() { atomic.SwapUint64(v, 2) },
			func() { atomic.CompareAndSwapUint64(v, atomic.LoadUint64(v), 3) },
			func() { atomic.CompareAndSwapUint64(v, 99, 3) },
		})
}

func (rules) TestRaceAtomicUint64WriteAfterStore() {
	x, v := 0, new(uint64)
	inTurn(func() { atomic.StoreUint64(v, 1); x = 1 }, func() { atomic.LoadUint64(v); use(x) })
}

func (rules) TestNoRaceAtomicUintptr() {
	v := new(uintptr)
	orders(
		[]func(){
			func() { atomic.StoreUintptr(v, 1) },
			func() { atomic.AddUintptr(v, 1) },
			func() { atomic.SwapUintptr(v, 2) },
			func() { atomic.CompareAndSwapUintptr(v, atomic.LoadUintptr(v), 3) },
		},
		[]func(){
			func() { atomic.LoadUintptr(v) },
			func() { atomic.AddUintptr(v, 1) },
			func() { atomic.SwapUintptr(v, 2) },
			func() { atomic.CompareAndSwapUintptr(v, atomic.LoadUintptr(v), 3) },
			func() { atomic.CompareAndSwapUintptr(v, 99, 3) },
		})
}

func (rules) TestRaceAtomicUintptrWriteAfterStore() {
	x, v := 0, new(uintptr)
	inTurn(func() { atomic.StoreUintptr(v, 1); x = 1 }, func() { atomic.LoadUintptr(v); use(x) })
}

// Rules of direction, 32 bits.

func (rules) TestRaceAtomic32ReadBeforeLoad() {
	x, v := 0, new(int32)
	inTurn(func() { x = 1; atomic.StoreInt32(v, 1) }, func() { use(x); atomic.LoadInt32(v) })
}

// A load has no effect that anyone could observe.
func (rules) TestRaceAtomic32LoadReleasesNothing() {
	x, v := 0, new(int32)
	inTurn(func() { x = 1; atomic.LoadInt32(v) }, func() { atomic.LoadInt32(v); use(x) })
}

func (rules) TestRaceAtomic32LoadThenStore() {
	x, v := 0, new(int32)
	inTurn(func() { x = 1; atomic.LoadInt32(v) }, func() { atomic.StoreInt32(v, 1); use(x) })
}

// A store observes nothing.
func (rules) TestRaceAtomic32StoreAcquiresNothing() {
	x, v := 0, new(int32)
	inTurn(func() { x = 1; atomic.StoreInt32(v, 1) }, func() { atomic.StoreInt32(v, 2); use(x) })
}

// A load observes the last store, not the ones before it.
func (rules) TestRaceAtomic32StoreOverwritten() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; atomic.StoreInt32(v, 1) },
		func() { atomic.StoreInt32(v, 2) },
		func() { atomic.LoadInt32(v); use(x) })
}

// But a read-modify-write observes what it replaces, and is observed in turn.
func (rules) TestNoRaceAtomic32StoreThenAddThenLoad() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; atomic.StoreInt32(v, 1) },
		func() { atomic.AddInt32(v, 1) },
		func() { atomic.SwapInt32(v, 7) },
		func() { atomic.CompareAndSwapInt32(v, 7, 8) },
		func() { atomic.LoadInt32(v); use(x) })
}

// A compare-and-swap that fails has written nothing: it passes nothing on.
func (rules) TestRaceAtomic32FailedCompareAndSwapReleasesNothing() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; atomic.CompareAndSwapInt32(v, 5, 6) },
		func() { atomic.LoadInt32(v); use(x) })
}

func (rules) TestNoRaceAtomic32FailedCompareAndSwapAcquires() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; atomic.StoreInt32(v, 1) },
		func() {
			if !atomic.CompareAndSwapInt32(v, 0, 6) {
				use(x)
			}
		})
}

// The store of the failed compare-and-swap's predecessor is still there to be observed.
func (rules) TestNoRaceAtomic32FailedCompareAndSwapKeepsStore() {
	x, v := 0, new(int32)
	inTurn(
		func() { x = 1; atomic.StoreInt32(v, 1) },
		func() { atomic.CompareAndSwapInt32(v, 5, 6) },
		func() { atomic.LoadInt32(v); use(x) })
}

func (rules) TestRaceAtomic32OtherVariable() {
	x, v := 0, new([2]int32)
	inTurn(func() { x = 1; atomic.StoreInt32(&v[0], 1) }, func() { atomic.LoadInt32(&v[1]); use(x) })
}

// Atomic operations do not race with each other, with plain accesses they do, unless both only read.

func (rules) TestNoRaceAtomic32AllOperations() {
	v := new(int32)
	f := func() {
		for i := int32(0); i < 20; i++ {
			atomic.LoadInt32(v)
			atomic.StoreInt32(v, i)
			atomic.AddInt32(v, 1)
			atomic.SwapInt32(v, i)
			atomic.CompareAndSwapInt32(v, i, i+1)
		}
	}
	together(f, f, f)
}

func (rules) TestNoRaceAtomic32LoadPlainRead() {
	v := keep(new(int32))
	inTurn(func() { atomic.LoadInt32(v) }, func() { use(*v) }, func() { atomic.LoadInt32(v) })
}

func (rules) TestRaceAtomic32LoadPlainWrite() {
	v := keep(new(int32))
	inTurn(func() { atomic.LoadInt32(v) }, func() { *v = 1 })
}

func (rules) TestRaceAtomic32PlainWriteLoad() {
	v := keep(new(int32))
	inTurn(func() { *v = 1 }, func() { atomic.LoadInt32(v) })
}

func (rules) TestRaceAtomic32StorePlainRead() {
	v := keep(new(int32))
	inTurn(func() { atomic.StoreInt32(v, 1) }, func() { use(*v) })
}

func (rules) TestRaceAtomic32PlainReadStore() {
	v := keep(new(int32))
	inTurn(func() { use(*v) }, func() { atomic.StoreInt32(v, 1) })
}

func (rules) TestRaceAtomic32StorePlainWrite() {
	v := keep(new(int32))
	inTurn(func() { atomic.StoreInt32(v, 1) }, func() { *v = 1 })
}

func (rules) TestRaceAtomic32PlainReadAdd() {
	v := keep(new(int32))
	inTurn(func() { use(*v) }, func() { atomic.AddInt32(v, 1) })
}

func (rules) TestRaceAtomic32AddPlainRead() {
	v := keep(new(int32))
	inTurn(func() { atomic.AddInt32(v, 1) }, func() { use(*v) })
}

func (rules) TestRaceAtomic32PlainReadSwap() {
	v := keep(new(int32))
	inTurn(func() { use(*v) }, func() { atomic.SwapInt32(v, 1) })
}

func (rules) TestRaceAtomic32PlainReadCompareAndSwap() {
	v := keep(new(int32))
	inTurn(func() { use(*v) }, func() { atomic.CompareAndSwapInt32(v, 0, 1) })
}

func (rules) TestRaceAtomic32PlainWriteFailedCompareAndSwap() {
	v := keep(new(int32))
	inTurn(func() { *v = 1 }, func() { atomic.CompareAndSwapInt32(v, 5, 6) })
}

// Rules of direction, 64 bits.

func (rules) TestRaceAtomic64ReadBeforeLoad() {
	x, v := 0, new(int64)
	inTurn(func() { x = 1; atomic.StoreInt64(v, 1) }, func() { use(x); atomic.LoadInt64(v) })
}

// A load has no effect that anyone could observe.
func (rules) TestRaceAtomic64LoadReleasesNothing() {
	x, v := 0, new(int64)
	inTurn(func() { x = 1; atomic.LoadInt64(v) }, func() { atomic.LoadInt64(v); use(x) })
}

func (rules) TestRaceAtomic64LoadThenStore() {
	x, v := 0, new(int64)
	inTurn(func() { x = 1; atomic.LoadInt64(v) }, func() { atomic.StoreInt64(v, 1); use(x) })
}

// A store observes nothing.
func (rules) TestRaceAtomic64StoreAcquiresNothing() {
	x, v := 0, new(int64)
	inTurn(func() { x = 1; atomic.StoreInt64(v, 1) }, func() { atomic.StoreInt64(v, 2); use(x) })
}

// A load observes the last store, not the ones before it.
func (rules) TestRaceAtomic64StoreOverwritten() {
	x, v := 0, new(int64)
	inTurn(
		func() { x = 1; atomic.StoreInt64(v, 1) },
		func() { atomic.StoreInt64(v, 2) },
		func() { atomic.LoadInt64(v); use(x) })
}

// But a read-modify-write observes what it replaces, and is observed in turn.
func (rules) TestNoRaceAtomic64StoreThenAddThenLoad() {
	x, v := 0, new(int64)
	inTurn(
		func() { x = 1; atomic.StoreInt64(v, 1) },
		func() { atomic.AddInt64(v, 1) },
		func() { atomic.SwapInt64(v, 7) },
		func() { atomic.CompareAndSwapInt64(v, 7, 8) },
		func() { atomic.LoadInt64(v); use(x) })
}

// A compare-and-swap that fails has written nothing: it passes nothing on.
func (rules) TestRaceAtomic64FailedCompareAndSwapReleasesNothing() {
	x, v := 0, new(int64)
	inTurn(
		func() { x = 1; atomic.CompareAndSwapInt64(v, 5, 6) },
		func() { atomic.LoadInt64(v); use(x) })
}

func (rules) TestNoRaceAtomic64FailedCompareAndSwapAcquires() {
	x, v := 0, new(int64)
	inTurn(
		func() { x = 1; atomic.StoreInt64(v, 1) },
		func() {
			if !atomic.CompareAndSwapInt64(v, 0, 6) {
				use(x)
			}
		})
}

// The store of the failed compare-and-swap's predecessor is still there to be observed.
func (rules) TestNoRaceAtomic64FailedCompareAndSwapKeepsStore() {
	x, v := 0, new(int64)
	inTurn(
		func() { x = 1; atomic.StoreInt64(v, 1) },
		func() { atomic.CompareAndSwapInt64(v, 5, 6) },
		func() { atomic.LoadInt64(v); use(x) })
}

func (rules) TestRaceAtomic64OtherVariable() {
	x, v := 0, new([2]int64)
	inTurn(func() { x = 1; atomic.StoreInt64(&v[0], 1) }, func() { atomic.LoadInt64(&v[1]); use(x) })
}

// Atomic operations do not race with each other, with plain accesses they do, unless both only read.

func (rules) TestNoRaceAtomic64AllOperations() {
	v := new(int64)
	f := func() {
		for i := int64(0); i < 20; i++ {
			atomic.LoadInt64(v)
			atomic.StoreInt64(v, i)
			atomic.AddInt64(v, 1)
			atomic.SwapInt64(v, i)
			atomic.CompareAndSwapInt64(v, i, i+1)
		}
	}
	together(f, f, f)
}

func (rules) TestNoRaceAtomic64LoadPlainRead() {
	v := keep(new(int64))
	inTurn(func() { atomic.LoadInt64(v) }, func() { use(*v) }, func() { atomic.LoadInt64(v) })
}

func (rules) TestRaceAtomic64LoadPlainWrite() {
	v := keep(new(int64))
	inTurn(func() { atomic.LoadInt64(v) }, func() { *v = 1 })
}

func (rules) TestRaceAtomic64PlainWriteLoad() {
	v := keep(new(int64))
	inTurn(func() { *v = 1 }, func() { atomic.LoadInt64(v) })
}

func (rules) TestRaceAtomic64StorePlainRead() {
	v := keep(new(int64))
	inTurn(func() { atomic.StoreInt64(v, 1) }, func() { use(*v) })
}

func (rules) TestRaceAtomic64PlainReadStore() {
	v := keep(new(int64))
	inTurn(func() { use(*v) }, func() { atomic.StoreInt64(v, 1) })
}

func (rules) TestRaceAtomic64StorePlainWrite() {
	v := keep(new(int64))
	inTurn(func() { atomic.StoreInt64(v, 1) }, func() { *v = 1 })
}

func (rules) TestRaceAtomic64PlainReadAdd() {
	v := keep(new(int64))
	inTurn(func() { use(*v) }, func() { atomic.AddInt64(v, 1) })
}

func (rules) TestRaceAtomic64AddPlainRead() {
	v := keep(new(int64))
	inTurn(func() { atomic.AddInt64(v, 1) }, func() { use(*v) })
}

func (rules) TestRaceAtomic64PlainReadSwap() {
	v := keep(new(int64))
	inTurn(func() { use(*v) }, func() { atomic.SwapInt64(v, 1) })
}

func (rules) TestRaceAtomic64PlainReadCompareAndSwap() {
	v := keep(new(int64))
	inTurn(func() { use(*v) }, func() { atomic.CompareAndSwapInt64(v, 0, 1) })
}

func (rules) TestRaceAtomic64PlainWriteFailedCompareAndSwap() {
	v := keep(new(int64))
	inTurn(func() { *v = 1 }, func() { atomic.CompareAndSwapInt64(v, 5, 6) })
}

// The shapes in which programs use them.

func (rules) TestNoRaceAtomicSpinLock() {
	x, l := 0, new(int32)
	f := func() {
		for i := 0; i < 50; i++ {
			for !atomic.CompareAndSwapInt32(l, 0, 1) {
				pause()
			}
			x++
			atomic.StoreInt32(l, 0)
		}
	}
	together(f, f, f)
}

// A plain release of the lock undoes it: the second holder races on the lock word when it takes the
// lock and when it releases it, and on what the lock guards.
func (rules) TestRaceAtomicSpinLockPlainUnlock() {
	x, l := new(int), new(int32)
	f := func() {
		for !atomic.CompareAndSwapInt32(l, 0, 1) {
			pause()
		}
		*x = 1
		*l = 0
	}
	reports(3)
	stockFails("a cell of the shadow was replaced: two of the three")
	inTurn(f, f)
}

func (rules) TestNoRaceAtomicFlag() {
	x, ready := 0, new(int32)
	together(
		func() { settle(); x = 1; atomic.StoreInt32(ready, 1) },
		func() {
			for atomic.LoadInt32(ready) == 0 {
				pause()
			}
			use(x)
		})
}

// Each of several writers leaves the counter to the one who counts to the end.
func (rules) TestNoRaceAtomicLastOne() {
	parts, left := new([4]int), int32(4)
	f := func(i int) func() {
		return func() {
			parts[i] = i
			if atomic.AddInt32(&left, -1) == 0 {
				use(parts[0] + parts[1] + parts[2] + parts[3])
			}
		}
	}
	inTurn(f(0), f(1), f(2), f(3))
}

// A version counter that makes readers try again does not make the data's accesses atomic.
func (rules) TestRaceAtomicSequenceLock() {
	x, seq := 0, new(int32)
	inTurn(
		func() {
			s := atomic.LoadInt32(seq)
			use(x)
			use(atomic.LoadInt32(seq) == s)
		},
		func() { atomic.AddInt32(seq, 1); x = 1; atomic.AddInt32(seq, 1) })
}

func (rules) TestNoRaceAtomicPointer() {
	var head unsafe.Pointer
	inTurn(
		func() { p := new(int); *p = 1; atomic.StorePointer(&head, unsafe.Pointer(p)) },
		func() { use(*(*int)(atomic.LoadPointer(&head))) },
		func() { p := new(int); *p = 2; use(*(*int)(atomic.SwapPointer(&head, unsafe.Pointer(p)))) },
		func() {
			old, p := atomic.LoadPointer(&head), new(int)
			*p = 3
			use(atomic.CompareAndSwapPointer(&head, old, unsafe.Pointer(p)))
		},
		func() { use(*(*int)(atomic.LoadPointer(&head))) })
}

func (rules) TestRaceAtomicPointerWriteAfterStore() {
	var head unsafe.Pointer
	inTurn(
		func() { p := new(int); atomic.StorePointer(&head, unsafe.Pointer(p)); *p = 1 },
		func() { use(*(*int)(atomic.LoadPointer(&head))) })
}

func (rules) TestRaceAtomicPointerPlainLoad() {
	head := keep(new(unsafe.Pointer))
	inTurn(
		func() { atomic.StorePointer(head, unsafe.Pointer(new(int))) },
		func() { use(*head) })
}

// The types of package atomic.

func (rules) TestNoRaceAtomicTypes() {
	var i32 atomic.Int32
	var u32 atomic.Uint32
	var i64 atomic.Int64
	var u64 atomic.Uint64
	var up atomic.Uintptr
	var b atomic.Bool
	var p atomic.Pointer[int]
	orders(
		[]func(){func() { i32.Store(1) }, func() { i32.Add(1) }, func() { i32.Swap(3) }, func() { i32.CompareAndSwap(i32.Load(), 1) }},
		[]func(){func() { i32.Load() }, func() { i32.Add(1) }, func() { i32.Swap(3) }, func() { i32.CompareAndSwap(99, 1) }})
	orders(
		[]func(){func() { u32.Store(1) }, func() { u32.Add(1) }, func() { u32.Swap(3) }, func() { u32.CompareAndSwap(u32.Load(), 1) }},
		[]func(){func() { u32.Load() }, func() { u32.Add(1) }, func() { u32.Swap(3) }, func() { u32.CompareAndSwap(99, 1) }})
	orders(
		[]func(){func() { i64.Store(1) }, func() { i64.Add(1) }, func() { i64.Swap(3) }, func() { i64.CompareAndSwap(i64.Load(), 1) }},
		[]func(){func() { i64.Load() }, func() { i64.Add(1) }, func() { i64.Swap(3) }, func() { i64.CompareAndSwap(99, 1) }})
	orders(
		[]func(){func() { u64.Store(1) }, func() { u64.Add(1) }, func() { u64.Swap(3) }, func() { u64.CompareAndSwap(u64.Load(), 1) }},
		[]func(){func() { u64.Load() }, func() { u64.Add(1) }, func() { u64.Swap(3) }, func() { u64.CompareAndSwap(99, 1) }})
	orders(
		[]func(){func() { up.Store(1) }, func() { up.Add(1) }, func() { up.Swap(3) }, func() { up.CompareAndSwap(up.Load(), 1) }},
		[]func(){func() { up.Load() }, func() { up.Add(1) }, func() { up.Swap(3) }, func() { up.CompareAndSwap(99, 1) }})
	orders(
		[]func(){func() { b.Store(true) }, func() { b.Swap(true) }, func() { b.CompareAndSwap(b.Load(), true) }},
		[]func(){func() { b.Load() }, func() { b.Swap(true) }, func() { b.CompareAndSwap(false, true) }})
	orders(
		[]func(){func() { p.Store(new(int)) }, func() { p.Swap(new(int)) }, func() { p.CompareAndSwap(p.Load(), new(int)) }},
		[]func(){func() { p.Load() }, func() { p.Swap(new(int)) }, func() { p.CompareAndSwap(nil, new(int)) }})
}

func (rules) TestRaceAtomicBoolWriteAfterStore() {
	var b atomic.Bool
	x := 0
	inTurn(func() { b.Store(true); x = 1 }, func() { b.Load(); use(x) })
}

func (rules) TestRaceAtomicTypedPointerWriteAfterStore() {
	var p atomic.Pointer[int]
	inTurn(func() { v := new(int); p.Store(v); *v = 1 }, func() { use(*p.Load()) })
}

// Copied, an atomic is read as plain memory. (Through unsafe, because go vet knows.)
func (rules) TestRaceAtomicTypeCopied() {
	v := keep(new(atomic.Int64))
	inTurn(func() { v.Store(1) }, func() { use(*(*int64)(unsafe.Pointer(v))) })
}

func (rules) TestNoRaceAtomicValue() {
	var v atomic.Value
	v.Store(0)
	orders(
		[]func(){func() { v.Store(1) }, func() { v.Swap(2) }, func() { v.CompareAndSwap(v.Load(), 3) }},
		[]func(){func() { v.Load() }, func() { v.Swap(2) }, func() { v.CompareAndSwap(99, 3) }})
}

func (rules) TestNoRaceAtomicValueFirst() {
	var v atomic.Value
	x := 0
	inTurn(func() { x = 1; v.Store(1) }, func() { use(v.Load()); use(x) })
}

func (rules) TestRaceAtomicValueWriteAfterStore() {
	var v atomic.Value
	x := 0
	inTurn(func() { v.Store(1); x = 1 }, func() { v.Load(); use(x) })
}

func (rules) TestRaceAtomicValueSharedContent() {
	var v atomic.Value
	inTurn(
		func() { v.Store([]int{1, 2, 3}) },
		func() { v.Load().([]int)[0] = 1 },
		func() { v.Load().([]int)[0] = 2 })
}

// The two halves of a word are two variables, whatever the width of the word.

func (rules) TestNoRaceAtomicHalves() {
	v := keep(new([2]int32))
	inTurn(func() { atomic.StoreInt32(&v[0], 1) }, func() { v[1] = 1 }, func() { atomic.AddInt32(&v[0], 1) })
}

func (rules) TestRaceAtomicHalvesNoEdge() {
	x, v := 0, new([2]int32)
	inTurn(
		func() { x = 1; atomic.StoreInt32(&v[0], 1) },
		func() { atomic.LoadInt32(&v[1]); use(x) })
}

func (rules) TestRaceAtomic64OverPlainUpperHalf() {
	v := keep(new(uint64))
	half := &(*[2]uint32)(unsafe.Pointer(v))[1]
	inTurn(func() { *half = 1 }, func() { atomic.StoreUint64(v, 1) })
}

func (rules) TestRaceAtomic32InPlain64() {
	stockFails("a scalar access is checked as one byte at its start")
	v := keep(new(uint64))
	half := &(*[2]uint32)(unsafe.Pointer(v))[1]
	inTurn(func() { *v = 1 }, func() { atomic.StoreUint32(half, 1) })
}

// Atomic operations on different halves do not race, and neither on a whole and its half.
func (rules) TestNoRaceAtomicMixedWidths() {
	v := keep(new(uint64))
	half := &(*[2]uint32)(unsafe.Pointer(v))[1]
	inTurn(
		func() { atomic.StoreUint64(v, 1) },
		func() { atomic.StoreUint32(half, 1) },
		func() { atomic.LoadUint64(v) })
}
