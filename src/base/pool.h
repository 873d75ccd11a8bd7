/* pool.h: threads that run a graph of tasks.
 *
 *   struct pool *p = pool_new(0);
 *   struct pool_task *t = pool_task(p, check, pkg);
 *   pool_after(t, dep);
 *   pool_submit(t);
 *   if (!pool_wait(p)) ... a cycle: some tasks can never run
 *   pool_free(p);
 *
 * A task runs once, after it was submitted and every task that it comes after has ended;
 * everything those did is visible to it.  Tasks may create and submit others.  The thread in
 * pool_wait works too, so a pool of one thread starts none and runs tasks in the order in
 * which they became ready.
 *
 * Ownership: tasks are the pool's, valid until pool_wait returns.  Threading: pool_task,
 * pool_after and pool_submit from the owner or from inside tasks; pool_wait from the owner.
 */
#ifndef GOMM_BASE_POOL_H
#define GOMM_BASE_POOL_H

#include "base/base.h"

struct pool;
struct pool_task;

/* worker is 0 .. pool_threads()-1, for results and arenas that are kept per thread. */
typedef void pool_fn(void *arg, u32 worker);

/* n threads in all, counting the one that waits; 0: one per processor.  If the system gives
 * fewer, fewer. */
struct pool *pool_new(u32 n);
void pool_free(struct pool *p);
u32 pool_threads(const struct pool *p);

struct pool_task *pool_task(struct pool *p, pool_fn *fn, void *arg);
/* t waits for dep.  Before t is submitted; dep may run or have ended already. */
void pool_after(struct pool_task *t, struct pool_task *dep);
void pool_submit(struct pool_task *t);
/* Runs until every task that can run has ended; false if some cannot (a cycle, or a
 * dependency that was never submitted).  Forgets all tasks in either case. */
bool pool_wait(struct pool *p);

/* fn(ctx, i, worker) for i in 0 .. n-1, in pieces; returns when all are done.  From the owner,
 * with no other task waiting. */
void pool_each(struct pool *p, size_t n, void (*fn)(void *ctx, size_t i, u32 worker), void *ctx);

u32 pool_cpus(void); /* processors that this process may use */

#endif
