/* fast_amd64.S: the checks that most accesses end with, before the switch to the g0 stack.
 *
 * gomm links a race_amd64.s (GOROOT/src/runtime) whose hot hooks come here first; see
 * doc/runtime.md.  On entry, on the goroutine's stack:
 *   R14 = g, DI = its thr, (SP) = return address into the user's code, BP = the caller's frame pointer
 *   R10 = where to go on with the full hook
 *   AX  = address (func_enter: the caller's return address), BX = size of a range
 * The _pc and _call ones are ABI0, called by Go's runtime for others: what AX and BX have elsewhere
 * stands at 8(SP) and 16(SP) (_pc: the caller's return address), and the pc less 1 at 24(SP).
 * Either returns to the user's code, which expects nothing of the registers but R14, BP, SP, X15 = 0,
 * and DX in func_enter (the closure's context); or jumps to R10 with AX, DI, BP, SP, R14 as they
 * came, and BX of ranges, DX of func_enter.
 *
 * The layouts are those of struct thr, frame (thread.h), record (record.h), cell (cell.h), fast_range
 * (shadow.h); abi.c asserts them.  What makes the checks right without a lock stands at word_is_fast
 * in word.h.
 */
#include "hook_amd64.inc"
#include "layout_amd64.inc"

	.set THR_TICKS, 32
	.set RANGE_LO, GOMM_FAST_LO
	.set RANGE_SIZE, GOMM_FAST_SIZE
	.set RANGE_WORDS, GOMM_FAST_WORDS
	.set RANGE, GOMM_FAST_RANGE
	.set CELL_KINDS, 35
	.set WIDTHS_REACH, 1 << 29
	.set KINDS_WRITE, 10		/* bits of the kinds of write */
	.set FAST_NEVER, 1
	.set FAST_PAUSE, 2
	.set LINE_CHECK, 2
	.set LINE, 64
	.set TICKS, 1024
	.set STRIPES, 64
	.set FEW, 56			/* bytes of a range */
	.set PROC_KNOWER, 20
	.set PROC_KNOWN, 24
	.set PROC_RECORDS, 1064		/* count, ids */
	.set PROC_JOINED, 1580		/* the same of joined records */
	.set CACHE_MAX, 128
	.set CACHE_AHEAD, 3
	.set DIRTY_ACCESS, 1
	.set NAMING_LINE_LOG, 6
	.set NAMING_MASK, (1 << 26) - 1
#if __STDC_HOSTED__
	.set ALONE_CALLS, 16
#else
	.set ALONE_CALLS, 1024
#endif
	.set RECORD_OLDER, RECORD_SPOT	/* a byte, of a joined one */
	.set PLACES_BY_RECORD, 3	/* log of how much larger they are */
	.set PLACES_BEFORE, 1 << 30	/* places of ids that are not joined's, in bytes */
	.set PLACES_AT, 64
	.set STACK_HI, 8
	.set SHADOW_PAGES, 48
	.set HEAP_LOG, 37		/* of its size */
	.set PAGE_LOG, 13

	.text

/* R8: the range that AX lies in, RCX: how far in.  What lies in none is of no concern, as in
 * racecalladdr<> (race_amd64.s).  Without a thr, to 10.  With sampling shadow_fast is empty, so that nobody else has to
 * look at the mode: then here too, but outside of bursts to 17. */
	.macro locate ranged, write
	testq	%rdi, %rdi
	je	10f
	leaq	gomm_fast_ranges(%rip), %r8
	movq	%rax, %rcx
	subq	RANGE_LO(%r8), %rcx
	cmpq	RANGE_SIZE(%r8), %rcx
	jae	8f
	.subsection 1			/* out of the way */
8:	movl	gomm_fast_mode(%rip), %esi
	testl	%esi, %esi
	jne	14f
	addq	$RANGE, %r8		/* globals? */
	movq	%rax, %rcx
	subq	RANGE_LO(%r8), %rcx
	cmpq	RANGE_SIZE(%r8), %rcx
	jb	1f
	ret
14:	cmpl	$FAST_NEVER, %esi
	je	10f
	cmpl	$0, line_mode(%rip)
	jne	30f
31:	leaq	sample_ranges(%rip), %r8
	movq	%rax, %rcx
	subq	RANGE_LO(%r8), %rcx
	cmpq	RANGE_SIZE(%r8), %rcx
	jb	15f
	addq	$RANGE, %r8
	movq	%rax, %rcx
	subq	RANGE_LO(%r8), %rcx
	cmpq	RANGE_SIZE(%r8), %rcx
	jb	15f
	ret
	/* One access, or as many as there are 256 bytes, off what the goroutine may do before it looks at the clock. */
15:
	.if \ranged
	movq	%rbx, %rdx
	shrq	$8, %rdx
	subl	%edx, THR_TICKS(%rdi)
	.endif
	subl	$1, THR_TICKS(%rdi)
	js	19f
16:	cmpl	$FAST_PAUSE, %esi
	je	17f
	jmp	1f
	/* Cache lines are observed (line.h), in bursts: to 40, if there may be something to note of this one, see word_quiet in
	   line.c.  Without a check that is all. */
30:	cmpl	$FAST_PAUSE, %esi
	je	34f
	leaq	sample_ranges(%rip), %r8
	leaq	line_tables(%rip), %r9
	movq	%rax, %rcx
	subq	RANGE_LO(%r8), %rcx
	cmpq	RANGE_SIZE(%r8), %rcx
	jb	33f
	addq	$8, %r9
	movq	%rax, %rcx
	subq	RANGE+RANGE_LO(%r8), %rcx
	cmpq	RANGE+RANGE_SIZE(%r8), %rcx
	jae	34f
