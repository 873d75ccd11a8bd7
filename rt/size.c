#include "size.h"
#include "x86.h"

/* Limits.  Measured on race builds of encoding/json, net/http, go/types and others with Go 1.19 and
 * 1.26 (test/size): the access is nearly always among the first dozen instructions. */
enum {
    PATH_INSNS = 64,   /* instructions on one path */
    TOTAL_INSNS = 512, /* on all paths together */
    PATH_FORKS = 8,    /* conditional branches on one path of which both ways are tried */
    MAX_STORES = 32,   /* stores into the frame that one path remembers */
    CODE_REACH = 1 << 16,
    FRAME_REACH = 1 << 16,
};

enum { RSP = 4, NREGS = 16 };

/* What a path has written to the frame and the real memory does not have. */
struct slot {
    uptr ea;
    u64 val;
    u8 width;
    u8 known;
};

/* Which parts of the variable at addr have been seen accessed: at[i] is the width of the widest
 * access at addr + i.  Only accesses that start at a multiple of 4 can be parts of a scalar. */
struct parts {
    u32 at[5];      /* offsets 0, 4, 8, 12, 16 */
    uptr origin[5]; /* what the address was formed from, the displacement left out */
};

struct walk {
    uptr pc0, addr, sp;
    int is_write;
    u64 reg[NREGS];
    u32 known; /* bit r: reg[r] holds the register's value */
    u32 frame; /* bit r: that value was formed from RSP */
    u32 nslots;
    u32 budget; /* instructions left for all paths together */
    int unsure; /* an access to addr was met whose width the decoder does not know */
    struct parts parts;
    struct slot slots[MAX_STORES];
};

/* ---- registers --------------------------------------------------------------------------- */

static int reg_known(const struct walk *w, u32 r)
{
    return (int)(w->known >> r & 1);
}

static void reg_set(struct walk *w, u32 r, u64 val)
{
    w->reg[r] = val;
    w->known |= 1u << r;
    w->frame &= ~(1u << r);
}

static int reg_is_frame(const struct walk *w, u32 r)
{
    return r < NREGS && (int)((w->frame | 1u << RSP) >> r & 1);
}

/* After reg[r] was set from a value formed from RSP. */
static void reg_mark_frame(struct walk *w, u32 r)
{
    w->frame |= 1u << r;
}

static void reg_forget(struct walk *w, u32 r)
{
    w->known &= ~(1u << r);
}

/* Writes the low bytes of a register as the hardware does: 4 bytes clear the upper half; for 1 and
 * 2 bytes, which keep the rest, the value is given up. */
static void reg_write(struct walk *w, u32 r, u32 width, u64 val)
{
    if (width == 8) {
        reg_set(w, r, val);
    } else if (width == 4) {
        reg_set(w, r, (u32)val);
    } else {
        reg_forget(w, r);
    }
}

/* An 8-bit register number means AH..BH for 4-7 when there is no REX prefix. */
static void reg8_forget(struct walk *w, const struct rt_x86 *in, u32 r)
{
    reg_forget(w, !in->rex && !in->vex && r >= 4 && r < 8 ? r - 4 : r);
}

/* ---- memory ------------------------------------------------------------------------------ */

static int effective_address(const struct walk *w, const struct rt_x86 *in, uptr pc, uptr *ea)
{
    uptr a = (uptr)in->disp;
    if (in->segment || in->addr32) {
        return 0;
    }
    if (in->base == RT_X86_RIP) {
        a += pc + in->len;
    } else if (in->base != RT_X86_NOREG) {
        if (!reg_known(w, in->base)) {
            return 0;
        }
        a += w->reg[in->base];
    }
    if (in->index != RT_X86_NOREG) {
        if (!reg_known(w, in->index)) {
            return 0;
        }
        a += w->reg[in->index] * in->scale;
    }
    *ea = a;
    return 1;
}

/* Loads from the frame; of other memory nothing is known, and none of it is touched. */
static int frame_load(const struct walk *w, uptr ea, u32 width, u64 *val)
{
    for (u32 i = w->nslots; i-- > 0;) {
        const struct slot *s = &w->slots[i];
        if (ea + width <= s->ea || ea >= s->ea + s->width) {
            continue;
        }
        if (s->ea != ea || width > s->width || !s->known) {
            return 0;
        }
        *val = width < 8 ? s->val & ((1ul << (8 * width)) - 1) : s->val;
        return 1;
    }
    if (ea < w->sp || ea - w->sp >= FRAME_REACH || width > 8) {
        return 0;
    }
    u64 v = 0;
    for (u32 i = 0; i < width; i++) {
        v |= (u64) * (const volatile u8 *)(ea + i) << (8 * i);
    }
    *val = v;
    return 1;
}

