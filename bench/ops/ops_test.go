package ops

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	word  int
	words = new([1024]int)
	sink  int
)

func BenchmarkWriteSameWord(b *testing.B) {
	p := &word
	for i := 0; i < b.N; i++ {
		*p = i
	}
}

func BenchmarkReadSameWord(b *testing.B) {
	p, sum := &word, 0
	for i := 0; i < b.N; i++ {
		sum += *p
	}
	sink = sum
}

func BenchmarkReadArray(b *testing.B) {
	p, sum := words, 0
	for i := 0; i < b.N; i++ {
		sum += p[i&1023]
	}
	sink = sum
}

func BenchmarkWriteArray(b *testing.B) {
	p := words
	for i := 0; i < b.N; i++ {
		p[i&1023] = i
	}
}

// Several values to a word of 8 bytes.
var (
	bytes   = new([1024]byte)
	uint32s = new([1024]uint32)
)

func BenchmarkReadBytes(b *testing.B) {
	p, sum := bytes, 0
	for i := 0; i < b.N; i++ {
		sum += int(p[i&1023])
	}
	sink = sum
}

func BenchmarkWriteBytes(b *testing.B) {
	p := bytes
	for i := 0; i < b.N; i++ {
		p[i&1023] = byte(i)
	}
}

func BenchmarkReadUint32s(b *testing.B) {
	p, sum := uint32s, uint32(0)
	for i := 0; i < b.N; i++ {
		sum += p[i&1023]
	}
	sink = int(sum)
}

func BenchmarkWriteUint32s(b *testing.B) {
	p := uint32s
	for i := 0; i < b.N; i++ {
		p[i&1023] = uint32(i)
	}
}

// Memory that is new each time: 256 KB, word after word.
func BenchmarkAllocAndFill256K(b *testing.B) {
	for i := 0; i < b.N; i++ {
		p := make([]int, 32<<10)
		for j := range p {
			p[j] = j
		}
		sink = p[i&1023]
	}
}

//go:noinline
func readOne(p *int) int { return *p }

func BenchmarkCallAndRead(b *testing.B) {
	p, sum := &word, 0
	for i := 0; i < b.N; i++ {
		sum += readOne(p)
	}
	sink = sum
}

//go:noinline
func recur(n int, p *int) {
	if n > 0 {
		recur(n-1, p)
	}
	*p = n
}

// 64 calls, one write in each.
func BenchmarkRecursion64(b *testing.B) {
	for i := 0; i < b.N; i++ {
		recur(63, &word)
	}
}

type four struct{ a, b, c, d int }

var fours = new([2]four)

func BenchmarkStructCopy32(b *testing.B) {
	p := fours
	for i := 0; i < b.N; i++ {
		p[i&1] = p[1-i&1]
	}
}

var pages = new([2][4096]byte)

func BenchmarkCopy4K(b *testing.B) {
	p := pages
	for i := 0; i < b.N; i++ {
		copy(p[0][:], p[1][:])
	}
}

func BenchmarkClear4K(b *testing.B) {
	p := pages
	for i := 0; i < b.N; i++ {
		p[0] = [4096]byte{}
	}
}

func BenchmarkAppendByte(b *testing.B) {
	s := make([]byte, 0, 4096)
	for i := 0; i < b.N; i++ {
		if len(s) == cap(s) {
			s = s[:0]
		}
		s = append(s, byte(i))
	}
	sink = len(s)
}

var kept *four

func BenchmarkAlloc32(b *testing.B) {
	for i := 0; i < b.N; i++ {
		kept = &four{a: i}
	}
}

func BenchmarkMapReadWrite(b *testing.B) {
	m := make(map[int]int)
	for i := 0; i < 1024; i++ {
		m[i] = i
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		m[i&1023] = m[(i+7)&1023]
	}
}

var counter int64

func BenchmarkAtomicAdd(b *testing.B) {
	for i := 0; i < b.N; i++ {
		atomic.AddInt64(&counter, 1)
	}
}