33:	movl	%eax, %edx		/* within one line? */
	andl	$(LINE - 1), %edx
	.if \ranged
	addq	%rbx, %rdx
	cmpq	$LINE, %rdx
	.else
	cmpl	$(LINE - 16), %edx
	.endif
	ja	40f
	movq	(%r9), %r9
	shrq	$LINE_LOG, %rcx
	movq	(%r9,%rcx,8), %rdx
	movq	THR_KEY(%rdi), %r11
	shrq	$33, %r11		/* the goroutine */
	.if \write
	movl	line_window(%rip), %ecx
	andl	$0xfff, %ecx
	shlq	$32, %rcx
	orq	%rcx, %r11
	xorq	%r11, %rdx
	js	40f
	shlq	$20, %rdx
	jne	40f
	.else
	testq	%rdx, %rdx
	je	34f
	js	40f
	testl	%edx, %edx
	js	34f
	cmpl	%r11d, %edx
	je	34f
	shrq	$32, %rdx
	xorl	line_window(%rip), %edx
	testl	$0xfff, %edx
	je	40f
	.endif
34:	movl	gomm_fast_mode(%rip), %esi
	cmpl	$LINE_CHECK, line_mode(%rip)
	je	31b
	.if \ranged
	movq	%rbx, %rdx
	shrq	$8, %rdx
	subl	%edx, THR_TICKS(%rdi)
	.endif
	subl	$1, THR_TICKS(%rdi)
	js	10f			/* the hook looks at the clock */
	ret
19:	movq	%rax, %r9
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	cmpq	sample_until(%rip), %rax
	movq	%r9, %rax
	jae	10f			/* time for a change, perhaps */
	addl	$TICKS, THR_TICKS(%rdi)
	leaq	sample_given(%rip), %r9
	movl	%edi, %edx
	andl	$((STRIPES - 1) * 64), %edx
	addq	%rdx, %r9
	lock addq $TICKS, (%r9,%rsi,8)
	jmp	16b
	.subsection 0
1:
	.endm

/* The record in this slot of word R9, to a register (of 64, 32 bits). */
	.macro record_of slot, to=%r13, to32=%r13d
	movq	%r9, \to
	.if \slot
	shrq	$24, \to
	.endif
	andl	$0xffffff, \to32
	shlq	$RECORD_LOG, \to
	addq	gomm_fast_records(%rip), \to
	.endm

/* Goes to `hit` if the record of this slot of word R9 has key R11. Clobbers RCX. */
	.macro slot_has_key slot, hit
	record_of \slot, %rcx, %ecx
	cmpq	%r11, (%rcx)
	je	\hit
	.endm

/* What is not fast may still need neither a cell nor a report: then it is done in C on the goroutine's
 * own stack, if there is room for 1.5 KB.  pre: line_ to observe cache lines as well. */
	.macro quick how, write, pre
	leaq	-1536(%rsp), %rcx
	cmpq	(%r14), %rcx
	jb	10f
	movq	%rsp, %r12
	movq	%rax, %r13
	movq	%r10, %r15
	subq	$16, %rsp
	andq	$-16, %rsp
	movq	%rdi, (%rsp)
	movq	%rax, %rsi
	movq	%r14, %rdx
	movq	%r12, %rcx
	.ifc \how, range
	movq	(%r12), %r8
	leaq	\write(,%rbx,2), %r9
	call	\pre\()quick_range
	.else
	.ifc \how, range_pc
	movq	24(%r12), %r8
	addq	$1, %r8
	leaq	\write(,%rbx,2), %r9
	call	\pre\()quick_range
	.else
	.ifc \how, pc
	movl	$\write, %r8d
	call	\pre\()quick_pc
	.else
	.if \write
	call	\pre\()quick_write
	.else
	call	\pre\()quick_read
	.endif
	.endif
	.endif
	.endif
	movq	(%rsp), %rdi
	movq	%r12, %rsp
	movq	%r15, %r10
	xorps	%xmm15, %xmm15
	testl	%eax, %eax
	movq	%r13, %rax
	je	10f
	ret
10:	jmp	*%r10
	.endm

/* Of a scalar's hook: the place in the code where it returns to, from record_anchor, and the width of the access there, 1 to 24; 0: not
 * known.  To `far` if there is none. */
	.macro width near, to, to32, far
	movq	(%rsp), \near
	leaq	record_anchor(%rip), \to
	subq	\to, \near
	leaq	WIDTHS_REACH(\near), \to
	cmpq	$(2 * WIDTHS_REACH), \to
	jae	\far
	shrq	$2, \to
	addq	widths(%rip), \to
	movzbl	(\to), \to32
	.endm

/* An access outside of bursts (meet.h): to `met` if it may meet something.  It may reach into the next word, those of slices
 * into the third. */
	.macro pause write, met, scalar
17:	andq	$-8, %rcx
	addq	RANGE_WORDS(%r8), %rcx
	movq	(%rcx), %r9
	movq	%r9, %rdx
	orq	8(%rcx), %rdx
	jne	18f
19:
	.if \scalar
	cmpq	$0, 16(%rcx)
	jne	23f
	.endif
	ret
18:
	.if \write
	jmp	\met
	.else
	/* Reads have to do with writes only.  No bytes: a cell, or nothing. */
	movq	8(%rcx), %r8
	movq	THR_KEY(%rdi), %r11
	harmless %r9, \met
	harmless %r8, \met
	jmp	19b
	.endif
	.if \scalar
23:	width	%rdx, %rcx, %ecx, \met
	decl	%ecx
	cmpl	$16, %ecx		/* at most so many bytes, and known */
	jae	\met
	ret
	.endif
	.endm

	.macro harmless word, met
	movq	\word, %rdx
	shrq	$48, %rdx
	je	20f
	cmpl	$0xff, %edx
	jbe	21f
	shrq	$24, \word
	andl	$0xffffff, \word\()d
	shlq	$RECORD_LOG, \word
	addq	gomm_fast_records(%rip), \word
	movq	(\word), %rdx		/* the write's key: the goroutine's own? */
	xorq	%r11, %rdx
	shrq	$33, %rdx
	jne	\met
	jmp	21f