/* Returns 0 if there is no room to remember the store: nothing is known of the frame then. */
static int frame_store(struct walk *w, uptr ea, u32 width, int known, u64 val)
{
    if (width > 64 || ea + FRAME_REACH < w->sp || (ea > w->sp && ea - w->sp >= FRAME_REACH)) {
        return 1; /* not the frame, so never asked for */
    }
    if (w->nslots == MAX_STORES) {
        return 0;
    }
    w->slots[w->nslots++] = (struct slot){ea, val, (u8)width, (u8)(known && width <= 8)};
    return 1;
}

/* ---- the accesses that count ------------------------------------------------------------- */

static void note_access(struct walk *w, const struct rt_x86 *in, uptr ea, u32 width)
{
    uptr off = ea - w->addr;
    /* What the code finds by way of RSP is the caller's own frame.  Spilled registers and variables
     * that no hook announces lie side by side there, so nothing but a plain access to a slot that
     * is addr itself counts.  (No other goroutine can reach a frame: this costs no race.) */
    if (reg_is_frame(w, in->base) && (in->base != RSP || off != 0)) {
        return;
    }
    if (width == RT_X86_UNKNOWN) {
        /* Which bytes it touches is open; if it may be ours, nothing can be said. */
        if (off < 24) {
            w->unsure = 1;
        }
        return;
    }
    if (off <= 16 && off % 4 == 0 && width > w->parts.at[off / 4]) {
        w->parts.at[off / 4] = width;
        w->parts.origin[off / 4] = in->base == RT_X86_RIP ? 0 : ea - (uptr)in->disp;
    }
}

/* Puts the parts together.  A variable that gc gives to the scalar hooks is one machine word or
 * less, two floats (complex64), or up to three 8-byte words; nothing else is believed. */
static u32 together(const struct parts *p, u32 a, u32 b)
{
    if (p->at[a] && p->origin[a] != p->origin[b]) {
        return 0;
    }
    return p->at[b];
}

static u32 parts_size(const struct parts *p)
{
    u32 first = p->at[0];
    u32 second = together(p, 0, 2), third = together(p, 0, 4);

    if (first == 1 || first == 2) {
        return first;
    }
    if (first == 4) {
        return together(p, 0, 1) == 4 ? 8 : 4;
    }
    if (first != 0 && first != 8 && first != 16) {
        return 0;
    }
    if (third == 8 || second == 16) {
        return 24;
    }
    if (second == 8) {
        return 16;
    }
    return first;
}

/* Whether further instructions cannot change the answer. */
static int parts_final(const struct parts *p)
{
    u32 size = parts_size(p);
    return size == 1 || size == 2 || size == 24 || (size == 8 && p->at[0] == 4);
}

/* ---- one instruction --------------------------------------------------------------------- */

enum step { GO_ON, STOP, JUMP, FORK };

/* A source operand: register or memory behind rm, width bytes. */
static int rm_value(struct walk *w, const struct rt_x86 *in, int ea_known, uptr ea, u32 width,
                    u64 *val)
{
    if (in->is_mem) {
        return ea_known && in->base == RSP && frame_load(w, ea, width, val);
    }
    if (!reg_known(w, in->rm)) {
        return 0;
    }
    *val = width < 8 ? w->reg[in->rm] & ((1ul << (8 * width)) - 1) : w->reg[in->rm];
    return 1;
}

static u64 sign_extend(u64 v, u32 width)
{
    u64 top = 1ul << (8 * width - 1);
    return width == 8 ? v : (v ^ top) - top;
}

/* ADD OR ADC SBB AND SUB XOR CMP, numbered as the opcode maps number them. */
static int alu(u32 op, u64 a, u64 b, u64 *val)
{
    switch (op) {
    case 0: *val = a + b; return 1;
    case 1: *val = a | b; return 1;
    case 4: *val = a & b; return 1;
    case 5: *val = a - b; return 1;
    case 6: *val = a ^ b; return 1;
    default: /* ADC and SBB need the flags */ return 0;
    }
}

