/* events.h: the event file, the one channel from the runtime (rt/) to the tool (src/race, src/share).
 *
 * Shape: JSON Lines, UTF-8, one object per line, every line written by one write(2) on a
 * descriptor opened O_APPEND, so that the test binaries of several packages may share a file
 * and a killed process costs at most its last line.  A reader skips what it cannot parse.
 * doc/events.schema.json has the form of each line for other readers.
 * The file's name comes in the environment variable GOMM_EVENTS_ENV; unset means no file.
 *
 *  {"v":1,"event":"start","pid":P,"exe":"/path"}
 *  {"v":1,"event":"race","pid":P,"seq":N,"addr":"0x…",
 *   "accesses":[ACCESS,ACCESS],          current access first, previous access second
 *   "object":OBJECT|null,
 *   "order":{"access_epoch":E,"known_epoch":K,"current_epoch":C}
 *   [,"sync":[SYNC,SYNC]]}               of the goroutines of the accesses, in the same order
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
 *         With "sync", epochs end with acquires too, and C - E is no such number: see "releases".
 * SYNC    {"complete":BOOL,"releases":N,"counted":BOOL,"ops":[OP…]}   oldest first: the latest before the access, and
 *         those after it.  complete: all since the goroutine began were seen, so that what is not there before the access
 *         was not done, or was undone.  releases: after the access; more than that if not counted.
 * OP      {"kind":"acquire"|"release"|"merge"|"exchange"|"load"|"store"|"rmw"|"go"|"start","addr":"0x…" or, of go and
 *         start, "goroutine":N,"epoch":E,"after":BOOL[,"edge":true][,"from":N],"stack":[FRAME…]}
 *         What the runtime was told: a Mutex.Lock is a rmw and an acquire, a channel operation an exchange.  after: after
 *         the access.  edge: of the previous access's goroutine, the release that ended epoch K; of the current one's,
 *         the acquire that brought it.  from: who alone had released what was acquired.  The stack's innermost frames
 *         say what the operation was, the first one outside of packages runtime, sync and so on where.
 *
 * goroutine numbers are creation order (main is 1), as in the detector's text.
 *
 * With GOMM=share… (rt/line.h), written at exit, lines with the most transfers first, then one `share`:
 *
 *  {"v":1,"event":"line","pid":P,"addr":"0x…","size":64,"virtual":null|"pair"|"shift",
 *   "lives":N,                           with these objects, one after the other: all counts are sums
 *   "first_ns":T,"last_ns":T,            when it was looked at closely, since the program's start
 *   "windows":N,"shared_windows":N,      windows with an access; with a transfer
 *   "accesses":N,                        sum over words[]; what touches two words counts for both
 *   "transfers":N,"same_word":N,"moves":N,
 *   "processors":[{"from":P,"to":P,"transfers":N}…],
 *   "goroutines":[{"goroutine":G,"main":BOOL,"first_ns":T,"last_ns":T,"accesses":N,"transfers":N,
 *                  "created_by":G,"created":[FRAME…]}…],
 *   "words":[{"offset":O,"goroutine":G,COUNTS,"transfers":N}…],
 *   "sites":[{"kind":KIND,"goroutines":[G…],"accesses":N,"transfers":N,"spans":[[O,SIZE]…],
 *             "locks":["0x…"…],"stack":[FRAME…]}…],
 *   "objects":[{"from":O,"to":O,"object":OBJECT}…],
 *   "folded":N}
 *  {"v":1,"event":"share","pid":P,"check":BOOL,"ns":T,"observed_ns":T,"bursts":N,"accesses":N,"observed":N,
 *   "window_ns":T,"windows":N,"processors":N,"goroutines":N,
 *   "line":64,"lines":N,"reported":N,"dropped":N}
 *
 * What counts.  A line is looked at closely, and counted exactly, once it has gone to and fro a few times between
 * goroutines on different Ps within one window of time, at least one of which wrote: initialisation by one
 * goroutine is not in the counts.  With sampling (`observed_ns` of `ns`, `observed` of `accesses`) counts are of what
 * happened in bursts: divide by observed / accesses.
 * size       64; 128 of a pair.  Offsets are bytes from addr, and addr of a shifted line is not a multiple of 64.
 * virtual    null: a line of this machine.  "pair": 128 aligned bytes, whose two lines are shared with each other
 *            (128-byte lines, adjacent-line prefetch).  "shift": 64 bytes across two lines that would be one if the
 *            object lay elsewhere.  For these, transfers are only those between the two real lines, `windows` those of
 *            the first one, "processors" is empty, and transfers in words, sites and goroutines are 0: they are
 *            latent, nothing of it happened here.
 * transfers  The line had to move to another P's cache: a write while another P had a copy, or a read of what another P
 *            wrote.  Only if both sides ran in the same window, and are different goroutines; a goroutine that
 *            takes the line along to another P is in `moves`.  Each is attributed to the access that fetched.
 * same_word  Of these: the goroutine that fetched went on to a word that the one before had touched too, and one of the two
 *            wrote to it: true sharing.  transfers - same_word is what padding could save.
 * words      One entry for each (8-byte word, goroutine); entries of atomic operations on four bytes are of their word.
 * COUNTS     "read":N,"write":N (plain),"load":N,"store":N,"rmw":N (atomic; rmw: add, swap, and, or, compare-and-swap,
 *            also one that fails),"lock":N (any atomic operation within sync.Mutex or sync.RWMutex).
 * KIND       "read"|"write"|"load"|"store"|"rmw"|"lock".
 * sites      A call stack at which the line was accessed, most accesses first; at most 32.  stack is as in ACCESS: that of
 *            an atomic operation begins with sync/atomic's function (or the inlined one).  spans: the bytes it
 *            touched.  locks: the addresses of sync.Mutex and sync.RWMutex held at all of them.
 * goroutine  0: all those that are not kept apart (more than 32 on one line).  created is [] for main and for 0.
 * objects    What lies on the line while it is looked at, [from, to) of the line: null is not listed.  OBJECT's offset
 *            is that of the byte at `from`.
 * folded     Accesses that are in `words` only, since the line has more sites than are kept.
 * share      ns: time since start; windows are window_ns long.  processors: Ps that accessed anything.  lines: looked at
 *            closely, reported: line events, dropped: not looked at for want of room.
 */
#ifndef GOMM_EVENTS_H
#define GOMM_EVENTS_H

#define GOMM_EVENTS_ENV     "GOMM_EVENTS"
#define GOMM_EVENTS_VERSION 1

#endif