20:	testq	\word, \word
	je	21f
	andl	$0x3fffffff, \word\()d
	shlq	$3, \word
	addq	cells(%rip), \word
	testb	$KINDS_WRITE, CELL_KINDS(\word)
	jne	\met
21:
	.endm

/* RCX: the thread's P, 0 if there is none; to 39 in a system call.  As current_of (current.h).  Clobbers R13. */
	.macro held
	movl	current_at+AT_M(%rip), %ecx
	movq	(%r14,%rcx), %r13
	movl	current_at+AT_P(%rip), %ecx
	cmpq	$0, OLDP_BEHIND_P(%r13,%rcx)
	jne	39f
	movq	(%r13,%rcx), %rcx
	.endm

/* RSI: the stack of the innermost frame, by what proc R8 knows; else to 39. Clobbers RCX, R13. */
	.macro stack_known
	movq	THR_TOP(%rdi), %rcx
	cmpq	THR_BASE(%rdi), %rcx
	je	39f
	movq	STACK_HI(%r14), %r13
	subq	%rsp, %r13
	movl	FRAME_DEPTH-FRAME(%rcx), %esi
	cmpq	%rsi, %r13
	jb	39f
	movl	FRAME_STACK-FRAME(%rcx), %esi
	testl	%esi, %esi
	je	24f
21:
	.pushsection .text, 2
	/* Frames whose stacks nobody asked for yet, as thr_stack_known. */
24:	movq	%r15, %xmm7
	leaq	-FRAME(%rcx), %r13
25:	xorl	%esi, %esi
	cmpq	THR_BASE(%rdi), %r13
	je	26f
	movl	FRAME_STACK-FRAME(%r13), %esi
	testl	%esi, %esi
	jne	26f
	subq	$FRAME, %r13
	jmp	25b
26:	movabsq	$0x9e3779b97f4a7c15, %rcx
	imulq	FRAME_PC(%r13), %rcx
	shrq	$(64 - 5), %rcx
	leal	(%rcx,%rsi,8), %ecx
	andl	$(CALLS - 2), %ecx
	shll	$CALL_LOG, %ecx
	movq	FRAME_PC(%r13), %r15
	cmpl	%esi, PROC_CALL+8(%r8,%rcx)
	jne	27f
	cmpq	%r15, PROC_CALL(%r8,%rcx)
	jne	27f
28:	movl	PROC_CALL+12(%r8,%rcx), %esi
	testl	%esi, %esi
	je	29f
	movl	%esi, FRAME_STACK(%r13)
	addq	$FRAME, %r13
	cmpq	%r13, THR_TOP(%rdi)
	jne	26b
	movq	%xmm7, %r15
	jmp	21b
27:	addl	$(1 << CALL_LOG), %ecx	/* the slot beside it */
	cmpl	%esi, PROC_CALL+8(%r8,%rcx)
	jne	29f
	cmpq	%r15, PROC_CALL(%r8,%rcx)
	je	28b
29:	movq	%xmm7, %r15
	jmp	39f
	.popsection
	.endm

/* R8: the proc, RSI: the stack of the innermost frame, if this may be the only thread (alone.h); if nobody is, to `none`; else to 39. Clobbers
 * RCX, R13. */
	.macro only none=39f
	movq	alone+ALONE_PROC(%rip), %r8	/* before alone.held */
	testq	%r8, %r8
	je	\none
	held
	cmpq	%rcx, alone+ALONE_HELD(%rip)
	jne	39f
	stack_known
	.endm

/* proc_enter_lean (alone.h); else to 39. */
	.macro enter
	cmpl	$0, rt_off(%rip)
	jne	39f
	addl	$1, PROC_CALLS(%r8)
	movl	$1, PROC_INSIDE(%r8)
	cmpq	%r8, alone+ALONE_PROC(%rip)
	jne	44f
	.pushsection .text, 2
44:	movl	$0, PROC_INSIDE(%r8)
	jmp	39f
	.popsection
	.endm

/* proc_enter, if nobody is the only thread and it is not time to look whether this one could be; else to 39. */
	.macro enter_shared
	cmpl	$0, rt_off(%rip)
	jne	39f
	movl	PROC_CALLS(%r8), %ecx
	incl	%ecx
	testl	$(ALONE_CALLS - 1), %ecx
	je	39f
	movl	%ecx, PROC_CALLS(%r8)
	movl	$1, PROC_INSIDE(%r8)
	cmpq	$0, alone+ALONE_PROC(%rip)
	jne	44b
	.endm

/* quick_HOW_read(p R8, t, word R12, mask RDX, spot RSI, addr), on the goroutine's stack. */
	.macro lean how, write
	movq	%rsp, %r13
	movq	%r10, %r15
	movq	%rax, %r9		/* addr */
	subq	$16, %rsp
	andq	$-16, %rsp
	movq	%rdi, (%rsp)
	movq	%rax, 8(%rsp)
	movq	%rdx, %rcx
	movq	%r12, %rdx
	movq	%rsi, %r10
	movq	%rdi, %rsi
	movq	%r8, %rdi
	movq	%r10, %r8
	.if \write
	call	quick_\how\()_write
	.else
	call	quick_\how\()_read
	.endif
	movq	(%rsp), %rdi
	movq	8(%rsp), %rcx
	movq	%r13, %rsp
	movq	%r15, %r10
	xorps	%xmm15, %xmm15
	testl	%eax, %eax
	movq	%rcx, %rax
	je	10f
	ret
	.endm

