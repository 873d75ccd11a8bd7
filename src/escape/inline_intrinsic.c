/* inline_intrinsic.c: functions that the compiler's back end replaces by instructions: such calls cost one node and are
 * never inlined.
 *
 * Source: GOROOT/src/cmd/compile/internal/ssagen/intrinsics.go (initIntrinsics) of Go 1.26, whose test lists them by
 * architecture; ssagen/ssa.go (InitTables) of Go 1.19.  Known for amd64, arm64 and 386; what other architectures have is
 * taken from arm64, whose set is the largest.  Levels of an architecture (GOAMD64) make no difference.
 */
#include <stdio.h>
#include <string.h>

#include "escape/escape.h"
#include "escape/inline_int.h"

enum {
    AMD64_19 = 1,
    ARM64_19 = 2,
    I386_19 = 4,
    AMD64_26 = 8,
    ARM64_26 = 16,
    I386_26 = 32,
    ALL_19 = 7,
    ALL_26 = 56,
};

struct intrinsics {
    str pkg;
    u32 archs;
    const char *names; /* each between spaces */
};

/* By package. */
static const struct intrinsics tables[] = {
    {STR_INIT("crypto/internal/constanttime"), AMD64_26 | ARM64_26,
     " Select "},
    {STR_INIT("crypto/internal/constanttime"), ALL_26,
     " boolToUint8 "},
    {STR_INIT("internal/runtime/atomic"), ARM64_26,
     " Anduintptr Oruintptr "},
    {STR_INIT("internal/runtime/atomic"), AMD64_26 | ARM64_26,
     " And And32 And64 And8 Cas Cas64 CasRel Casint32 Casint64 Casp1 Casuintptr Load Load64 Load8"
     " LoadAcq LoadAcq64 LoadAcquintptr Loadint32 Loadint64 Loadp Loaduint Loaduintptr Or Or32 Or64"
     " Or8 Store Store64 Store8 StoreRel StoreRel64 StoreReluintptr Storeint32 Storeint64 StorepNoWB"
     " Storeuintptr Xadd Xadd64 Xaddint32 Xaddint64 Xadduintptr Xchg Xchg64 Xchg8 Xchgint32 Xchgint64"
     " Xchguintptr "},
    {STR_INIT("internal/runtime/maps"), AMD64_26,
     " bitsetFirst bitsetLowestSet bitsetRemoveBelow bitsetShiftOutLowest ctrlGroupMatchEmpty"
     " ctrlGroupMatchEmptyOrDeleted ctrlGroupMatchFull ctrlGroupMatchH2 "},
    {STR_INIT("internal/runtime/math"), AMD64_26 | ARM64_26,
     " Add64 Mul64 "},
    {STR_INIT("internal/runtime/math"), ALL_26,
     " MulUintptr "},
    {STR_INIT("internal/runtime/sys"), AMD64_26 | ARM64_26,
     " Len64 Len8 OnesCount64 Prefetch PrefetchStreamed "},
    {STR_INIT("internal/runtime/sys"), ALL_26,
     " Bswap32 Bswap64 GetCallerPC GetCallerSP GetClosurePtr TrailingZeros32 TrailingZeros64"
     " TrailingZeros8 "},
    {STR_INIT("math"), ALL_19,
     " Sqrt "},
    {STR_INIT("math"), ARM64_19 | ARM64_26,
     " Abs Round "},
    {STR_INIT("math"), AMD64_19 | ARM64_19 | AMD64_26 | ARM64_26,
     " Ceil FMA Floor RoundToEven Trunc "},
    {STR_INIT("math"), ALL_26,
     " sqrt "},
    {STR_INIT("math/big"), AMD64_19 | ARM64_19 | AMD64_26 | ARM64_26,
     " mulWW "},
    {STR_INIT("math/bits"), AMD64_19 | AMD64_26,
     " Div Div64 RotateLeft16 RotateLeft8 "},
    {STR_INIT("math/bits"), ARM64_19 | ARM64_26,
     " Reverse Reverse16 Reverse32 Reverse64 Reverse8 "},
    {STR_INIT("math/bits"), AMD64_19 | AMD64_26 | ARM64_26,
     " OnesCount "},
    {STR_INIT("math/bits"), AMD64_19 | ARM64_19 | AMD64_26 | ARM64_26,
     " Add Add64 Len Len16 Len32 Len64 Len8 Mul OnesCount16 OnesCount32 OnesCount64 RotateLeft"
     " RotateLeft32 RotateLeft64 Sub Sub64 "},
    {STR_INIT("math/bits"), AMD64_19 | ARM64_19 | ALL_26,
     " Mul64 ReverseBytes32 ReverseBytes64 TrailingZeros32 TrailingZeros64 TrailingZeros8 "},
    {STR_INIT("math/bits"), ALL_19 | ALL_26,
     " TrailingZeros16 "},
    {STR_INIT("runtime"), AMD64_19 | I386_19,
     " mulUintptr "},
    {STR_INIT("runtime"), ALL_19,
     " getcallerpc getcallersp getclosureptr "},
    {STR_INIT("runtime"), ARM64_26,
     " memequal "},
    {STR_INIT("runtime"), ARM64_19 | ARM64_26,
     " publicationBarrier "},
    {STR_INIT("runtime"), ALL_19 | ALL_26,
     " KeepAlive slicebytetostringtmp "},
    {STR_INIT("runtime/internal/atomic"), AMD64_19 | ARM64_19,
     " And And8 Cas Cas64 CasRel Casint32 Casint64 Casp1 Casuintptr Load Load64 Load8 LoadAcq"
     " LoadAcq64 LoadAcquintptr Loadint32 Loadint64 Loadp Loaduint Loaduintptr Or Or8 Store Store64"
     " Store8 StoreRel StoreRel64 StoreReluintptr Storeint32 Storeint64 StorepNoWB Storeuintptr Xadd"
     " Xadd64 Xaddint32 Xaddint64 Xadduintptr Xchg Xchg64 Xchgint32 Xchgint64 Xchguintptr "},
    {STR_INIT("runtime/internal/math"), AMD64_19 | ARM64_19,
     " Mul64 "},
    {STR_INIT("runtime/internal/math"), AMD64_19 | I386_19,
     " MulUintptr "},
    {STR_INIT("runtime/internal/sys"), AMD64_19 | ARM64_19,
     " Bswap32 Bswap64 Ctz32 Ctz64 Ctz8 Len64 Len8 OnesCount64 Prefetch PrefetchStreamed"
     " TrailingZeros64 TrailingZeros8 "},
    {STR_INIT("sync"), AMD64_19 | ARM64_19 | AMD64_26 | ARM64_26,
     " runtime_LoadAcquintptr runtime_StoreReluintptr "},
    {STR_INIT("sync/atomic"), AMD64_26 | ARM64_26,
     " AndInt32 AndInt64 AndUint32 AndUint64 AndUintptr OrInt32 OrInt64 OrUint32 OrUint64 OrUintptr "},
    {STR_INIT("sync/atomic"), AMD64_19 | ARM64_19 | AMD64_26 | ARM64_26,
     " AddInt32 AddInt64 AddUint32 AddUint64 AddUintptr CompareAndSwapInt32 CompareAndSwapInt64"
     " CompareAndSwapUint32 CompareAndSwapUint64 CompareAndSwapUintptr LoadInt32 LoadInt64 LoadPointer"
     " LoadUint32 LoadUint64 LoadUintptr StoreInt32 StoreInt64 StoreUint32 StoreUint64 StoreUintptr"
     " SwapInt32 SwapInt64 SwapUint32 SwapUint64 SwapUintptr "},
};

