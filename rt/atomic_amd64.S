/* atomic_amd64.S: atomic operations that write, by the only thread (alone.h) on what its goroutine alone has used lately.
 *
 * Programs do that most of the time when they lock and unlock, and it needs no general answer: the object of the address is there, its last
 * release is the goroutine's own, so there is nothing to learn; the goroutine has learnt nothing since, so the object's clock stays; and the
 * word has one record, of an atomic write of this goroutine's to the same bytes, that becomes the record of this one, or a cell whose latest
 * access was one (cell.h), whose entry becomes that of this one.  All that is asked first; then come the operation, its access, and its release.
 * Whatever else there is goes on in C (abi.c) from the beginning.
 *
 * Called from racecall<> (GOROOT/src/runtime/race_amd64.s): thr, the caller's pc, pc, the arguments as Go lays them out: address, operands,
 * result.
 */
#include "hook_amd64.inc"
#include "layout_amd64.inc"

	.text

/* Put by, below the stack pointer. */
	.set CALLPC, -8
	.set PC, -16
	.set SPOT, -24
	.set RECORD_WRITE_BIT, 30

/* RAX: the proc's entry for the place in the code R10, R10D: its tag for an atomic access in epoch R11 (record_slot, recent_tag). */
	.macro recent
	movabsq	$0x9e3779b97f4a7c15, %rax
	imulq	%r10, %rax
	leal	-1(%r11), %r10d
	xorl	%eax, %r10d
	shrq	$(64 - RECENT_LOG), %rax
	leaq	PROC_RECENT(%r8,%rax,8), %rax
	.endm

/* ZF: is record R9, which one word names, of the place in the code R10?  Clobbers RAX. */
	.macro same_spot
	movq	RECORD_SPOT(%r9), %rax
	xorq	%r10, %rax
	cmpq	$RECORD_NAMED, %rax
	.endm

	.macro add64
	movq	8(%rcx), %rax
	lock xaddq %rax, (%r10)
	movq	%rax, 16(%rcx)
	.endm

	.macro add32
	movl	8(%rcx), %eax
	lock xaddl %eax, (%r10)
	movl	%eax, 16(%rcx)
	.endm

	.macro store64
	movq	8(%rcx), %rax
	xchgq	%rax, (%r10)
	.endm

	.macro store32
	movl	8(%rcx), %eax
	xchgl	%eax, (%r10)
	.endm

	.macro exchange64
	store64
	movq	%rax, 16(%rcx)
	.endm

	.macro exchange32
	store32
	movl	%eax, 16(%rcx)
	.endm

/* R11: the goroutine's key. To 14 unless it has released there last, and learnt nothing since. */
	.macro released_last
	movq	THR_KEY(%rdi), %r11
	movq	%r11, %rax
	shrq	$33, %rax
	cmpl	%eax, SYNC_PAIR(%rdx)
	jne	14f
	cmpl	$0, SYNC_PAIR+4(%rdx)
	je	14f
	movl	THR_CLOCK(%rdi), %eax
	cmpl	%eax, SYNC_CLOCK(%rdx)
	jne	14f
	movq	%r11, %rax
	shrq	%rax
	cmpl	$EPOCH_LAST, %eax
	jae	14f
	.endm

/* proc_enter_lean (alone.h); else to 13. */
	.macro enter
	addl	$1, PROC_CALLS(%r8)
	movl	$1, PROC_INSIDE(%r8)
	cmpq	%r8, alone+ALONE_PROC(%rip)
	jne	13f
	.endm

/* The entry of the latest access, which was atomic, of the cell R9. Clobbers RAX. */
	.macro cell_entry to
	movzwl	CELL_BYTES(%r9), %eax
	leaq	(%rax,%rax,4), %rax
	leaq	CELL_ENTRY(%r9,%rax,4), \to
	.endm

/* To 15 if there is another value. */
	.macro compare64
	movq	8(%rcx), %rax
	movq	16(%rcx), %r11
	lock cmpxchgq %r11, (%r10)
	sete	24(%rcx)
	jne	15f
	movq	THR_KEY(%rdi), %r11
	.endm

	.macro compare32
	movl	8(%rcx), %eax
	movl	12(%rcx), %r11d
	lock cmpxchgl %r11d, (%r10)
	sete	16(%rcx)
	jne	15f
	movq	THR_KEY(%rdi), %r11
	.endm

/* `general` does what is left; `failed` is for a comparison with another value. */
	.macro atomic name, general, bits, operation, failed
