/* proc_signal.h: which children run, and what signals do meanwhile.  For proc.c and base.c.
 *
 * The table of children is read by a signal handler, so it is an array of atomics.
 * Threading: any thread.
 */
#ifndef GOMM_BASE_PROC_SIGNAL_H
#define GOMM_BASE_PROC_SIGNAL_H

#include <signal.h>

#include "base/base.h"

enum { PROC_SIGNAL_CHILDREN = 64 };

/* Blocks the handled signals in this thread, around a step that they must not split. */
void proc_signal_block(sigset_t *old);
void proc_signal_unblock(const sigset_t *old);
/* The signals that are handled. */
void proc_signal_set(sigset_t *set);

/* Takes a place for a child that is about to start: its number, or -1 if all are taken. */
int proc_signal_reserve(void);
void proc_signal_started(int place, int pid, bool own_group);
void proc_signal_ended(int place);
void proc_signal_kill_children(void); /* SIGKILL to all; async-signal-safe */

#endif