/* ROL ROR RCL RCR SHL SHR SAL SAR by a constant; the rotates are not followed. */
static int shift(u32 op, u64 a, u32 width, u32 count, u64 *val)
{
    count &= width == 8 ? 63 : 31;
    if (width < 4) {
        return 0;
    }
    if (op == 4) {
        *val = a << count;
    } else if (op == 5) {
        *val = (width == 4 ? (u32)a : a) >> count;
    } else if (op == 7) {
        *val = (u64)((sptr)sign_extend(width == 4 ? (u32)a : a, width) >> count);
    } else {
        return 0;
    }
    return 1;
}

/* Stores to the frame must be remembered whatever the instruction is. */
static int store_effect(struct walk *w, int ea_known, uptr ea, u32 width, int known, u64 val)
{
    return !ea_known || frame_store(w, ea, width, known, val);
}

/* Sets rm, register or frame slot, to val (or to "not known"). */
static int rm_result(struct walk *w, const struct rt_x86 *in, int ea_known, uptr ea, u32 width,
                     int known, u64 val)
{
    if (in->is_mem) {
        return store_effect(w, ea_known, ea, width, known, val);
    }
    if (width == 1) {
        reg8_forget(w, in, in->rm);
    } else if (known) {
        reg_write(w, in->rm, width, val);
    } else {
        reg_forget(w, in->rm);
    }
    return 1;
}

static void reg_result(struct walk *w, const struct rt_x86 *in, u32 width, int known, u64 val)
{
    if (width == 1) {
        reg8_forget(w, in, in->reg);
    } else if (known) {
        reg_write(w, in->reg, width, val);
    } else {
        reg_forget(w, in->reg);
    }
}

/* Carries out a one-byte-map instruction.  STOP where the path ends or is not understood. */
static enum step step_one(struct walk *w, const struct rt_x86 *in, int ea_known, uptr ea)
{
    u32 n = in->op & 1 ? rt_x86_opsize(in) : 1, ext = in->reg & 7, op = in->op;
    u64 a = 0, b = 0, v = 0;
    int ok, frame;

