#include "x86.h"

/* ---- lengths ----------------------------------------------------------------------------- */

/* What follows an opcode. */
enum {
    NO = 0,     /* nothing */
    M = 1,      /* ModRM */
    B = 2,      /* imm8 or rel8 */
    Z = 4,      /* imm16 under a 66 prefix, else imm32 */
    D = 8,      /* rel32, or imm32 whatever the prefixes */
    V = 16,     /* like Z, but imm64 under REX.W */
    W = 32,     /* imm16 */
    XX = 128,   /* not in 64-bit mode, a prefix, or not emitted by any Go tool */
    MB = M | B, /* the pairs that occur */
    MZ = M | Z,
    WB = W | B,
};

#define ALU(x) M, M, M, M, B, Z, x, x
static const u8 forms_one[256] = {
    /* 00 */ ALU(XX), ALU(XX),
    /* 10 */ ALU(XX), ALU(XX),
    /* 20 */ ALU(XX), ALU(XX),
    /* 30 */ ALU(XX), ALU(XX),
    /* 40 */ XX,      XX,      XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    /* 50 */ NO,      NO,      NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    /* 60 */ XX,      XX,      XX, M,  XX, XX, XX, XX, D,  MZ, B,  MB, NO, NO, NO, NO,
    /* 70 */ B,       B,       B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,  B,
    /* 80 */ MB,      MZ,      XX, MB, M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* 90 */ NO,      NO,      NO, NO, NO, NO, NO, NO, NO, NO, XX, XX, NO, NO, NO, NO,
    /* a0 */ XX,      XX,      XX, XX, NO, NO, NO, NO, B,  Z,  NO, NO, NO, NO, NO, NO,
    /* b0 */ B,       B,       B,  B,  B,  B,  B,  B,  V,  V,  V,  V,  V,  V,  V,  V,
    /* c0 */ MB,      MB,      W,  NO, XX, XX, MB, MZ, WB, NO, W,  NO, NO, B,  XX, NO,
    /* d0 */ M,       M,       M,  M,  XX, XX, XX, NO, M,  M,  M,  M,  M,  M,  M,  M,
    /* e0 */ B,       B,       B,  B,  B,  B,  B,  B,  D,  D,  XX, B,  NO, NO, NO, NO,
    /* f0 */ XX,      NO,      XX, XX, NO, NO, M,  M,  NO, NO, NO, NO, NO, NO, M,  M,
};

static const u8 forms_0f[256] = {
    /* 00 */ M,  M,  M,  M,  XX, NO, NO, NO, NO, NO, XX, NO, XX, M,  XX, XX,
    /* 10 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* 20 */ XX, XX, XX, XX, XX, XX, XX, XX, M,  M,  M,  M,  M,  M,  M,  M,
    /* 30 */ NO, NO, NO, NO, NO, NO, XX, NO, XX, XX, XX, XX, XX, XX, XX, XX,
    /* 40 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* 50 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* 60 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* 70 */ MB, MB, MB, MB, M,  M,  M,  NO, XX, XX, XX, XX, M,  M,  M,  M,
    /* 80 */ D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,  D,
    /* 90 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* a0 */ NO, NO, NO, M,  MB, M,  XX, XX, NO, NO, NO, M,  MB, M,  M,  M,
    /* b0 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  MB, M,  M,  M,  M,  M,
    /* c0 */ M,  M,  MB, M,  MB, MB, MB, M,  NO, NO, NO, NO, NO, NO, NO, NO,
    /* d0 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* e0 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
    /* f0 */ M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,  M,
};

struct cursor {
    uptr p, limit;
    int ok; /* cleared when the instruction does not end below the limit */
};

static u8 next(struct cursor *c)
{
    if (c->p >= c->limit) {
        c->ok = 0;
        return 0;
    }
    return *(const u8 *)c->p++;
}

static sptr next_imm(struct cursor *c, u32 bytes)
{
    u64 v = 0;
    for (u32 i = 0; i < bytes; i++) {
        v |= (u64)next(c) << (8 * i);
    }
    if (bytes < 8) {
        v = (v ^ (1ul << (8 * bytes - 1))) - (1ul << (8 * bytes - 1)); /* sign-extend */
    }
    return (sptr)v;
}

/* The register-extension bits of REX or VEX, each 0 or 8, ready to be or-ed in. */
struct ext {
    u8 r, x, b;
};