/* To `no` unless the access of a record was goroutine R11's, or happened before by what proc R8 has at hand (knows in quick.c).
 * Clobbers the register named last. */
	.macro before record, no, by=%rdi, by32=%edi
	movq	(\record), \by
	xorq	%r11, \by
	shrq	$33, \by
	je	22f
	movq	%r11, \by
	shrq	$33, \by
	cmpl	PROC_KNOWER(%r8), \by32
	jne	\no
	movq	(\record), \by
	cmpq	PROC_KNOWN(%r8), \by
	ja	\no
	xorq	PROC_KNOWN(%r8), \by
	shrq	$33, \by
	jne	\no
22:
	.endm

/* The same of the write that word R9 names, if any (CH: its bytes). Clobbers R13, R15. */
	.macro write_before no
	cmpl	$0xff, %ecx
	jbe	23f
	record_of 1
	before	%r13, \no, %r15, %r15d
23:
	.endm

/* To `no` unless this record is of the place in the code RSI (spot_make in record.h).  `by` is times RECORD_NAMED then how often something came to
 * name it. */
	.macro at_spot record, no, by=%r15
	movq	RECORD_SPOT(\record), \by
	xorq	%rsi, \by
	testq	$BUT_NAMES, \by
	jne	\no
	.endm

/* R13: the record of word R9 in the slot of the access. To `no` unless it is of its place in the code RSI, an access of goroutine R11. */
	.macro same_access write, no
	record_of \write
	at_spot	%r13, \no
	movq	(%r13), %r15
	xorq	%r11, %r15
	shrq	$33, %r15
	jne	\no
	.endm

/* How often something came to name the record. */
	.macro names record, by=%r15d
	movl	RECORD_SPOT(\record), \by
	shrl	$NAMES_SHIFT, \by
	andl	$RECORD_MANY, \by
	.endm

/* Has something else than `count` words, less than RECORD_MANY, named record R13?  Then to `others`. */
	.macro single count, others, by=%r15d
	names	%r13, \by
	cmpl	\count, \by
	jne	\others
	.endm

/* Some word of the line of words at this address comes to name a record (record_naming in record.h). */
	.macro naming address, by, by32
	leaq	\address, \by
	shrq	$NAMING_LINE_LOG, \by
	andl	$NAMING_MASK, \by32
	addq	record_naming(%rip), \by
	movb	$1, (\by)
	.endm

/* `more` words from R12 on come to name a record. */
	.macro words_name more, more32, by, by32
	naming	(%r12), \by, \by32
	cmpl	$1, \more32
	jne	21f
20:
	.pushsection .text, 2
21:	naming	"-8(%r12,\more,8)", \by, \by32
	jmp	20b
	.popsection
	.endm

/* And that is R15, of the place in the code RSI. */
	.macro name more, more32, by, by32
	words_name \more, \more32, \by, \by32
	names	%r15, \by32
	addl	\more32, \by32
	cmpl	$RECORD_MANY, \by32
	jbe	22f
	movl	$RECORD_MANY, \by32
22:	shll	$NAMES_SHIFT, \by32
	orq	%rsi, \by
	movq	\by, RECORD_SPOT(%r15)
	.endm

/* RCX: the proc's entry for the place in the code RSI (record_slot), R15D: its tag in epoch R11 (recent_tag). */
	.macro recent_at
	movabsq	$0x9e3779b97f4a7c15, %rcx
	imulq	%rsi, %rcx
	movl	%ecx, %r15d
	shrq	$(64 - RECENT_LOG), %rcx
	xorl	%r11d, %r15d
	leaq	PROC_RECENT(%r8,%rcx,8), %rcx
	.endm

/* And R15: the record that it names.  To `no` unless that may be the one of this access, with the tag in R15D. */
	.macro recent no
	recent_at
	cmpl	%r15d, 4(%rcx)
	jne	\no
	movl	(%rcx), %r15d
	shlq	$RECORD_LOG, %r15
	addq	gomm_fast_records(%rip), %r15
	.endm

/* `count` words from R12 on, the first of which is R9, are to name proc R8's record of this access in the place of R13, which is of an
 * earlier epoch: lean in quick.c, "take".  Counts, and makes R9 what the first word is to be, but for bytes; for reads RCX is the record's
 * id then (same_id).  To `no` if there is no such record yet.  R13 is not `single`, so it does not become free. */
	.macro take write, count, no
	recent	\no
	movl	(%rcx), %ecx
	cmpq	%r11, (%r15)
	jne	\no
	at_spot	%r15, \no, %r13
	name	%rbx, %ebx, %r13, %r13d
	.if \write
	movabsq	$0xffff000000ffffff, %rsi
	andq	%rsi, %r9
	shlq	$24, %rcx
	.else
	andq	$-0x1000000, %r9
	.endif
	orq	%rcx, %r9
	.endm

/* To `no` unless the word at this offset is R9, or for reads, says the same of reads, and if there is a write it happened before. */
	.macro alike write, offset, no
	.if \write
	cmpq	%r9, \offset(%r12)
	jne	\no
	.else
	movq	\offset(%r12), %rcx
	movq	%rcx, %r15
	xorq	%r9, %r15
	je	49f
	testl	$0xffffff, %r15d
	jne	\no
	shrq	$48, %r15
	testb	%r15b, %r15b
	jne	\no
	movq	%r9, %xmm0
	movq	%rcx, %r9
	shrq	$48, %rcx
	write_before \no
	movq	%xmm0, %r9
49:
	.endif
	.endm

/* After `take`: the word at this offset, which was alike, gets the record, too. */
	.macro same_id write, offset
	.if \write
	movq	%r9, \offset(%r12)
	.else
	movq	\offset(%r12), %rsi
	andq	$-0x1000000, %rsi
	orq	%rcx, %rsi
	movq	%rsi, \offset(%r12)
	.endif
	.endm