entry \name
	testq	%rdi, %rdi
	je	\general
	movl	rt_off(%rip), %eax
	orl	edge_on(%rip), %eax
	orl	gomm_fast_mode(%rip), %eax
	orl	flags+FLAGS_ALL_PAIRS(%rip), %eax
	orl	THR_IGNORE(%rdi), %eax
	jne	\general
	/* R8: the proc, if it is the only thread's; as current_of (current.h) */
	movq	alone+ALONE_PROC(%rip), %r8
	movq	current_at(%rip), %rax
	testq	%r8, %r8
	je	\general
	testq	%rax, %rax
	je	\general
	movq	%fs:(%rax), %r9
	movl	current_at+AT_M(%rip), %eax
	movq	(%r9,%rax), %r9
	movl	current_at+AT_P(%rip), %eax
	addq	%rax, %r9
	movq	(%r9), %rax
	testq	%rax, %rax
	je	\general
	cmpq	$0, OLDP_BEHIND_P(%r9)
	jne	\general
	movl	current_at+AT_PROC(%rip), %r9d
	cmpq	%r8, (%rax,%r9)
	jne	\general
	/* R10: the stack of the function that called the operation, then its place in the code (spot_make in record.h) */
	movq	THR_TOP(%rdi), %rax
	cmpq	THR_BASE(%rdi), %rax
	je	\general
	movl	FRAME_STACK-FRAME(%rax), %r10d
	testl	%r10d, %r10d
	je	10f
1:	movabsq	$0x9e3779b97f4a7c15, %rax	/* proc_call_slot (thread.h) */
	imulq	%rsi, %rax
	shrq	$(64 - 5), %rax
	leal	(%rax,%r10,8), %eax
	andl	$(CALLS - 2), %eax
	shll	$CALL_LOG, %eax
	cmpq	%rsi, PROC_CALL(%r8,%rax)
	jne	18f
	cmpl	%r10d, PROC_CALL+8(%r8,%rax)
	jne	18f
7:	movl	PROC_CALL+12(%r8,%rax), %r10d
	testl	%r10d, %r10d
	je	\general
	leaq	record_anchor(%rip), %rax
	movq	%rdx, %r9
	subq	%rax, %r9
	movslq	%r9d, %rax
	cmpq	%rax, %r9
	jne	\general
	shlq	$32, %r9
	orq	%r9, %r10
	orq	$RECORD_WRITE, %r10
	movq	%r10, SPOT(%rsp)
	movq	%rsi, CALLPC(%rsp)
	movq	%rdx, PC(%rsp)
	/* R9: the range of the address, R11: how far in */
	movq	(%rcx), %rax
	leaq	shadow_ranges(%rip), %r9
	movq	%rax, %r11
	subq	(%r9), %r11
	cmpq	8(%r9), %r11
	jae	11f
2:	/* RSI: its line, RDX: its object */
	movq	%r11, %rdx
	shrq	$LINE_LOG, %rdx
	movq	RANGE_LINES(%r9), %rsi
	leaq	(%rsi,%rdx,4), %rsi
	movl	(%rsi), %edx
	testl	%edx, %edx
	js	14f
	shlq	$SYNC_LOG, %rdx
	addq	syncs(%rip), %rdx
	cmpq	%rax, (%rdx)
	jne	12f
3:	/* R9: the word, which names an atomic write of the same bytes only; then that record */
	shrq	$3, %r11
	movq	SHADOW_WORDS(%r9), %r9
	movq	(%r9,%r11,8), %r9
	rolq	$16, %r9
	testw	%r9w, %r9w
	je	19f
	.if \bits == 64
	testb	$7, %al
	jne	14f
	cmpw	$0xff00, %r9w
	.else
	testb	$3, %al
	jne	14f
	movl	$0x0f00, %r11d
	testb	$4, %al
	je	4f
	movl	$0xf000, %r11d
4:	cmpw	%r11w, %r9w
	.endif
	jne	14f
	shrq	$40, %r9
	shlq	$RECORD_LOG, %r9
	addq	gomm_fast_records(%rip), %r9
	released_last
	/* Is it the record of this word alone, and of this goroutine? */
	movq	(%r9), %rax
	testb	$1, %al			/* atomic */
	jne	14f
	xorq	%r11, %rax
	shrq	$33, %rax
	jne	14f
	cmpl	$JOINED_PC, RECORD_PC(%r9)
	je	14f
	movl	RECORD_SPOT(%r9), %eax
	andl	$RECORD_NAMES, %eax
	cmpl	$RECORD_NAMED, %eax
	jne	14f
	enter
	same_spot
	jne	16f
5:	orl	$LINE_LOCK, (%rsi)	/* for who looks without being inside */
	movq	(%rcx), %r10
	\operation\bits
	movq	SPOT(%rsp), %r10
	same_spot
	jne	17f
6:	leaq	-1(%r11), %rax
	movq	%rax, (%r9)
8:	/* thr_release_only, and publishing in sync.c */
	leaq	2(%r11), %rax
	movq	%rax, THR_KEY(%rdi)
	movw	$0, THR_DIRTY(%rdi)
	incw	THR_SINCE(%rdi)
	movq	THR_SOURCE(%rdi), %rax
	movq	%rax, SYNC_SOURCE(%rdx)
	shrq	%r11			/* goroutine, epoch */
	rolq	$32, %r11
	movq	%r11, SYNC_PAIR(%rdx)
	andl	$~LINE_LOCK, (%rsi)
	movl	$0, PROC_INSIDE(%r8)
	ret
	.subsection 1
	/* R9: the cell of the word, if it has one; its latest access was one of the goroutine's to the same bytes, which this one replaces where it
	   stands: cell_follow. */