    if (op < 0x40) {
        if ((op & 7) >= 4) { /* AL or RAX with an immediate */
            if (op >> 3 == 7) {
                return GO_ON;
            }
            ok = n >= 4 && reg_known(w, 0) && alu(op >> 3, w->reg[0], (u64)in->imm, &v);
            if (ok) {
                reg_write(w, 0, n, v);
            } else {
                reg_forget(w, 0);
            }
            return GO_ON;
        }
        if (op >> 3 == 7) {
            return GO_ON;
        }
        ok = rm_value(w, in, ea_known, ea, n, &a) && n > 1 && reg_known(w, in->reg);
        b = w->reg[in->reg];
        if (!in->is_mem && in->reg == in->rm && (op >> 3 == 5 || op >> 3 == 6) && n >= 4) {
            ok = 1; /* SUB r,r and XOR r,r are zero whatever r was */
            a = b = 0;
        }
        frame = reg_is_frame(w, in->reg) || (!in->is_mem && reg_is_frame(w, in->rm));
        if (op & 2) {
            ok = ok && alu(op >> 3, b, a, &v);
            reg_result(w, in, n, ok, v);
        } else {
            ok = ok && alu(op >> 3, a, b, &v);
            if (!rm_result(w, in, ea_known, ea, n, ok, v)) {
                return STOP;
            }
        }
        if (frame && (op & 2 || !in->is_mem)) {
            reg_mark_frame(w, op & 2 ? in->reg : in->rm);
        }
        return GO_ON;
    }
    if (op >= 0x50 && op <= 0x5f) { /* PUSH, POP */
        u32 r = in->rm | (op & 7);
        if (in->data16 || !reg_known(w, RSP)) {
            return STOP;
        }
        if (op < 0x58) {
            ok = reg_known(w, r);
            v = w->reg[r];
            w->reg[RSP] -= 8;
            return frame_store(w, w->reg[RSP], 8, ok, v) ? GO_ON : STOP;
        }
        ok = frame_load(w, w->reg[RSP], 8, &v);
        w->reg[RSP] += 8;
        if (ok) {
            reg_set(w, r, v);
        } else {
            reg_forget(w, r);
        }
        return GO_ON;
    }
    if (op >= 0x70 && op <= 0x7f) {
        return FORK;
    }
    if ((op & 0xf8) == 0x90 && (in->rm | (op & 7))) { /* XCHG with RAX; of RAX itself: NOP */
        reg_forget(w, 0);
        reg_forget(w, in->rm | (op & 7));
        return GO_ON;
    }
    if (op >= 0xb0 && op <= 0xb7) {
        reg8_forget(w, in, in->rm | (op & 7));
        return GO_ON;
    }
    if (op >= 0xb8 && op <= 0xbf) {
        reg_write(w, in->rm | (op & 7), rt_x86_opsize(in), (u64)in->imm);
        return GO_ON;
    }
    switch (op) {
    case 0x63: /* MOVSXD */
        ok = rm_value(w, in, ea_known, ea, 4, &a);
        reg_result(w, in, rt_x86_opsize(in), ok, sign_extend(a, 4));
        return GO_ON;
    case 0x69:
    case 0x6b: /* IMUL r, rm, imm */
        n = rt_x86_opsize(in);
        ok = rm_value(w, in, ea_known, ea, n, &a);
        reg_result(w, in, n, ok, a * (u64)in->imm);
        return GO_ON;
    case 0x80:
    case 0x81:
    case 0x83:
        if (ext == 7) {
            return GO_ON;
        }
        ok = rm_value(w, in, ea_known, ea, n, &a) && alu(ext, a, (u64)in->imm, &v);
        frame = !in->is_mem && reg_is_frame(w, in->rm);
        if (!rm_result(w, in, ea_known, ea, n, ok, v)) {
            return STOP;
        }
        if (frame) {
            reg_mark_frame(w, in->rm);
        }
        return GO_ON;
    case 0x84:
    case 0x85:
    case 0x90: /* NOP, PAUSE */
    case 0xa8:
    case 0xa9: return GO_ON;
    case 0x86:
    case 0x87: /* XCHG */
        ok = rm_value(w, in, ea_known, ea, n, &a);
        b = w->reg[in->reg];
        if (!rm_result(w, in, ea_known, ea, n, n > 1 && reg_known(w, in->reg), b)) {
            return STOP;
        }
        reg_result(w, in, n, ok, a);
        return GO_ON;
    case 0x88:
    case 0x89:
        ok = n > 1 && reg_known(w, in->reg);
        if (!rm_result(w, in, ea_known, ea, n, ok, w->reg[in->reg])) {
            return STOP;
        }
        if (!in->is_mem && reg_is_frame(w, in->reg)) {
            reg_mark_frame(w, in->rm);
        }
        return GO_ON;
    case 0x8a:
    case 0x8b:
        ok = rm_value(w, in, ea_known, ea, n, &a);
        reg_result(w, in, n, ok, a);
        if (!in->is_mem && reg_is_frame(w, in->rm)) {
            reg_mark_frame(w, in->reg);
        }
        return GO_ON;
    case 0x8d: /* LEA */
        frame = reg_is_frame(w, in->base) || reg_is_frame(w, in->index);
        reg_result(w, in, rt_x86_opsize(in), ea_known, ea);
        if (frame) {
            reg_mark_frame(w, in->reg);
        }
        return GO_ON;
    case 0x98: /* CBW, CWDE, CDQE */ reg_forget(w, 0); return GO_ON;
    case 0x99: /* CWD, CDQ, CQO */ reg_forget(w, 2); return GO_ON;
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
        ok = rm_value(w, in, ea_known, ea, n, &a) &&
             shift(ext, a, n, op >= 0xd0 ? 1 : (u32)(u8)in->imm, &v);
        return rm_result(w, in, ea_known, ea, n, ok, v) ? GO_ON : STOP;
    case 0xd2:
    case 0xd3: return rm_result(w, in, ea_known, ea, n, 0, 0) ? GO_ON : STOP;
    case 0xc6:
    case 0xc7:
        if (ext != 0) {
            return STOP;
        }
        return rm_result(w, in, ea_known, ea, n, 1, (u64)in->imm) ? GO_ON : STOP;
    case 0xe9:
    case 0xeb: return JUMP;
    case 0xf6:
    case 0xf7:
        if (ext <= 1) {
            return GO_ON;
        }
        if (ext == 2 || ext == 3) {
            ok = n >= 4 && rm_value(w, in, ea_known, ea, n, &a);
            v = ext == 2 ? ~a : -a;
            return rm_result(w, in, ea_known, ea, n, ok, v) ? GO_ON : STOP;
        }
        reg_forget(w, 0); /* MUL, IMUL, DIV, IDIV */
        reg_forget(w, 2);
        return GO_ON;
    case 0xfe:
    case 0xff:
        if (ext > 1) {
            return STOP; /* CALL, JMP, PUSH */
        }
        ok = rm_value(w, in, ea_known, ea, n, &a);
        v = ext == 0 ? a + 1 : a - 1;
        return rm_result(w, in, ea_known, ea, n, ok, v) ? GO_ON : STOP;
    default:
        /* CALL, RET, INT, string instructions with and without REP, LOOP, x87, far anything:
         * either the end of what belongs to the hook or nothing that gc emits. */
        return STOP;
    }
}