/* R15 + PROC_REPEAT: R8's entry for the access at RSI of a word R9. */
	.macro repeat_at write, spot, by, by32
	movq	\spot, %r15
	shrq	$32, %r15
	.if \write
	movq	\by, %rcx
	shrq	$24, %rcx
	xorl	%ecx, %r15d
	.else
	xorl	\by32, %r15d
	.endif
	andl	$(REPEATS - 1), %r15d
	shll	$REPEAT_LOG, %r15d
	addq	%r8, %r15
	.endm

/* R13: what the same access made of such a word as R9 in this epoch; to `no` if that is not known.  The access is to address AX, of one
 * word or of whole ones that are equal, and at RSI, with key R11.  Clobbers RCX, R15. */
	.macro repeat write, no
	repeat_at \write, %rsi, %r9, %r9d
	cmpq	%r9, PROC_REPEAT(%r15)
	jne	\no
	movl	%eax, %ecx
	andl	$7, %ecx
	shll	$NAMES_SHIFT, %ecx
	orq	%rsi, %rcx
	cmpq	%rcx, PROC_REPEAT+REPEAT_WAY(%r15)
	jne	\no
	cmpq	%r11, PROC_REPEAT+REPEAT_KEY(%r15)
	jne	\no
	movq	PROC_REPEAT+REPEAT_TO(%r15), %r13
	.endm

/* Such an access has made R9 of XMM0, by record R15.  Clobbers RBX, RCX, RDX, RSI, R13, R15. */
	.macro repeat_set write
	movq	%xmm0, %r13
	movl	%r13d, %ecx
	andl	$0xffffff, %ecx
	shlq	$RECORD_LOG, %rcx
	addq	gomm_fast_records(%rip), %rcx
	movq	%r13, %rbx
	shrq	$24, %rbx
	andl	$0xffffff, %ebx
	shlq	$RECORD_LOG, %rbx
	addq	gomm_fast_records(%rip), %rbx
	testl	$NAMED_AGAIN, RECORD_SPOT(%rcx)
	je	22f
	testl	$NAMED_AGAIN, RECORD_SPOT(%rbx)
	je	22f
	orl	$RECORD_NAMES, RECORD_SPOT(%rcx)
	orl	$RECORD_NAMES, RECORD_SPOT(%rbx)
	orl	$RECORD_NAMES, RECORD_SPOT(%r15)
	movq	RECORD_SPOT(%r15), %rdx
	andq	$BUT_NAMES, %rdx
	repeat_at \write, %rdx, %r13, %r13d
	movl	%eax, %ecx
	andl	$7, %ecx
	shll	$NAMES_SHIFT, %ecx
	orq	%rcx, %rdx
	movq	%r13, PROC_REPEAT(%r15)
	movq	%r9, PROC_REPEAT+REPEAT_TO(%r15)
	movq	%rdx, PROC_REPEAT+REPEAT_WAY(%r15)
	movq	%r11, PROC_REPEAT+REPEAT_KEY(%r15)
22:
	.endm

#include "change_amd64.inc"

	change	few_read, 0
	change	few_write, 1

/* The most frequent of what `change` does, before it has to put anything by.  Word R9 has a record in the slot of the access, which is this
 * epoch's and of the place in the code RSI: it stands for bytes EBX, too.  Or it is of the same bytes and place and nothing else names it:
 * it becomes this epoch's.  Or it is a joined one of this epoch, which nothing else names: it tells of the access, too.  Or it is of another
 * place, and nothing else names it: it becomes that of the access, and to `no_other` if it cannot.  Else to `no`. */
	.macro again write, no, no_other
	.if \write
	testb	%cl, %cl
	jne	\no
	testl	%ecx, %ecx
	je	\no
	.else
	testb	%cl, %cl
	je	\no
	write_before \no
	.endif
	record_of \write
	at_spot	%r13, 51f
	cmpq	%r11, (%r13)
	je	52f
	cmpl	$RECORD_NAMED, %r15d
	jne	\no
	movq	(%r13), %r15
	xorq	%r11, %r15
	shrq	$33, %r15
	jne	\no
	.if \write
	cmpb	%bl, %ch
	.else
	cmpb	%bl, %cl
	.endif
	jne	\no
	movq	%r11, (%r13)
	orb	$DIRTY_ACCESS, THR_DIRTY(%rdi)
	movl	$0, PROC_INSIDE(%r8)
	ret
	.subsection 1
51:	cmpl	$JOINED_PC, RECORD_PC(%r13)
	jne	53f
	cmpq	%r11, (%r13)
	jne	\no
	single	$1, \no
	places
	place	%r11, %r11d
52:	movq	%rbx, %rcx
	shlq	$(48 + 8 * \write), %rcx
	orq	%rcx, %r9
	movq	%r9, (%r12)
	orb	$DIRTY_ACCESS, THR_DIRTY(%rdi)
	movl	$0, PROC_INSIDE(%r8)
	ret
53:	testl	$NAMED_AGAIN, RECORD_SPOT(%r13)
	jne	\no
	movl	%ebx, %ecx		/* covered? */
	xorl	$0xff, %ecx
	shlq	$(48 + 8 * \write), %rcx
	testq	%rcx, %r9
	jne	\no_other
	movq	(%r13), %rcx
	xorq	%r11, %rcx
	testb	$1, %cl
	jne	\no_other
	shrq	$33, %rcx
	jne	\no_other
	recent_at
	cmpl	%r15d, 4(%rcx)
	je	\no_other
	movl	%r15d, 4(%rcx)
	movq	%r9, %r15
	.if \write
	shrq	$24, %r15
	.endif
	andl	$0xffffff, %r15d
	movl	%r15d, (%rcx)
	orq	$RECORD_NAMED, %rsi
	movq	%rsi, RECORD_SPOT(%r13)
	movq	%r11, (%r13)
	jmp	52b
	.subsection 0
	.endm

	.macro go_on entry, write
	.if \write
	jmp	few_write_\entry
	.else
	jmp	few_read_\entry
	.endif
	.endm

