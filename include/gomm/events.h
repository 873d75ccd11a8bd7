/* events.h: the event file, the one channel from the runtime (rt/) to the tool (src/race).
 *
 * Shape: JSON Lines, UTF-8, one object per line, every line written by one write(2) on a
 * descriptor opened O_APPEND, so that the test binaries of several packages may share a file
 * and a killed process costs at most its last line.  A reader skips what it cannot parse.
 * The file's name comes in the environment variable GOMM_EVENTS_ENV; unset means no file.
 *
 *  {"v":1,"event":"start","pid":P,"exe":"/path"}
 *  {"v":1,"event":"race","pid":P,"seq":N,"addr":"0x…",
 *   "accesses":[ACCESS,ACCESS],          current access first, previous access second
 *   "object":OBJECT|null,
 *   "order":{"access_epoch":E,"known_epoch":K,"current_epoch":C}}
 *  {"v":1,"event":"exit","pid":P,"races":N,"status":S[,"sample":SAMPLE]}
 *
 * ACCESS  {"kind":"read"|"write","atomic":BOOL,"addr":"0x…","size":BYTES,"goroutine":N,"main":BOOL,
 *          "running":BOOL,"stack":[FRAME…],"created_by":N,"created":[FRAME…]}   created is [] for main
 * FRAME   {"fn":"pkg.F","file":"/abs.go","line":L,"off":O}      innermost first, inlining expanded
 * OBJECT  {"kind":"heap","base":"0x…","size":S,"offset":O,"stack":[FRAME…]}   stack of the allocation
 *       | {"kind":"global","name":"pkg.v","base":"0x…","size":S,"offset":O}
 * SAMPLE  {"ns":T,"burst_ns":T,"bursts":N,"accesses":N,"sampled":N}   only with GOMM=sample=…: what was remembered
 * order   The previous access was made in epoch E of its goroutine; the current goroutine had
 *         acquired that goroutine's releases up to epoch K < E; that goroutine is now in epoch C,
 *         so it released C - E times since the access and none of these was acquired.
 *
 * goroutine numbers are creation order (main is 1), as in the detector's text.
 */
#ifndef GOMM_EVENTS_H
#define GOMM_EVENTS_H

#define GOMM_EVENTS_ENV     "GOMM_EVENTS"
#define GOMM_EVENTS_VERSION 1

#endif
