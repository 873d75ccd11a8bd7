/* x86.h: decodes the instructions that the Go compiler emits for amd64.
 *
 * Purpose: size.c follows the machine code behind a race hook; for that it needs each
 * instruction's length, its memory operand, and what the instruction does to memory.  The one-byte,
 * 0F, 0F38 and 0F3A opcode maps are decoded, plain and VEX-encoded.  EVEX, XOP, 3DNow! and whatever
 * 64-bit mode does not define are refused: the caller gives up there.
 *
 * Ownership: none; the results are plain values.  Threading: pure functions, no state.
 *
 * Source of the encodings: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
 * chapter 2 (formats) and appendix A (opcode maps).
 */
#ifndef GOMM_RT_X86_H
#define GOMM_RT_X86_H

#include "rt_types.h"

enum rt_x86_map {
    RT_X86_ONE, /* one-byte opcodes */
    RT_X86_0F,
    RT_X86_0F38,
    RT_X86_0F3A
};

/* Values of rt_x86.base and rt_x86.index besides the register numbers 0-15. */
enum { RT_X86_NOREG = 16, RT_X86_RIP = 17 };

enum { RT_X86_MAXLEN = 15 }; /* the architecture's limit on an instruction's length */

/* A memory operand whose extent this decoder does not know. */
#define RT_X86_UNKNOWN 0xffffffffu

struct rt_x86 {
    u8 len;    /* bytes, prefixes and immediate included */
    u8 map;    /* enum rt_x86_map */
    u8 op;     /* opcode byte within the map */
    u8 prefix; /* the mandatory-prefix class: 0, 0x66, 0xf3 or 0xf2 (the last F3/F2 wins over 66) */
    u8 data16; /* a 66 prefix is present, whatever else is */
    u8 lock;
    u8 addr32;    /* a 67 prefix is present */
    u8 segment;   /* an FS or GS override is present: the effective address is not known */
    u8 rex;       /* a REX prefix is present: 8-bit registers 4-7 are SPL..DIL, not AH..BH */
    u8 vex;       /* VEX-encoded */
    u8 vex256;    /* VEX.L */
    u8 vvvv;      /* VEX.vvvv, a register number */
    u8 wide;      /* REX.W or VEX.W */
    u8 has_modrm; /* the next six are defined only then */
    u8 is_mem;    /* ModRM names memory; else rm is a register */
    u8 reg;       /* ModRM.reg with its extension bit; & 7 is the opcode extension of groups */
    u8 rm;
    u8 base;  /* register, RT_X86_NOREG or RT_X86_RIP (relative to the next instruction) */
    u8 index; /* register or RT_X86_NOREG */
    u8 scale; /* 1, 2, 4, 8 */
    sptr disp;
    sptr imm; /* sign-extended; for branches the displacement; 0 if there is none */
};

/* What an instruction does to its ModRM memory operand, in bytes; 0: does not touch it that way.
 * A read-modify-write sets both.  RT_X86_UNKNOWN: touches it, in a way or width not known here. */
struct rt_x86_access {
    u32 read;
    u32 write;
};

/* Decodes the instruction at pc.  Returns its length, 0 if it is not one we know.  Reads only bytes
 * of the instruction itself: each next byte is asked for because those before it say that it
 * belongs, so at the address of real code no byte behind that code is read.  None at or above limit
 * is ever read. */
u32 rt_x86_decode(struct rt_x86 *in, uptr pc, uptr limit);

/* For an instruction with has_modrm and is_mem. */
struct rt_x86_access rt_x86_access(const struct rt_x86 *in);

/* Operand size in bytes of a general-purpose instruction that is not an 8-bit form. */
u32 rt_x86_opsize(const struct rt_x86 *in);

#endif
