/* fast_amd64.S: what the hot hooks do on the goroutine's own stack, before a switch to g0 is paid for.
 *
 * The tool's link step puts entries into package runtime (src/driver/driver_asm.c) that jump here:
 *
 *   gomm_fast_read, gomm_fast_write              AX = address
 *   gomm_fast_read_range, gomm_fast_write_range  AX = address, BX = size
 *   gomm_fast_func_enter                         AX = pc to which the entered function will return, DX = its closure
 *   gomm_fast_func_exit
 *
 * In all of them R14 = g, DI = g.racectx (0 where g has none), R10 = where the slow case goes on, 0(SP) = the
 * address behind the hook's call, and BP as the instrumented function left it.  Each either returns, or jumps to R10
 * with AX, BX, DX, DI, BP, SP and R14 as they came.  CX, SI, R8, R9, R11, R12, R13, R15, X0 to X14 and the flags are
 * free; so is DX, but in func_enter.  X15 stays 0 and the stack below SP may not be counted on: the callers
 * are nosplit.  Addresses outside heap and data come too.
 */
	.text

	.macro entry name
	.globl \name
	.type \name, @function
\name:
	jmp	*%r10
	.size \name, . - \name
	.endm

entry gomm_fast_read
entry gomm_fast_write
entry gomm_fast_read_range
entry gomm_fast_write_range
entry gomm_fast_func_enter
entry gomm_fast_func_exit

	.section .note.GNU-stack, "", @progbits
