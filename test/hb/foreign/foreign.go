// Package foreign runs Go functions in threads that C has made, and calls of C that do nothing, for
// the cases on cgo.
package foreign

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <stdint.h>

extern void hbForeignCall(intptr_t i);

static void *body(void *i)
{
    hbForeignCall((intptr_t)i);
    return 0;
}

static int start(pthread_t *t, intptr_t i)
{
    return pthread_create(t, 0, body, (void *)i);
}

static void join(pthread_t t)
{
    pthread_join(t, 0);
}

static void back(intptr_t i)
{
    hbForeignCall(i);
}

static void nothing(void)
{
}
*/
import "C"

// A Thread was made by C.
type Thread struct{ t C.pthread_t }

// Start runs f in a new thread.
func Start(f func()) *Thread {
	var t Thread
	if C.start(&t.t, number(f)) != 0 {
		panic("pthread_create")
	}
	return &t
}

// Join waits for the end of the thread.
func (t *Thread) Join() { C.join(t.t) }

// Back calls C, which calls f in the same thread.
func Back(f func()) { C.back(number(f)) }

// Nothing calls C and comes back.
func Nothing() { C.nothing() }
