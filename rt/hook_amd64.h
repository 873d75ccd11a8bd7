/* hook_amd64.h: how the entry points in assembly begin and end. */
#ifndef GOMM_RT_HOOK_AMD64_H
#define GOMM_RT_HOOK_AMD64_H

	.macro entry name
	.p2align 4
	.globl \name
	.type \name, @function
\name:
	.endm

	.macro done name
	.size \name, . - \name
	.endm

#endif