enum { N_TABLES = sizeof tables / sizeof tables[0] };

u32 inline_arch(str goarch, const struct escape_profile *p)
{
    u32 of_19 = str_is(goarch, "386") ? I386_19 : str_is(goarch, "amd64") || goarch.n == 0 ? AMD64_19 : ARM64_19;
    return p->unified ? of_19 << 3 : of_19;
}

/* cmd/internal/sys/arch.go, CanMergeLoads. */
bool inline_can_merge_loads(str goarch, const struct escape_profile *p)
{
    static const char always[] = " 386 amd64 arm64 ppc64le s390x ";
    static const char later[] = " loong64 ppc64 ";
    char name[24];

    if (goarch.n == 0) {
        return true;
    }
    if (goarch.n > sizeof name - 3) {
        return false;
    }
    snprintf(name, sizeof name, " %.*s ", STR_ARG(goarch));
    return strstr(always, name) || (p->unified && strstr(later, name));
}

/* The first table of a package, N_TABLES: none. */
static u32 first_table(struct inline_pkg_cache *cache, const struct package *p)
{
    struct inline_pkg *c = &cache->v[((uintptr_t)p >> 6) % INLINE_PKG_CACHE];

    if (c->p != p) {
        u32 i = 0;
        while (i < N_TABLES && !str_eq(tables[i].pkg, p->path)) {
            i++;
        }
        c->p = p;
        c->table = i;
    }
    return c->table;
}

/* Is there a function of that name in the tables of its package? */
static bool is_listed(struct inliner *in, const struct ir_func *fn)
{
    u32 i = first_table(&in->pkgs, fn->pkg);
    if (i == N_TABLES || fn->sym.n > 60) {
        return false;
    }
    char name[64];
    snprintf(name, sizeof name, " %.*s ", STR_ARG(fn->sym));
    for (str pkg = tables[i].pkg; i < N_TABLES && str_eq(tables[i].pkg, pkg); i++) {
        if ((tables[i].archs & in->arch) && strstr(tables[i].names, name)) {
            return true;
        }
    }
    return false;
}

bool inline_is_intrinsic(struct inliner *in, const struct ir *call)
{
    if (call->x->op != IR_NAME) {
        return false; /* no method is one */
    }
    const struct ir_name *n = (const struct ir_name *)(const void *)call->x;
    struct ir_func *fn = n->class == IR_FUNC ? n->func : NULL;
    if (!fn || !fn->pkg || fn->closure || (fn->flags & IR_FUNC_INSTANCE)) {
        return false;
    }
    if (!(fn->flags & IR_FUNC_INTRINSIC_ASKED)) {
        fn->flags |= IR_FUNC_INTRINSIC_ASKED | (is_listed(in, fn) ? IR_FUNC_INTRINSIC : 0);
    }
    return fn->flags & IR_FUNC_INTRINSIC;
}
