// A program of which half is C.  Usage: cprog NAME
package main

/*
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void goWrite(uintptr_t p, int n);
void goCount(void);

typedef struct Job {
    uintptr_t p;
    int n;
} Job;

static void *job_run(void *v)
{
    Job *j = v;
    goWrite(j->p, j->n);
    return NULL;
}

// A thread of C's own calls into Go and ends, before the function returns.
static int in_c_thread(uintptr_t p, int n)
{
    pthread_t t;
    Job j = {p, n};
    if (pthread_create(&t, NULL, job_run, &j) != 0)
        return -1;
    return pthread_join(t, NULL);
}

static void *count_run(void *v)
{
    int n = *(int *)v;
    for (int i = 0; i < n; i++)
        goCount();
    return NULL;
}

static int count_in_threads(int threads, int n)
{
    pthread_t t[64];
    if (threads > 64)
        return -1;
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&t[i], NULL, count_run, &n) != 0)
            return -1;
    }
    for (int i = 0; i < threads; i++)
        pthread_join(t[i], NULL);
    return 0;
}

static void unflushed(void)
{
    printf("written by C, with no newline and no flush");
}

static void at_exit(void)
{
    printf(" [atexit ran]");
}

// A thread calls into Go while the program exits.
static uintptr_t exit_p;

static void at_exit_in_thread(void)
{
    in_c_thread(exit_p, 3);
    at_exit();
}

static int register_exit_in_thread(uintptr_t p)
{
    exit_p = p;
    return atexit(at_exit_in_thread);
}

static int register_exit(void)
{
    return atexit(at_exit);
}

static int sum_bytes(void *p, int n)
{
    int s = 0;
    for (int i = 0; i < n; i++)
        s += ((unsigned char *)p)[i];
    return s;
}

static int through_go(uintptr_t p, int n)
{
    goWrite(p, n);
    return n;
}
*/
import "C"

import (
	"fmt"
	"os"
	"sync"
	"unsafe"

	"compat/quiet"
)

//export goWrite
func goWrite(p C.uintptr_t, n C.int) {
	*(*C.int)(unsafe.Pointer(uintptr(p))) = n
}

var mu sync.Mutex
var total int

//export goCount
func goCount() {
	mu.Lock()
	total++
	mu.Unlock()
}

var target C.int

func check(ok bool, format string, args ...interface{}) {
	if !ok {
		fmt.Printf("wrong: "+format+"\n", args...)
		os.Exit(1)
	}
}

func ordered(first, second func()) {
	var made, done quiet.Flag
	go func() {
		first()
		made.Set()
	}()
	made.Wait()
	go func() {
		second()
		done.Set()
	}()
	done.Wait()
}

func main() {
	p := C.uintptr_t(uintptr(unsafe.Pointer(&target)))
	switch name := quiet.Word(1, ""); name {
	case "callback-race": // two goroutines, each by way of C
		ordered(func() { C.through_go(p, 1) }, func() { C.through_go(p, 2) })
	case "thread-race": // two threads that C started; the first has ended
		ordered(func() { C.in_c_thread(p, 1) }, func() { C.in_c_thread(p, 2) })
	case "thread-main-race":
		ordered(func() { C.in_c_thread(p, 1) }, func() { target = 2 })
	case "malloc-race": // C's memory, accessed by Go
		m := (*[4]C.int)(C.malloc(16))
		ordered(func() { m[1] = 1 }, func() { m[1] = 2 })
		C.free(unsafe.Pointer(m))
	case "threads":
		check(C.count_in_threads(32, 500) == 0, "threads")
		check(total == 32*500, "%d", total)
	case "threads-come-and-go":
		for i := 0; i < 100; i++ {
			check(C.count_in_threads(8, 3) == 0, "threads")
		}
		check(total == 100*8*3, "%d", total)
	case "memory": // C frees and reuses what goroutines wrote
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := 0; i < 2000; i++ {
					m := C.calloc(64, 1)
					b := (*[64]byte)(m)
					for j := range b {
						b[j]++
					}
					check(C.sum_bytes(m, 64) == 64, "sum")
					C.free(m)
				}
			}()
		}
		wg.Wait()
	case "go-memory":
		b := make([]byte, 1000)
		for i := range b {
			b[i] = 1
		}
		check(C.sum_bytes(unsafe.Pointer(&b[0]), 1000) == 1000, "sum")
		s := C.CString("text")
		check(C.GoString(s) == "text" && string(C.GoBytes(unsafe.Pointer(s), 2)) == "te", "strings")
		C.free(unsafe.Pointer(s))
	case "stdio":
		C.unflushed()
	case "stdio-exit":
		C.unflushed()
		os.Exit(0)
	case "stdio-exit-5":
		C.unflushed()
		os.Exit(5)
	case "atexit":
		C.register_exit()
		C.unflushed()
	case "atexit-race":
		C.register_exit()
		C.unflushed()
		ordered(func() { target = 1 }, func() { target = 2 })
	case "atexit-thread-race":
		C.register_exit_in_thread(p)
		ordered(func() { target = 1 }, func() {})
	default:
		fmt.Println("no such test:", name)
		os.Exit(2)
	}
	fmt.Println("done")
}