static void decode_modrm(struct rt_x86 *in, struct cursor *c, struct ext ext)
{
    u8 m = next(c), mod = m >> 6;
    in->has_modrm = 1;
    in->reg = (m >> 3 & 7) | ext.r;
    in->rm = (m & 7) | ext.b;
    in->base = RT_X86_NOREG;
    in->index = RT_X86_NOREG;
    in->scale = 1;
    if (mod == 3) {
        return;
    }
    in->is_mem = 1;
    u32 disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    if ((m & 7) == 4) {
        u8 sib = next(c);
        u8 index = (sib >> 3 & 7) | ext.x;
        if (index != 4) { /* 4 is RSP: no index */
            in->index = index;
        }
        in->scale = (u8)(1u << (sib >> 6));
        if ((sib & 7) == 5 && mod == 0) {
            disp = 4; /* no base */
        } else {
            in->base = (sib & 7) | ext.b;
        }
    } else if ((m & 7) == 5 && mod == 0) {
        in->base = RT_X86_RIP;
        disp = 4;
    } else {
        in->base = in->rm;
    }
    if (disp) {
        in->disp = next_imm(c, disp);
    }
}

/* Reads what is behind a C4 or C5 byte: the rest of the VEX prefix and the opcode.  Returns 0 for a
 * map that does not exist. */
static int decode_vex(struct rt_x86 *in, struct cursor *c, u8 first, struct ext *ext)
{
    static const u8 pp[4] = {0, 0x66, 0xf3, 0xf2};
    u8 b = next(c), last = b;
    in->vex = 1;
    ext->r = b & 0x80 ? 0 : 8; /* stored inverted, as all VEX register bits */
    in->map = RT_X86_0F;
    if (first == 0xc4) {
        ext->x = b & 0x40 ? 0 : 8;
        ext->b = b & 0x20 ? 0 : 8;
        in->map = b & 0x1f;
        last = next(c);
        in->wide = last >> 7;
    }
    in->vvvv = (~last >> 3) & 15;
    in->vex256 = last >> 2 & 1;
    in->prefix = pp[last & 3];
    in->op = next(c);
    return in->map >= RT_X86_0F && in->map <= RT_X86_0F3A;
}

u32 rt_x86_decode(struct rt_x86 *in, uptr pc, uptr limit)
{
    struct cursor c = {pc, limit, 1};
    struct ext ext = {0, 0, 0};
    u32 form;
    u8 b;

    if (limit - pc > RT_X86_MAXLEN) {
        c.limit = pc + RT_X86_MAXLEN;
    }
    /* Field by field: a plain "= {0}" may become a call of memset, which is not there. */
    in->len = in->map = in->op = in->prefix = in->data16 = in->lock = in->addr32 = 0;
    in->segment = in->rex = in->vex = in->vex256 = in->vvvv = in->wide = 0;
    in->has_modrm = in->is_mem = in->reg = in->rm = in->scale = 0;
    in->base = in->index = RT_X86_NOREG;
    in->disp = in->imm = 0;

    for (;;) {
        b = next(&c);
        if (b == 0x66) {
            in->data16 = 1;
        } else if (b == 0x67) {
            in->addr32 = 1;
        } else if (b == 0xf2 || b == 0xf3) {
            in->prefix = b;
        } else if (b == 0xf0) {
            in->lock = 1;
        } else if (b == 0x64 || b == 0x65) {
            in->segment = 1;
        } else if (b != 0x26 && b != 0x2e && b != 0x36 && b != 0x3e) {
            break;
        }
    }
    if ((b & 0xf0) == 0x40) {
        in->rex = 1;
        in->wide = b >> 3 & 1;
        ext = (struct ext){(u8)((b & 4) << 1), (u8)((b & 2) << 2), (u8)((b & 1) << 3)};
        b = next(&c);
        if ((b & 0xf0) == 0x40) {
            return 0; /* a second REX: legal, but nobody emits it */
        }
    }
    if (b == 0xc4 || b == 0xc5) {
        if (in->rex || in->data16 || in->prefix || in->lock) {
            return 0;
        }
        if (!decode_vex(in, &c, b, &ext)) {
            return 0;
        }
    } else {
        if (!in->prefix && in->data16) {
            in->prefix = 0x66;
        }
        in->op = b;
        if (b == 0x0f) {
            in->map = RT_X86_0F;
            in->op = next(&c);
            if (in->op == 0x38 || in->op == 0x3a) {
                in->map = in->op == 0x38 ? RT_X86_0F38 : RT_X86_0F3A;
                in->op = next(&c);
            }
        }
    }
    if (in->map == RT_X86_ONE) {
        form = forms_one[in->op];
    } else if (in->map == RT_X86_0F) {
        form = in->vex && in->op == 0x77 ? NO : forms_0f[in->op];
    } else {
        form = in->map == RT_X86_0F38 ? M : MB;
    }
    if (form & XX) {
        return 0;
    }
    if (form & M) {
        decode_modrm(in, &c, ext);
    } else {
        in->rm = ext.b; /* the low opcode bits of push, pop, bswap and "mov r, imm" add to it */
    }
    if (in->map == RT_X86_ONE && in->op == 0x8f && (in->reg & 7) != 0) {
        return 0; /* XOP */
    }
    if (in->map == RT_X86_ONE && (in->op & 0xfe) == 0xf6 && (in->reg & 6) == 0) {
        form |= in->op == 0xf6 ? B : Z; /* TEST is the only one of its group with an immediate */
    }
    if (form & W) {
        in->imm = next_imm(&c, 2);
    }
    if (form & B) {
        in->imm = next_imm(&c, 1);
    }
    if (form & V) {
        in->imm = next_imm(&c, in->wide ? 8 : in->data16 ? 2 : 4);
    }
    if (form & Z) {
        in->imm = next_imm(&c, in->data16 && !in->wide ? 2 : 4);
    }
    if (form & D) {
        in->imm = next_imm(&c, 4);
    }
    if (!c.ok) {
        return 0;
    }
    in->len = (u8)(c.p - pc);
    return in->len;
}