/* Whether an instruction of the 0F map leaves all general registers alone (the SSE ones, with the
 * exceptions that move to a general register). */
static int is_vector(const struct rt_x86 *in)
{
    u8 op = in->op;
    if (op == 0x50 || op == 0x2c || op == 0x2d || op == 0xc5 || op == 0xd7) {
        return 0;
    }
    if (op == 0x7e && in->prefix != 0xf3 && !in->is_mem) {
        return 0;
    }
    if (op == 0xc3) {
        return 0;
    }
    return (op >= 0x10 && op <= 0x17) || (op >= 0x28 && op <= 0x2f) ||
           (op >= 0x51 && op <= 0x77 && !(op >= 0x71 && op <= 0x73 && in->is_mem)) ||
           (op >= 0x7c && op <= 0x7f) || op == 0xc2 || op == 0xc4 || op == 0xc6 || op >= 0xd0;
}

static enum step step_0f(struct walk *w, const struct rt_x86 *in, int ea_known, uptr ea)
{
    u32 n = rt_x86_opsize(in), op = in->op;
    u64 a = 0;
    int ok;

    if (op >= 0x80 && op <= 0x8f && !in->vex) {
        return FORK;
    }
    if (op == 0x0b || op == 0xb9 || op == 0xff || op == 0x05 || op == 0xa2 || op < 0x0b) {
        return STOP; /* UD2 and its kin, SYSCALL, CPUID, system instructions */
    }
    if (op == 0x0d || (op >= 0x18 && op <= 0x1f)) {
        return GO_ON; /* prefetches, long NOPs */
    }
    if (is_vector(in)) {
        return GO_ON;
    }
    if (op >= 0x40 && op <= 0x4f && !in->vex) { /* CMOVcc */
        reg_forget(w, in->reg);
        return GO_ON;
    }
    switch (op) {
    case 0xb6:
    case 0xb7:
    case 0xbe:
    case 0xbf: { /* MOVZX, MOVSX */
        u32 from = op & 1 ? 2 : 1;
        ok = (in->is_mem || from == 2 || in->rex || in->rm < 4) &&
             rm_value(w, in, ea_known, ea, from, &a);
        reg_result(w, in, n, ok, op >= 0xbe ? sign_extend(a, from) : a);
        return GO_ON;
    }
    case 0xaf:
        ok = rm_value(w, in, ea_known, ea, n, &a) && reg_known(w, in->reg);
        reg_result(w, in, n, ok, a * w->reg[in->reg]);
        return GO_ON;
    case 0xa3: return GO_ON; /* BT */
    case 0xba:
        if ((in->reg & 7) == 4) {
            return GO_ON;
        }
        return rm_result(w, in, ea_known, ea, n, 0, 0) ? GO_ON : STOP;
    case 0xb0:
    case 0xb1: /* CMPXCHG */
        reg_forget(w, 0);
        return rm_result(w, in, ea_known, ea, op & 1 ? n : 1, 0, 0) ? GO_ON : STOP;
    case 0xc0:
    case 0xc1: /* XADD */
        reg_result(w, in, op & 1 ? n : 1, 0, 0);
        return rm_result(w, in, ea_known, ea, op & 1 ? n : 1, 0, 0) ? GO_ON : STOP;
    case 0xb8:
    case 0xbc:
    case 0xbd: /* POPCNT, BSF, BSR and the like */
    case 0x2c:
    case 0x2d:
    case 0x50:
    case 0xc5:
    case 0xd7: reg_forget(w, in->reg); return GO_ON;
    default: break;
    }
    if (op >= 0x90 && op <= 0x9f && !in->vex) {
        return rm_result(w, in, ea_known, ea, 1, 0, 0) ? GO_ON : STOP; /* SETcc */
    }
    if (op == 0x7e || op == 0xa4 || op == 0xa5 || op == 0xac || op == 0xad || op == 0xb3 ||
        op == 0xab || op == 0xbb) {
        if (!in->is_mem) {
            reg_forget(w, in->rm);
            return GO_ON;
        }
        return STOP;
    }
    if (op >= 0xc8 && op <= 0xcf) { /* BSWAP */
        reg_forget(w, in->rm | (op & 7));
        return GO_ON;
    }
    if (op == 0xae && !in->is_mem) {
        return GO_ON; /* fences */
    }
    return STOP;
}