func BenchmarkAtomicLoad(b *testing.B) {
	sum := int64(0)
	for i := 0; i < b.N; i++ {
		sum += atomic.LoadInt64(&counter)
	}
	sink = int(sum)
}

func BenchmarkAtomicAddParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			atomic.AddInt64(&counter, 1)
		}
	})
}

var mu sync.Mutex

func BenchmarkMutexPair(b *testing.B) {
	for i := 0; i < b.N; i++ {
		mu.Lock()
		word++
		mu.Unlock()
	}
}

func BenchmarkMutexParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mu.Lock()
			word++
			mu.Unlock()
		}
	})
}

var rw sync.RWMutex

func BenchmarkRWMutexRead(b *testing.B) {
	sum := 0
	for i := 0; i < b.N; i++ {
		rw.RLock()
		sum += word
		rw.RUnlock()
	}
	sink = sum
}

func BenchmarkMutexMany(b *testing.B) {
	locked := make([]struct {
		sync.Mutex
		n int
	}, 1<<14)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		l := &locked[i&(1<<14-1)]
		l.Lock()
		l.n++
		l.Unlock()
	}
}

func BenchmarkOnceDone(b *testing.B) {
	var once sync.Once
	for i := 0; i < b.N; i++ {
		once.Do(func() { word++ })
	}
}

func BenchmarkPoolGetPut(b *testing.B) {
	pool := sync.Pool{New: func() interface{} { return new(four) }}
	for i := 0; i < b.N; i++ {
		v := pool.Get().(*four)
		v.a++
		pool.Put(v)
	}
}

func BenchmarkSyncMapLoad(b *testing.B) {
	var m sync.Map
	for i := 0; i < 1024; i++ {
		m.Store(i, i)
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		v, _ := m.Load(i & 1023)
		sink = v.(int)
	}
}

func BenchmarkChanPingPong(b *testing.B) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
		close(pong)
	}()
	for i := 0; i < b.N; i++ {
		ping <- i
		<-pong
	}
	close(ping)
	<-pong
}

func BenchmarkChanBuffered(b *testing.B) {
	c := make(chan int, 128)
	done := make(chan int)
	go func() {
		sum := 0
		for v := range c {
			sum += v
		}
		done <- sum
	}()
	for i := 0; i < b.N; i++ {
		c <- i
	}
	close(c)
	sink = <-done
}

func BenchmarkSelect(b *testing.B) {
	a, c := make(chan int, 1), make(chan int, 1)
	for i := 0; i < b.N; i++ {
		a <- i
		select {
		case v := <-a:
			c <- v
		case <-c:
		}
		select {
		case <-a:
		case <-c:
		}
	}
}

func BenchmarkGoAndWait(b *testing.B) {
	done := make(chan bool)
	for i := 0; i < b.N; i++ {
		go func() { done <- true }()
		<-done
	}
}

// 100 goroutines at once, each with one write of its own.
func BenchmarkWaitGroup100(b *testing.B) {
	var slots [100]int
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for g := range slots {
			g := g
			wg.Add(1)
			go func() {
				slots[g]++
				wg.Done()
			}()
		}
		wg.Wait()
	}
	sink = slots[0]
}

// Many goroutines that read the same words, then one that writes them: read sets of 64.
func BenchmarkSharedReaders64(b *testing.B) {
	for i := 0; i < b.N; i++ {
		var wg sync.WaitGroup
		for g := 0; g < 64; g++ {
			wg.Add(1)
			go func() {
				sum := 0
				for _, w := range words[:128] {
					sum += w
				}
				runtime.KeepAlive(sum)
				wg.Done()
			}()
		}
		wg.Wait()
		for w := range words[:128] {
			words[w]++
		}
	}
}

func BenchmarkDeferRecover(b *testing.B) {
	f := func() {
		defer func() { _ = recover() }()
		panic(&word)
	}
	for i := 0; i < b.N; i++ {
		f()
	}
}