/* ---- memory operands --------------------------------------------------------------------- */

u32 rt_x86_opsize(const struct rt_x86 *in)
{
    return in->wide ? 8 : in->data16 ? 2 : 4;
}

static struct rt_x86_access touches(u32 read, u32 write)
{
    return (struct rt_x86_access){read, write};
}

static struct rt_x86_access access_one(const struct rt_x86 *in)
{
    u32 n = in->op & 1 ? rt_x86_opsize(in) : 1, ext = in->reg & 7;

    if (in->op < 0x40) { /* ADD OR ADC SBB AND SUB XOR CMP; bit 1 set: the register is written */
        if (in->op & 2 || in->op >> 3 == 7) {
            return touches(n, 0);
        }
        return touches(n, n);
    }
    switch (in->op) {
    case 0x63: /* MOVSXD */ return touches(4, 0);
    case 0x69:
    case 0x6b: /* IMUL r, m, imm */ return touches(n, 0);
    case 0x80:
    case 0x81:
    case 0x83: return touches(n, ext == 7 ? 0 : n);
    case 0x84:
        /* TEST m8, r8 is gc's nil check and reads nothing that the program asked for. */
        return touches(0, 0);
    case 0x85: return touches(n, 0);
    case 0x86:
    case 0x87: /* XCHG */ return touches(n, n);
    case 0x88:
    case 0x89: return touches(0, n);
    case 0x8a:
    case 0x8b: return touches(n, 0);
    case 0x8d: /* LEA */ return touches(0, 0);
    case 0x8f: /* POP m */ return touches(0, 8);
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3: /* shifts and rotates */ return touches(n, n);
    case 0xc6:
    case 0xc7: return ext == 0 ? touches(0, n) : touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
    case 0xf6:
    case 0xf7: /* TEST; NOT NEG; MUL IMUL DIV IDIV */
        return touches(n, ext == 2 || ext == 3 ? n : 0);
    case 0xfe:
    case 0xff: /* INC DEC; CALL JMP; PUSH */
        if (ext <= 1) {
            return touches(n, n);
        }
        if (in->op == 0xff && (ext == 2 || ext == 4)) {
            return touches(0, 0); /* the code pointer: gc does not instrument its load */
        }
        if (in->op == 0xff && ext == 6) {
            return touches(8, 0);
        }
        break;
    default: break;
    }
    return touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
}

/* The width of a memory source of an SSE instruction that comes in the four flavours PS, PD, SS,
 * SD, selected by the prefix. */
static u32 sse_width(const struct rt_x86 *in)
{
    if (in->prefix == 0xf3) {
        return 4;
    }
    if (in->prefix == 0xf2) {
        return 8;
    }
    return in->vex256 ? 32 : 16;
}