/* 0F38 and 0F3A: SSE, which leaves the general registers alone, and a few that do not, of which
 * every possible destination is forgotten. */
static enum step step_other(struct walk *w, const struct rt_x86 *in)
{
    if (in->map == RT_X86_0F38 && in->op >= 0xf0) {
        reg_forget(w, in->reg);
        if (in->vex) {
            reg_forget(w, in->vvvv);
        }
    }
    if (in->map == RT_X86_0F3A) {
        if (in->op >= 0x14 && in->op <= 0x17 && !in->is_mem) {
            reg_forget(w, in->rm);
        }
        if (in->op >= 0x60 && in->op <= 0x63) {
            reg_forget(w, 1); /* PCMPxSTRx: ECX */
        }
        if (in->op == 0xf0) {
            reg_forget(w, in->reg);
        }
    }
    return GO_ON;
}

/* ---- paths ------------------------------------------------------------------------------- */

/* Follows one path from pc0.  Bit i of way says whether the i-th conditional branch is taken;
 * those beyond PATH_FORKS are not.  Returns the number of conditional branches met, at most
 * PATH_FORKS. */
static u32 follow(struct walk *w, u32 way)
{
    uptr pc = w->pc0;
    u32 forks = 0;

    w->known = 0;
    w->frame = 0;
    w->nslots = 0;
    reg_set(w, RSP, w->sp);
    for (u32 i = 0; i < PATH_INSNS && w->budget > 0; i++, w->budget--) {
        struct rt_x86 in;
        uptr ea = 0;
        int ea_known = 0;
        enum step s;

        if (pc - w->pc0 + CODE_REACH >= 2 * (uptr)CODE_REACH) {
            break;
        }
        if (!rt_x86_decode(&in, pc, pc + RT_X86_MAXLEN)) {
            break;
        }
        if (in.has_modrm && in.is_mem) {
            struct rt_x86_access acc = rt_x86_access(&in);
            ea_known = effective_address(w, &in, pc, &ea);
            if (ea_known) {
                note_access(w, &in, ea, w->is_write ? acc.write : acc.read);
            }
            if (w->unsure || parts_final(&w->parts)) {
                break;
            }
            /* What a vector or an unknown instruction stores is not followed: the slot is lost. */
            if (in.map != RT_X86_ONE && acc.write && ea_known) {
                u32 width = acc.write == RT_X86_UNKNOWN ? 64 : acc.write;
                if (!frame_store(w, ea, width, 0, 0)) {
                    break;
                }
            }
        }
        if (in.map == RT_X86_ONE) {
            s = step_one(w, &in, ea_known, ea);
        } else if (in.map == RT_X86_0F) {
            s = step_0f(w, &in, ea_known, ea);
        } else {
            s = step_other(w, &in);
        }
        if (s == STOP) {
            break;
        }
        pc += in.len;
        if (s == JUMP) {
            pc += (uptr)in.imm;
        } else if (s == FORK && forks < PATH_FORKS) {
            if (way >> forks++ & 1) {
                pc += (uptr)in.imm;
            }
        }
        if (!reg_known(w, RSP)) {
            break;
        }
    }
    return forks;
}

u32 rt_access_size(uptr pc, uptr addr, uptr sp, int is_write)
{
    struct walk w;
    u32 way = 0;

    w.pc0 = pc;
    w.addr = addr;
    w.sp = sp;
    w.is_write = is_write;
    w.budget = TOTAL_INSNS;
    w.unsure = 0;
    for (u32 i = 0; i < LENGTH(w.parts.at); i++) {
        w.parts.at[i] = 0;
    }
    for (;;) {
        u32 forks = follow(&w, way);
        if (w.unsure) {
            return 0;
        }
        if (w.budget == 0 || parts_final(&w.parts)) {
            break;
        }
        /* The next path: the last branch that was not taken is. */
        while (forks > 0 && way >> (forks - 1) & 1) {
            forks--;
        }
        if (forks == 0) {
            break;
        }
        way = (way & ((1u << (forks - 1)) - 1)) | 1u << (forks - 1);
    }
    return parts_size(&w.parts);
}