/* RSI: spot_make (record.h) of the stack there and the place R15, which is changed. */
	.macro spot write
	shlq	$32, %r15
	orq	%r15, %rsi
	.if \write
	orq	$RECORD_WRITE, %rsi
	.endif
	.endm

/* A scalar access: write is 0 or 1. At `word`, word R9 and key R11 are known: here go on what Go's
 * assembly has looked at (src/driver/driver_asm.c), RCX being where the word is. */
	.macro scalar write, word
	locate 0, \write
	andq	$-8, %rcx
	addq	RANGE_WORDS(%r8), %rcx
	movq	(%rcx), %r9		/* the word */
	movq	THR_KEY(%rdi), %r11
	testb	$7, %al
	jne	\word
	movq	%rcx, %r12
	movl	$0xff, %ebx
	movq	%r9, %rcx
	shrq	$48, %rcx
	word_fast \write, 7f
	movq	%r12, %rcx
	.globl \word
	.type \word, @function
\word:
	movq	%rcx, %r12
	width	%r15, %rcx, %ecx, 9f
	cmpl	$8, %ecx
	jne	61f
	testb	$7, %al
	jne	61f
	movl	$0xff, %ebx		/* a whole word */
	movl	%ebx, %edx
	movq	%r9, %rcx
	shrq	$48, %rcx
	jne	62f
	jmp	4f
61:	movl	$1, %edx
	shll	%cl, %edx
	decl	%edx
	movl	%eax, %ecx
	andl	$7, %ecx
	shll	%cl, %edx		/* the bytes */
	leal	-1(%rdx), %ebx
	cmpl	$0xff, %ebx
	jae	6f
	movl	%edx, %ebx
3:	movq	%r9, %rcx
	shrq	$48, %rcx
	je	4f
	cmpl	$0xff, %ebx
	je	5f			/* that was looked at before */
	word_fast \write, 7f
5:	leal	-1(%rdx), %ecx
	cmpl	$0xff, %ecx
	jae	2f
62:	only	54f
	spot	\write
	enter
	movq	%r9, %rcx
	shrq	$48, %rcx
	je	43f
	again	\write, 8f, 45f
8:	repeat	\write, 45f
	movq	%r13, (%r12)
	naming	(%r12), %rcx, %ecx
	jmp	48f
45:	movq	%r9, %rcx
	shrq	$48, %rcx
46:	go_on	word, \write
	.subsection 1
	/* A cell, or nothing yet. */
43:	testl	%r9d, %r9d
	je	46b
	leaq	-1536(%rsp), %rcx
	cmpq	(%r14), %rcx
	jb	38f
	lean	lean, \write
38:	movl	$0, PROC_INSIDE(%r8)
	jmp	*%r10
4:	testl	%r9d, %r9d
	je	5b			/* nobody was here */
	movl	%r9d, %ecx
	andl	$0x3fffffff, %ecx
	shlq	$3, %rcx
	addq	cells(%rip), %rcx
	cmpq	%r11, CELL_FAST(%rcx)
	jne	5b
	movzbl	CELL_BYTES+\write(%rcx), %r13d
	notl	%r13d
	testl	%ebx, %r13d
	jne	5b
	cmpq	%r11, CELL_FAST(%rcx)
	jne	5b
	ret
	.subsection 0
7:	ret
	.subsection 1
	/* More than one word, or the width is not known.  What is aligned and has more is a string, interface or slice, whose other words are
	   accessed with the first. */
9:	xorl	%edx, %edx
6:	testb	$7, %al
	jne	2f
	movl	$0xff, %ebx
	jmp	3b
2:	testl	%edx, %edx
	je	39f
	/* EBX of them, mostly equal. */
	only	54f
	spot	\write
	enter
	movq	%r9, %rcx
	shrq	$48, %rcx
	.if \write
	cmpl	$0xff00, %ecx
	.else
	cmpb	$0xff, %cl
	.endif
	jne	29f
	movl	$2, %ebx
	cmpl	$0xffff, %edx
	je	27f
	cmpl	$0xffffff, %edx
	jne	29f
	movl	$3, %ebx
	cmpq	%r9, 16(%r12)
	jne	26f
27:	cmpq	%r9, 8(%r12)
	jne	26f
	repeat	\write, 26f
	movq	%r13, (%r12)
	movq	%r13, 8(%r12)
	naming	(%r12), %rcx, %ecx
	cmpl	$2, %ebx
	jne	25f
	naming	8(%r12), %rcx, %ecx
	jmp	48f
25:	movq	%r13, 16(%r12)
	naming	16(%r12), %rcx, %ecx
	jmp	48f
26:	cmpl	$2, %ebx
	je	28f
	alike	\write, 16, 29f
28:	alike	\write, 8, 29f
	.if !\write
	movq	%r9, %rcx
	shrq	$48, %rcx
	write_before 29f
	.endif
	same_access \write, 29f
	single	%ebx, 47f
	movq	%r11, (%r13)
48:	orb	$DIRTY_ACCESS, THR_DIRTY(%rdi)
	movl	$0, PROC_INSIDE(%r8)
	ret
47:	movq	%r9, %xmm0
	take	\write, %ebx, 29f
	movq	%r9, (%r12)
	same_id	\write, 8
	cmpl	$2, %ebx
	je	49f
	same_id	\write, 16
49:	repeat_set \write
	jmp	48b
29:	go_on	first, \write
	/* Nobody is the only thread. */
54:	held
	testq	%rcx, %rcx
	je	39f
	movl	current_at+AT_PROC(%rip), %r13d
	movq	(%rcx,%r13), %r8
	testq	%r8, %r8
	je	39f
	stack_known
	spot	\write
	leaq	-1536(%rsp), %rcx
	cmpq	(%r14), %rcx
	jb	10f
	enter_shared
	lean	shared, \write
	pause \write, 39f, 1
39:	quick scalar, \write
40:	quick scalar, \write, line_
	.subsection 0