static struct rt_x86_access access_0f(const struct rt_x86 *in)
{
    u32 n = rt_x86_opsize(in), ext = in->reg & 7;
    u32 vec = in->vex256 ? 32 : 16;
    u32 mmx = in->prefix || in->vex ? vec : 8; /* MMX without a prefix, SSE2 with 66 */
    u8 op = in->op;

    if ((op & 0xf0) == 0x40 && !in->vex) { /* CMOVcc reads whether or not it moves */
        return touches(n, 0);
    }
    if ((op & 0xf0) == 0x90 && !in->vex) { /* SETcc */
        return touches(0, 1);
    }
    switch (op) {
    case 0x0d:
    case 0x18:
    case 0x19:
    case 0x1a:
    case 0x1b:
    case 0x1c:
    case 0x1d:
    case 0x1e:
    case 0x1f: /* prefetches, long NOPs */ return touches(0, 0);
    case 0x10: return touches(sse_width(in), 0);
    case 0x11: return touches(0, sse_width(in));
    case 0x12: /* MOVLPS, MOVDDUP */
        if (in->prefix == 0xf3 || (in->prefix && in->vex256)) {
            return touches(vec, 0);
        }
        return touches(8, 0);
    case 0x16: /* MOVHPS, MOVSHDUP */ return touches(in->prefix == 0xf3 ? vec : 8, 0);
    case 0x13:
    case 0x17: return touches(0, 8);
    case 0x14:
    case 0x15:
    case 0x28: return touches(vec, 0);
    case 0x29:
    case 0x2b: return touches(0, vec);
    case 0x2a: /* CVTSI2SS, CVTSI2SD: the source is an integer */
        return touches(in->prefix == 0xf3 || in->prefix == 0xf2 ? (in->wide ? 8 : 4) : 8, 0);
    case 0x2c:
    case 0x2d: /* CVTSS2SI, CVTSD2SI */
        return touches(in->prefix == 0xf3 ? 4 : in->prefix == 0x66 ? 16 : 8, 0);
    case 0x2e:
    case 0x2f: /* UCOMISS, UCOMISD */ return touches(in->prefix == 0x66 ? 8 : 4, 0);
    case 0x5a: /* CVTSS2SD, CVTSD2SS, CVTPS2PD, CVTPD2PS */
        return touches(in->prefix == 0 ? vec / 2 : sse_width(in), 0);
    case 0x5b: return touches(vec, 0);
    case 0x51:
    case 0x52:
    case 0x53:
    case 0x54:
    case 0x55:
    case 0x56:
    case 0x57:
    case 0x58:
    case 0x59:
    case 0x5c:
    case 0x5d:
    case 0x5e:
    case 0x5f:
    case 0xc2:
    case 0xc6: return touches(sse_width(in), 0);
    case 0x6e: return touches(in->wide ? 8 : 4, 0);
    case 0x6f: return touches(mmx, 0);
    case 0x7e:
        if (in->prefix == 0xf3) {
            return touches(8, 0);
        }
        return touches(0, in->wide ? 8 : 4);
    case 0x7f:
    case 0xe7: return touches(0, mmx);
    case 0xd6: return touches(0, 8);
    case 0xa3: /* BT m, r: the register chooses the word */ return touches(RT_X86_UNKNOWN, 0);
    case 0xa4:
    case 0xa5:
    case 0xac:
    case 0xad: /* SHLD, SHRD */ return touches(n, n);
    case 0xba: /* BT, BTS, BTR, BTC with an immediate stay within the operand */
        return ext < 4 ? touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN) : touches(n, ext == 4 ? 0 : n);
    case 0xae:
        if (ext == 2) {
            return touches(4, 0); /* LDMXCSR */
        }
        if (ext == 3) {
            return touches(0, 4); /* STMXCSR */
        }
        break;
    case 0xaf:
    case 0xb8: /* POPCNT */
    case 0xbc:
    case 0xbd: return touches(n, 0);
    case 0xb0:
    case 0xc0: /* CMPXCHG, XADD */ return touches(1, 1);
    case 0xb1:
    case 0xc1: return touches(n, n);
    case 0xb6:
    case 0xbe: /* MOVZX, MOVSX */ return touches(1, 0);
    case 0xb7:
    case 0xbf: return touches(2, 0);
    case 0xc3: /* MOVNTI */ return touches(0, n);
    case 0xc4: /* PINSRW */ return touches(2, 0);
    case 0xc7: /* CMPXCHG8B, CMPXCHG16B */
        if (ext == 1) {
            return touches(2 * (in->wide ? 8u : 4u), 2 * (in->wide ? 8u : 4u));
        }
        break;
    case 0xe6: /* CVTDQ2PD; CVTTPD2DQ, CVTPD2DQ */
        return touches(in->prefix == 0xf3 ? vec / 2 : vec, 0);
    default:
        if (op >= 0x60 && op <= 0x62 && !in->prefix && !in->vex) {
            return touches(4, 0); /* MMX: the low halves only */
        }
        if ((op >= 0x60 && op <= 0x6d) || op == 0x70 || (op >= 0x74 && op <= 0x76)) {
            return touches(mmx, 0);
        }
        /* Packed arithmetic; only the shifts by a count read a full register whatever L says. */
        if (op >= 0xd1 && op != 0xd7 && op != 0xf0 && op != 0xf7 && op != 0xff) {
            return touches(in->vex256 ? RT_X86_UNKNOWN : mmx, 0);
        }
        break;
    }
    return touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
}

