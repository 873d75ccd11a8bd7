/* fast.h: what Go's assembly knows of the race runtime.
 *
 * The hooks that the tool's link step makes (src/driver/driver_asm.c) look at the runtime's tables themselves, by the
 * names gomm_fast_* and these numbers; rt/abi.c asserts that they are so.  Plain numbers, since they become text.
 */
#ifndef GOMM_FAST_H
#define GOMM_FAST_H

/* struct thr: the goroutine's key, its shadow stack. */
#define GOMM_FAST_KEY  0
#define GOMM_FAST_TOP  8
#define GOMM_FAST_END  16
#define GOMM_FAST_BASE 24

/* struct frame of the shadow stack. */
#define GOMM_FAST_FRAME       16
#define GOMM_FAST_FRAME_PC    0
#define GOMM_FAST_FRAME_STACK 8
#define GOMM_FAST_FRAME_DEPTH 12

/* gomm_fast_ranges, of the heap and of global variables, GOMM_FAST_RANGE bytes each (struct fast_range): the words from
 * `words` on stand for the memory from `lo` on, `size` bytes, eight for eight.  What lies in neither is of no concern
 * unless gomm_fast_mode is set.  The two words behind the last can be read. */
#define GOMM_FAST_RANGE 24
#define GOMM_FAST_LO    0
#define GOMM_FAST_SIZE  8
#define GOMM_FAST_WORDS 16

/* gomm_fast_records: where the records are; each has its key first and 1 << GOMM_FAST_RECORD_LOG bytes.  A word has bytes
 * and record of the write in bits 56 to 63 and 24 to 47, those of the read in 48 to 55 and 0 to 23. */
#define GOMM_FAST_RECORD_LOG 4

#endif