10:	jmp	*%r10
	.endm

/* A range of up to FEW bytes, whose first word is at R15: a byte of a mask for each. */
	.macro few how, write
	cmpq	$FEW, %rbx
	ja	39f
	movq	%r15, %r12
	only
	.ifc \how, range_pc
	movq	24(%rsp), %rdx
	incq	%rdx
	.else
	movq	(%rsp), %rdx
	.endif
	leaq	record_anchor(%rip), %rcx
	subq	%rcx, %rdx
	movslq	%edx, %rcx
	cmpq	%rdx, %rcx
	jne	39f
	shlq	$32, %rdx
	orq	%rdx, %rsi
	.if \write
	orq	$RECORD_WRITE, %rsi
	.endif
	movl	%ebx, %ecx
	movl	$1, %edx
	shlq	%cl, %rdx
	decq	%rdx
	movl	%eax, %ecx
	andl	$7, %ecx
	shlq	%cl, %rdx
	enter
	go_on	first, \write
	.endm

/* Goes to 9 unless the bytes of `mask` of the word at R8 have a record with key R11. Clobbers RCX, RDX, R9. */
	.macro part write, mask
	movq	(%r8), %r9
	movq	%r9, %rdx
	shrq	$48, %rdx
	notl	%edx
	.if !\write
	testl	%edx, \mask
	jne	41f
	slot_has_key 0, 42f
41:
	.endif
	shrl	$8, %edx
	testl	%edx, \mask
	jne	9f
	slot_has_key 1, 42f
	jmp	9f
42:
	.endm

/* A range. Of whole words, the first that is not the one before is looked at. */
	.macro range how, write
	locate 1, \write
	movq	RANGE_SIZE(%r8), %rdx
	subq	%rcx, %rdx
	subq	$1, %rdx
	cmpq	%rdx, %rbx
	ja	39f
	testq	%rbx, %rbx
	je	7f
	movq	THR_KEY(%rdi), %r11
	movq	RANGE_WORDS(%r8), %r8	/* they take as much room as the memory */
	movq	%rax, %rdx
	orq	%rbx, %rdx
	testb	$7, %dl
	jne	1f
	xorl	%r13d, %r13d		/* bytes of the word after them */
	addq	%rcx, %r8
	movq	%r8, %r15		/* the first one */
	leaq	(%r8,%rbx), %r12	/* their end */
	.subsection 1
1:	leaq	(%rcx,%rbx), %rdx
	movq	%rdx, %r12
	andq	$-8, %r12
	addq	%r8, %r12
	addq	%rcx, %r8
	andq	$-8, %r8
	movq	%r8, %r15
	andl	$7, %ecx
	movl	$0xff, %esi
	shll	%cl, %esi
	andl	$0xff, %esi		/* bytes of the first word */
	movl	%edx, %ecx
	andl	$7, %ecx
	movl	$1, %r13d
	shll	%cl, %r13d
	decl	%r13d
	cmpq	%r12, %r8
	jae	18f
	cmpl	$0xff, %esi
	je	2f
	part \write, %esi
	addq	$8, %r8
	cmpq	%r12, %r8
	jb	2f
	testl	%r13d, %r13d
	jne	19f
	ret
18:	andl	%esi, %r13d		/* it is the last one */
19:	part \write, %r13d
	ret
	.subsection 0
2:	movq	(%r8), %r9
	movq	%r9, %rdx
	shrq	$48, %rdx
	.if !\write
	cmpb	$0xff, %dl
	jne	3f
	slot_has_key 0, 4f
3:
	.endif
	cmpl	$0xff00, %edx
	jb	9f
	slot_has_key 1, 4f
	jmp	9f
4:	/* How far is it this word? */
	movq	%r9, %xmm0
	cmpl	$0, words_wide(%rip)
	jne	20f
22:	punpcklqdq %xmm0, %xmm0
5:	leaq	64(%r8), %rsi
	cmpq	%r12, %rsi
	ja	6f
	movdqu	(%r8), %xmm1
	movdqu	16(%r8), %xmm2
	movdqu	32(%r8), %xmm3
	movdqu	48(%r8), %xmm4
	pcmpeqd	%xmm0, %xmm1
	pcmpeqd	%xmm0, %xmm2
	pcmpeqd	%xmm0, %xmm3
	pcmpeqd	%xmm0, %xmm4
	pand	%xmm2, %xmm1
	pand	%xmm4, %xmm3
	pand	%xmm3, %xmm1
	pmovmskb %xmm1, %edx
	cmpl	$0xffff, %edx
	jne	6f
	movq	%rsi, %r8
	jmp	5b
6:	cmpq	%r12, %r8
	jae	13f
	cmpq	%r9, (%r8)
	jne	13f
	addq	$8, %r8
	jmp	6b
	/* If the word's record is still what it was, so it was for all of them. */
13:	movq	%r9, %rdx
	shrq	$48, %rdx
	.if !\write
	cmpb	$0xff, %dl
	jne	11f
	slot_has_key 0, 12f
11:
	.endif
	cmpl	$0xff00, %edx
	jb	9f
	slot_has_key 1, 12f
	jmp	9f
12:	cmpq	%r12, %r8
	jb	2b
	testl	%r13d, %r13d
	jne	19b
7:	ret
	.subsection 1
	/* The same, 32 words at a time, if there are so many. */
20:	leaq	256(%r8), %rsi
	cmpq	%r12, %rsi
	ja	22b
	vpbroadcastq %xmm0, %ymm0
	.p2align 4