static struct rt_x86_access access_0f38(const struct rt_x86 *in)
{
    u32 vec = in->vex256 ? 32 : 16, word = in->wide ? 8 : 4;
    u8 op = in->op, low = op & 15;

    switch (op) {
    case 0xf0:
        if (in->prefix == 0xf2) { /* CRC32 r, m8 */
            return touches(1, 0);
        }
        return touches(rt_x86_opsize(in), 0); /* MOVBE */
    case 0xf1:
        if (in->prefix == 0xf2) {
            return touches(rt_x86_opsize(in), 0);
        }
        return touches(0, rt_x86_opsize(in));
    case 0xf2: /* ANDN */
    case 0xf3: /* BLSR, BLSMSK, BLSI */
    case 0xf5: /* BZHI, PEXT, PDEP */
    case 0xf7: /* BEXTR, SHLX, SARX, SHRX */
        return in->vex ? touches(word, 0) : touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
    case 0xf6: /* MULX; ADCX, ADOX */ return touches(word, 0);
    case 0x20:
    case 0x23:
    case 0x25:
    case 0x30:
    case 0x33:
    case 0x35: /* PMOVSX, PMOVZX to twice the width */ return touches(vec / 2, 0);
    case 0x21:
    case 0x24:
    case 0x31:
    case 0x34: return touches(vec / 4, 0);
    case 0x22:
    case 0x32: return touches(vec / 8, 0);
    default: break;
    }
    if (op <= 0x0b || (op >= 0x1c && op <= 0x1e) || (op >= 0x37 && op <= 0x40) ||
        (op >= 0xdb && op <= 0xdf)) {
        return touches(!in->vex && in->prefix != 0x66 ? 8 : vec, 0);
    }
    if (in->vex && op >= 0x96 && op <= 0xbf && low >= 6) { /* fused multiply-add: odd ones scalar */
        return touches(low >= 9 && op & 1 ? word : vec, 0);
    }
    return touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
}

static struct rt_x86_access access_0f3a(const struct rt_x86 *in)
{
    u32 word = in->wide ? 8 : 4;

    switch (in->op) {
    case 0x0a: /* ROUNDSS */
    case 0x21: /* INSERTPS */ return touches(4, 0);
    case 0x0b: /* ROUNDSD */ return touches(8, 0);
    case 0x0f: /* PALIGNR */
        return in->prefix == 0x66 && !in->vex256 ? touches(16, 0) : touches(RT_X86_UNKNOWN, 0);
    case 0x14: return touches(0, 1);    /* PEXTRB */
    case 0x15: return touches(0, 2);    /* PEXTRW */
    case 0x16: return touches(0, word); /* PEXTRD, PEXTRQ */
    case 0x17: return touches(0, 4);    /* EXTRACTPS */
    case 0x20: return touches(1, 0);    /* PINSRB */
    case 0x22: return touches(word, 0); /* PINSRD, PINSRQ */
    case 0xf0: /* RORX */ return touches(word, 0);
    default: return touches(RT_X86_UNKNOWN, RT_X86_UNKNOWN);
    }
}

struct rt_x86_access rt_x86_access(const struct rt_x86 *in)
{
    switch (in->map) {
    case RT_X86_ONE: return access_one(in);
    case RT_X86_0F: return access_0f(in);
    case RT_X86_0F38: return access_0f38(in);
    default: return access_0f3a(in);
    }
}
