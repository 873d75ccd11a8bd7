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

	.section .note.GNU-stack, "", @progbits