19:	shrq	$16, %r9
	testl	$(WORD_LOCK | CELL_BIG), %r9d
	jne	14f
	testl	%r9d, %r9d
	je	14f
	shlq	$CELL_UNIT_LOG, %r9
	addq	cells(%rip), %r9
	.if \bits == 64
	testb	$7, %al
	.else
	testb	$3, %al
	.endif
	jne	14f
	released_last
	movq	CELL_FAST(%r9), %rax
	testb	$1, %al
	jne	14f
	testq	%rax, %rax
	je	14f
	xorq	%r11, %rax
	shrq	$33, %rax
	jne	14f
	cmpl	$1, CELL_REFS(%r9)
	jne	14f
	enter
	cell_entry %r10
	.if \bits == 64
	cmpb	$0xff, ENTRY_MASK(%r10)
	.else
	movl	(%rcx), %eax
	andl	$4, %eax
	negl	%eax
	sbbl	%eax, %eax		/* all ones for the word's second half */
	andl	$(0xf0 ^ 0x0f), %eax
	xorl	$0x0f, %eax
	cmpb	%al, ENTRY_MASK(%r10)
	.endif
	jne	13f
	orl	$LINE_LOCK, (%rsi)
	movq	(%rcx), %r10
	\operation\bits
	incw	CELL_VERSION(%r9)
	cell_entry %r10
	movq	SPOT(%rsp), %rax
	btrq	$RECORD_WRITE_BIT, %rax
	movq	%rax, ENTRY_SPOT(%r10)
	leaq	-1(%r11), %rax
	movq	%rax, CELL_FAST(%r9)
	shrq	%rax
	movl	%eax, ENTRY_EPOCH(%r10)
	incw	CELL_VERSION(%r9)
	jmp	8b
	/* A function that nobody asked for the stack of yet. */
10:	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	movq	%rdi, %rsi
	movq	%r8, %rdi
	call	only_stack
	movl	%eax, %r10d
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	testl	%r10d, %r10d
	jne	1b
	jmp	\general
11:	addq	$SHADOW_RANGE, %r9
	movq	%rax, %r11
	subq	(%r9), %r11
	cmpq	8(%r9), %r11
	jb	2b
	jmp	\general
	/* Others have objects in the line. */
12:	movl	SYNC_NEXT(%rdx), %edx
	testl	%edx, %edx
	je	14f
	shlq	$SYNC_LOG, %rdx
	addq	syncs(%rip), %rdx
	cmpq	%rax, (%rdx)
	jne	12b
	jmp	3b
13:	movl	$0, PROC_INSIDE(%r8)
14:	movq	CALLPC(%rsp), %rsi
	movq	PC(%rsp), %rdx
	jmp	\general
	.ifnb \failed
15:	movq	CALLPC(%rsp), %rsi
	movq	PC(%rsp), %rdx
	jmp	\failed
	.endif
	/* It was another place in the code.  May the proc's table name this record for it?  (record_renew in record.h) */
16:	recent
	cmpl	%r10d, 4(%rax)
	jne	5b
	jmp	13b
17:	movq	%r10, %rax
	orq	$RECORD_NAMED, %rax
	movq	%rax, RECORD_SPOT(%r9)
	recent
	movl	%r10d, 4(%rax)
	movq	%r9, %r10
	subq	gomm_fast_records(%rip), %r10
	shrq	$RECORD_LOG, %r10
	movl	%r10d, (%rax)
	jmp	6b
	/* The slot beside it (proc_call_known). */
18:	addl	$(1 << CALL_LOG), %eax
	cmpq	%rsi, PROC_CALL(%r8,%rax)
	jne	\general
	cmpl	%r10d, PROC_CALL+8(%r8,%rax)
	je	7b
	jmp	\general
	.subsection 0
done \name
	.endm

	atomic	__tsan_go_atomic32_store, atomic32_store, 32, store
	atomic	__tsan_go_atomic64_store, atomic64_store, 64, store
	atomic	__tsan_go_atomic32_exchange, atomic32_exchange, 32, exchange
	atomic	__tsan_go_atomic64_exchange, atomic64_exchange, 64, exchange
	atomic	__tsan_go_atomic32_fetch_add, atomic32_fetch_add, 32, add
	atomic	__tsan_go_atomic64_fetch_add, atomic64_fetch_add, 64, add
	atomic	__tsan_go_atomic32_compare_exchange, atomic32_compare_exchange, 32, compare, atomic32_failed
	atomic	__tsan_go_atomic64_compare_exchange, atomic64_compare_exchange, 64, compare, atomic64_failed

	/* These are rare. */
	.macro rare name, general
entry \name
	jmp	\general
done \name
	.endm

	rare	__tsan_go_atomic32_fetch_and, atomic32_fetch_and
	rare	__tsan_go_atomic64_fetch_and, atomic64_fetch_and
	rare	__tsan_go_atomic32_fetch_or, atomic32_fetch_or
	rare	__tsan_go_atomic64_fetch_or, atomic64_fetch_or

	.section .note.GNU-stack, "", @progbits