21:	vpcmpeqq (%r8), %ymm0, %ymm1
	vpcmpeqq 32(%r8), %ymm0, %ymm2
	vpcmpeqq 64(%r8), %ymm0, %ymm3
	vpcmpeqq 96(%r8), %ymm0, %ymm4
	vpand	%ymm1, %ymm2, %ymm1
	vpand	%ymm3, %ymm4, %ymm3
	vpcmpeqq 128(%r8), %ymm0, %ymm2
	vpcmpeqq 160(%r8), %ymm0, %ymm4
	vpand	%ymm1, %ymm3, %ymm1
	vpand	%ymm2, %ymm4, %ymm2
	vpcmpeqq 192(%r8), %ymm0, %ymm3
	vpcmpeqq 224(%r8), %ymm0, %ymm4
	vpand	%ymm1, %ymm2, %ymm1
	vpand	%ymm3, %ymm4, %ymm3
	vpand	%ymm1, %ymm3, %ymm1
	vpmovmskb %ymm1, %edx
	cmpl	$-1, %edx
	jne	23f
	movq	%rsi, %r8
	addq	$256, %rsi
	cmpq	%r12, %rsi
	jbe	21b
23:	vzeroupper
	jmp	22b
	/* Outside of bursts: is it all empty? */
17:	movq	%rax, %rdx
	orq	%rbx, %rdx
	testb	$7, %dl
	jne	39f
	movq	RANGE_SIZE(%r8), %rdx
	subq	%rcx, %rdx
	cmpq	%rdx, %rbx
	ja	39f
	addq	RANGE_WORDS(%r8), %rcx
	leaq	(%rcx,%rbx), %r12
	pxor	%xmm0, %xmm0
18:	leaq	64(%rcx), %rsi
	cmpq	%r12, %rsi
	ja	20f
	movdqu	(%rcx), %xmm1
	movdqu	16(%rcx), %xmm2
	movdqu	32(%rcx), %xmm3
	movdqu	48(%rcx), %xmm4
	por	%xmm2, %xmm1
	por	%xmm4, %xmm3
	por	%xmm3, %xmm1
	pcmpeqd	%xmm0, %xmm1
	pmovmskb %xmm1, %edx
	cmpl	$0xffff, %edx
	jne	39f
	movq	%rsi, %rcx
	jmp	18b
20:	cmpq	%r12, %rcx
	jae	21f
	cmpq	$0, (%rcx)
	jne	39f
	addq	$8, %rcx
	jmp	20b
21:	ret
	.subsection 0
9:	few \how, \write
10:	jmp	*%r10
	.subsection 1
39:	quick \how, \write
40:	quick \how, \write, line_
	.subsection 0
	.endm

entry gomm_fast_read
	scalar 0, gomm_fast_read_word
done gomm_fast_read

entry gomm_fast_write
	scalar 1, gomm_fast_write_word
done gomm_fast_write

entry gomm_fast_read_range
	range range, 0
done gomm_fast_read_range

entry gomm_fast_write_range
	range range, 1
done gomm_fast_write_range

/* One byte, for the function that called Go's runtime. */
	.macro byte write
	movq	8(%rsp), %rax
	locate 0, \write
	movq	RANGE_WORDS(%r8), %rdx
	andq	$-8, %rcx
	movq	(%rdx,%rcx), %r9
	movq	THR_KEY(%rdi), %r11
	movl	%eax, %ecx
	andl	$7, %ecx
	movl	$1, %esi
	shll	%cl, %esi
	movq	%r9, %rdx
	shrq	$48, %rdx
	notl	%edx
	.if !\write
	testl	%edx, %esi
	jne	3f
	slot_has_key 0, 7f
3:
	.endif
	movl	%edx, %ecx
	shrl	$8, %ecx
	testb	%sil, %cl
	jne	9f
	slot_has_key 1, 7f
	jmp	9f
7:	ret
	.subsection 1
	pause \write, 9f, 0
	.subsection 0
9:	quick pc, \write
40:	quick pc, \write, line_
	.endm

entry gomm_fast_read_pc
	byte 0
done gomm_fast_read_pc

entry gomm_fast_write_pc
	byte 1
done gomm_fast_write_pc

entry gomm_fast_read_range_pc
	movq	8(%rsp), %rax
	movq	16(%rsp), %rbx
	range range_pc, 0
done gomm_fast_read_range_pc

entry gomm_fast_write_range_pc
	movq	8(%rsp), %rax
	movq	16(%rsp), %rbx
	range range_pc, 1
done gomm_fast_write_range_pc

/* The frame of a function on whose behalf Go's runtime is about to access memory; it has no depth. */
entry gomm_fast_call_enter
	testq	%rdi, %rdi
	je	1f
	movq	THR_TOP(%rdi), %rsi
	cmpq	THR_END(%rdi), %rsi
	je	1f
	movq	8(%rsp), %rax
	movq	%rax, FRAME_PC(%rsi)
	movq	$0, FRAME_STACK(%rsi)	/* and FRAME_DEPTH */
	addq	$FRAME, %rsi
	movq	%rsi, THR_TOP(%rdi)
	ret
1:	jmp	*%r10
done gomm_fast_call_enter

entry gomm_fast_call_exit
	testq	%rdi, %rdi
	je	1f
	movq	THR_TOP(%rdi), %rsi
	cmpq	THR_BASE(%rdi), %rsi
	je	1f
	cmpl	$0, FRAME_DEPTH-FRAME(%rsi)
	jne	1f
	subq	$FRAME, %rsi
	movq	%rsi, THR_TOP(%rdi)
	ret
1:	jmp	*%r10
done gomm_fast_call_exit

/* What stands in the hooks themselves (asm_put_func_enter, asm_put_func_exit in src/driver/driver_asm.c) was not enough. */
entry gomm_fast_func_enter
	movl	$1, fast_patched(%rip)
	jmp	*%r10
done gomm_fast_func_enter

entry gomm_fast_func_exit
	jmp	*%r10
done gomm_fast_func_exit

	.bss
	.globl fast_patched
	.hidden fast_patched
	.p2align 2
fast_patched:
	.zero 4

	.section .note.GNU-stack, "", @progbits
