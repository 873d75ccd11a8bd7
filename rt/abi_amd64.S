/* abi_amd64.S: the entry points that need more than the C calling convention shows.
 *
 * Go calls every hook through racecall<> (GOROOT/src/runtime/race_amd64.s): on the g0 stack, R14 = g,
 * R12 = the SP that the caller had, BP = the caller's frame pointer.  All of these are callee-saved,
 * so they are still there at the hook's first instruction; here they become arguments.
 */
#include "hook_amd64.inc"

	.text

/* void __tsan_read(thr, addr, pc): + user SP, g */
entry __tsan_read
	movq	%r12, %rcx
	movq	%r14, %r8
	jmp	hook_read
done __tsan_read

entry __tsan_write
	movq	%r12, %rcx
	movq	%r14, %r8
	jmp	hook_write
done __tsan_write

/* void __tsan_read_range(thr, addr, size, pc): + user SP, g */
entry __tsan_read_range
	movq	%r12, %r8
	movq	%r14, %r9
	jmp	hook_read_range
done __tsan_read_range

entry __tsan_write_range
	movq	%r12, %r8
	movq	%r14, %r9
	jmp	hook_write_range
done __tsan_write_range

/* void __tsan_func_enter(thr, pc): + g, frame pointer, user SP */
entry __tsan_func_enter
	movq	%r14, %rdx
	movq	%rbp, %rcx
	movq	%r12, %r8
	jmp	hook_func_enter
done __tsan_func_enter

/* void __tsan_func_exit(thr): + g, frame pointer, user SP */
entry __tsan_func_exit
	movq	%r14, %rsi
	movq	%rbp, %rdx
	movq	%r12, %rcx
	jmp	hook_func_exit
done __tsan_func_exit

/* void __tsan_malloc(0, 0, addr, size): g, frame pointer in place of the zeros */
entry __tsan_malloc
	movq	%r14, %rdi
	movq	%rbp, %rsi
	jmp	hook_malloc
done __tsan_malloc

/* void __tsan_NAME(thr, addr): + g, frame pointer, kind (edge.h), if it is noted what goroutines do */
	.macro sync_entry name, kind
entry __tsan_\name
	cmpl	$0, edge_on(%rip)
	jne	1f
	jmp	hook_\name
1:	movq	%r14, %rdx
	movq	%rbp, %rcx
	movl	$\kind, %r8d
	jmp	hook_edge
done __tsan_\name
	.endm

	sync_entry acquire, 0
	sync_entry release, 1
	sync_entry release_merge, 2
	sync_entry release_acquire, 3

/* void __tsan_go_atomic*(thr, callpc, pc, args): with GOMM=share… observed first, with the frame pointer. */
	.set LOAD, 2
	.set STORE, 3
	.set RMW, 4

	.macro atomic name, hook, size, kind
entry \name
	cmpl	$0, line_mode(%rip)
	jne	1f
	jmp	\hook
1:	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	subq	$8, %rsp
	movl	$(\size << 8 | \kind), %r8d
	movq	%rbp, %r9
	call	observe_atomic
	addq	$8, %rsp
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	jmp	\hook
done \name
	.endm

	atomic	__tsan_go_atomic32_load, hook_atomic32_load, 4, LOAD
	atomic	__tsan_go_atomic64_load, hook_atomic64_load, 8, LOAD
	atomic	__tsan_go_atomic32_store, hook_atomic32_store, 4, STORE
	atomic	__tsan_go_atomic64_store, hook_atomic64_store, 8, STORE
	atomic	__tsan_go_atomic32_exchange, hook_atomic32_exchange, 4, RMW
	atomic	__tsan_go_atomic64_exchange, hook_atomic64_exchange, 8, RMW
	atomic	__tsan_go_atomic32_fetch_add, hook_atomic32_fetch_add, 4, RMW
	atomic	__tsan_go_atomic64_fetch_add, hook_atomic64_fetch_add, 8, RMW
	atomic	__tsan_go_atomic32_fetch_and, hook_atomic32_fetch_and, 4, RMW
	atomic	__tsan_go_atomic64_fetch_and, hook_atomic64_fetch_and, 8, RMW
	atomic	__tsan_go_atomic32_fetch_or, hook_atomic32_fetch_or, 4, RMW
	atomic	__tsan_go_atomic64_fetch_or, hook_atomic64_fetch_or, 8, RMW
	atomic	__tsan_go_atomic32_compare_exchange, hook_atomic32_compare_exchange, 4, RMW
	atomic	__tsan_go_atomic64_compare_exchange, hook_atomic64_compare_exchange, 8, RMW

	.section .note.GNU-stack, "", @progbits
