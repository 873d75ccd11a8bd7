/* layout.c: sizes, alignments, offsets and pointer maps as the gc compiler lays types out
 * (GOROOT/src/cmd/compile/internal/types/size.go, internal/reflectdata/reflect.go,
 * GOROOT/src/go/types/gcsizes.go).
 *
 * Sizes are i64; one below 0 says that the type is larger than that, or contains itself. */
#include "types/check.h"

struct sizes sizes_for(str goarch)
{
    static const char *const narrow[] = {"386", "arm", "mips", "mipsle"};
    for (size_t i = 0; i < ARRAY_LEN(narrow); i++) {
        if (str_is(goarch, narrow[i])) {
            return (struct sizes){.ptr = 4, .align_max = 4};
        }
    }
    /* amd64p32 is no target of today's compiler; its types were those of NaCl. */
    if (str_is(goarch, "amd64p32")) {
        return (struct sizes){.ptr = 4, .align_max = 8};
    }
    return (struct sizes){.ptr = 8, .align_max = 8};
}

/* Deeper than programs nest arrays and structs; a type that contains itself, which was reported, ends here. */
enum { LAYOUT_DEPTH = 2000 };
/* Types looked at for one question, each as often as it occurs: generous, since few programs have as many
 * types, and a bound for those that double their size with each line. */
enum { LAYOUT_STEPS = 1 << 22 };

struct measure {
    struct sizes s;
    u32 steps;
};

static struct measure layout_measure(const struct sizes *s)
{
    return (struct measure){*s, LAYOUT_STEPS};
}

struct shape {
    i64 size;
    u32 align;
};

static const struct shape layout_too_large = {-1, 1};

static struct shape layout_shape(struct measure *s, struct type *t, u32 depth);

/* x rounded up to a multiple of align; below 0 if that is too large. */
static i64 layout_round(i64 x, u32 align)
{
    i64 up;
    if (x < 0 || __builtin_add_overflow(x, (i64)align - 1, &up)) {
        return -1;
    }
    return up & ~((i64)align - 1);
}

static struct shape layout_basic(struct measure *s, const struct type *t)
{
    static const u8 fixed[BASIC_COUNT] = {
        [BASIC_BOOL] = 1,        [BASIC_INT8] = 1,    [BASIC_INT16] = 2,   [BASIC_INT32] = 4,
        [BASIC_INT64] = 8,       [BASIC_UINT8] = 1,   [BASIC_UINT16] = 2,  [BASIC_UINT32] = 4,
        [BASIC_UINT64] = 8,      [BASIC_FLOAT32] = 4, [BASIC_FLOAT64] = 8, [BASIC_COMPLEX64] = 8,
        [BASIC_COMPLEX128] = 16,
    };
    if (t->basic == BASIC_STRING) {
        return (struct shape){2 * (i64)s->s.ptr, s->s.ptr};
    }
    u32 size = fixed[t->basic] ? fixed[t->basic] : s->s.ptr;
    u32 align = t->info & INFO_COMPLEX ? size / 2 : size;
    return (struct shape){size, align < s->s.align_max ? align : s->s.align_max};
}

static struct shape layout_array(struct measure *s, const struct type_array *a, u32 depth)
{
    struct shape e = layout_shape(s, a->elem, depth);
    i64 size = 0;
    if (a->len > 0 && e.size != 0) {
        if (e.size < 0 || __builtin_mul_overflow(e.size, a->len, &size)) {
            size = -1;
        }
    }
    return (struct shape){size, e.align};
}

/* Offsets go to off if that is not NULL; all are -1 behind a field that is too large. */
static struct shape layout_struct(struct measure *s, const struct type_struct *t, i64 *off,
                                  u32 depth)
{
    i64 at = 0;
    u32 align = 1;
    struct shape last = {0, 1};
    for (u32 i = 0; i < t->n; i++) {
        last = layout_shape(s, t->fields[i]->type, depth);
        align = last.align > align ? last.align : align;
        at = layout_round(at, last.align);
        if (off) {
            off[i] = at;
        }
        if (at >= 0 && (last.size < 0 || __builtin_add_overflow(at, last.size, &at))) {
            at = -1;
        }
        if (at < 0) {
            /* At once: a type that contains itself twice would take for ever. */
            while (off && ++i < t->n) {
                off[i] = -1;
            }
            return (struct shape){-1, align};
        }
    }
    /* The address of an empty field at the end must not be that of the next object (Go issue 9401). */
    if (at > 0 && last.size == 0) {
        at = at == INT64_MAX ? -1 : at + 1;
    }
    return (struct shape){layout_round(at, align), align};
}

/* The marker that makes a struct 8-byte aligned on all machines. */
static bool layout_is_align64(const struct type_named *n)
{
    const struct package *p = n->orig->obj->pkg;
    return p && p->prog &&
           (str_eq(p->path, STR("sync/atomic")) ||
            str_eq(p->path, STR("internal/runtime/atomic")) ||
            str_eq(p->path, STR("runtime/internal/atomic"))) &&
           str_eq(intern_str(p->prog->names, n->orig->obj->name), STR("align64"));
}

static struct shape layout_shape(struct measure *s, struct type *t, u32 depth)
{
    if (depth == 0 || s->steps == 0) {
        return layout_too_large;
    }
    s->steps--;
    t = type_unalias(t);
    BUG_IF(t->kind == TYPE_PARAM);
    struct type *under = type_under(t);
    switch (under->kind) {
    case TYPE_BASIC: return layout_basic(s, under);
    case TYPE_ARRAY: return layout_array(s, as_array(under), depth - 1);
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(under);
        if (st->n == 0 && t->kind == TYPE_NAMED && layout_is_align64(as_named(t))) {
            return (struct shape){0, 8};
        }
        return layout_struct(s, st, NULL, depth - 1);
    }
    case TYPE_SLICE: return (struct shape){3 * (i64)s->s.ptr, s->s.ptr};
    case TYPE_INTERFACE: return (struct shape){2 * (i64)s->s.ptr, s->s.ptr};
    case TYPE_UNION:
    case TYPE_TUPLE: BUG("a %s has no size", under->kind == TYPE_UNION ? "union" : "tuple");
    default: return (struct shape){s->s.ptr, s->s.ptr};
    }
}

i64 layout_size(const struct sizes *s, struct type *t)
{
    struct measure m = layout_measure(s);
    return layout_shape(&m, t, LAYOUT_DEPTH).size;
}

i64 layout_align(const struct sizes *s, struct type *t)
{
    struct measure m = layout_measure(s);
    return layout_shape(&m, t, LAYOUT_DEPTH).align;
}

void layout_offsets(const struct sizes *s, struct type_struct *t, i64 *off)
{
    struct measure m = layout_measure(s);
    layout_struct(&m, t, off, LAYOUT_DEPTH);
}

static bool layout_varies_at(struct type *t, u32 depth, u32 *steps)
{
    t = type_unalias(t);
    if (t->kind == TYPE_PARAM) {
        return true;
    }
    if (depth == 0) {
        return true; /* it contains itself: an error was reported, no size is any better */
    }
    if (*steps == 0) {
        return false;
    }
    --*steps;
    struct type *under = type_under(t);
    if (under->kind == TYPE_ARRAY) {
        return layout_varies_at(as_array(under)->elem, depth - 1, steps);
    }
    if (under->kind == TYPE_STRUCT) {
        struct type_struct *s = as_struct(under);
        for (u32 i = 0; i < s->n; i++) {
            if (layout_varies_at(s->fields[i]->type, depth - 1, steps)) {
                return true;
            }
        }
    }
    return false;
}

bool layout_varies(struct type *t)
{
    u32 steps = LAYOUT_STEPS;
    return layout_varies_at(t, LAYOUT_DEPTH, &steps);
}

/* ---- pointers ---- */

bool obj_has_pragma(const struct obj *o, str want)
{
    const struct decl *d = o->decl;
    if (!d || !d->tdecl || !o->pkg || d->file >= o->pkg->n_files) {
        return false;
    }
    const struct ast *f = o->pkg->files[d->file].ast;
    u32 list = ast_rec(f, d->tdecl, TYPE_PRAGMAS);
    for (u32 i = 0; i < ast_list_len(f, list); i++) {
        const struct ast_directive *p = &f->directives[ast_list(f, list)[i]];
        str text = str_slice(str_from(f->src->text, p->pos - f->src->base), 0, p->len);
        if (str_eq(str_trim(text), want)) {
            return true;
        }
    }
    return false;
}

/* Values of such types never lie in the heap, so that pointers to them are none for the collector. */
static bool layout_not_in_heap(struct type *t, u32 depth, u32 *steps)
{
    if (depth == 0 || *steps == 0) {
        return false;
    }
    --*steps;
    t = type_unalias(t);
    if (t->kind == TYPE_NAMED) {
        const struct obj *o = as_named(t)->orig->obj;
        if (__atomic_load_n(&t->flag, __ATOMIC_RELAXED) & TYPE_FLAG_IN_HEAP) {
            return false;
        }
        if (o->pkg && o->pkg->prog) {
            str path = o->pkg->path;
            if ((str_eq(path, STR("internal/runtime/sys")) ||
                 str_eq(path, STR("runtime/internal/sys"))) &&
                str_eq(intern_str(o->pkg->prog->names, o->name), STR("nih"))) {
                return true;
            }
            if (obj_has_pragma(o, STR("//go:notinheap"))) {
                return true;
            }
        }
    }
    struct type *under = type_under(t);
    if (under->kind == TYPE_ARRAY) {
        return layout_not_in_heap(as_array(under)->elem, depth - 1, steps);
    }
    if (under->kind != TYPE_STRUCT) {
        return false;
    }
    struct type_struct *s = as_struct(under);
    for (u32 i = 0; i < s->n; i++) {
        if (layout_not_in_heap(s->fields[i]->type, depth - 1, steps)) {
            return true;
        }
    }
    /* All of it has been seen, and does not change any more. */
    if (t->kind == TYPE_NAMED && !as_named(t)->targs && as_named(t)->obj->pkg && as_named(t)->obj->pkg->complete &&
        *steps > 0 && depth > LAYOUT_DEPTH / 2) {
        __atomic_store_n(&t->flag, (u8)(t->flag | TYPE_FLAG_IN_HEAP), __ATOMIC_RELAXED);
    }
    return false;
}

static i64 layout_ptrdata_at(struct measure *s, struct type *t, u32 depth)
{
    if (depth == 0 || s->steps == 0) {
        return 0;
    }
    s->steps--;
    struct type *under = type_under(t);
    switch (under->kind) {
    case TYPE_BASIC:
        return under->basic == BASIC_STRING || under->basic == BASIC_UNSAFE_POINTER ? s->s.ptr : 0;
    case TYPE_POINTER:
    case TYPE_SLICE: {
        struct type *elem =
            under->kind == TYPE_POINTER ? as_pointer(under)->elem : as_slice(under)->elem;
        return layout_not_in_heap(elem, depth - 1, &s->steps) ? 0 : s->s.ptr;
    }
    case TYPE_SIGNATURE:
    case TYPE_MAP:
    case TYPE_CHAN: return s->s.ptr;
    case TYPE_INTERFACE: return 2 * (i64)s->s.ptr;
    case TYPE_ARRAY: {
        struct type_array *a = as_array(under);
        i64 last = a->len > 0 ? layout_ptrdata_at(s, a->elem, depth - 1) : 0;
        i64 size = last > 0 ? layout_shape(s, a->elem, depth - 1).size : 0;
        i64 before;
        if (size <= 0 || __builtin_mul_overflow(size, a->len - 1, &before) ||
            __builtin_add_overflow(before, last, &before)) {
            return 0;
        }
        return before;
    }
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(under);
        i64 at = 0, end = 0;
        for (u32 i = 0; i < st->n; i++) {
            struct shape f = layout_shape(s, st->fields[i]->type, depth - 1);
            at = layout_round(at, f.align);
            if (at < 0 || f.size < 0) {
                return 0;
            }
            i64 p = layout_ptrdata_at(s, st->fields[i]->type, depth - 1);
            end = p > 0 ? at + p : end;
            if (__builtin_add_overflow(at, f.size, &at)) {
                return 0;
            }
        }
        return end;
    }
    default: return 0;
    }
}

i64 layout_ptrdata(const struct sizes *s, struct type *t)
{
    struct measure m = layout_measure(s);
    return layout_ptrdata_at(&m, t, LAYOUT_DEPTH);
}

struct ptrmap {
    struct measure *s;
    u64 *bits;
    u64 n;
};

static void layout_mark(const struct ptrmap *m, struct type *t, i64 at, u32 depth)
{
    u64 word = (u64)at / m->s->s.ptr;
    if (depth == 0 || word >= m->n || layout_ptrdata_at(m->s, t, depth) == 0) {
        return;
    }
    struct type *under = type_under(t);
    switch (under->kind) {
    case TYPE_ARRAY: {
        struct type_array *a = as_array(under);
        i64 size = layout_shape(m->s, a->elem, depth - 1).size;
        /* Each element has a word of its own at least: the room in the map is bound enough. */
        u32 steps = m->s->steps;
        for (i64 i = 0; i < a->len && (u64)at / m->s->s.ptr < m->n; i++, at += size) {
            m->s->steps = steps;
            layout_mark(m, a->elem, at, depth - 1);
        }
        return;
    }
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(under);
        for (u32 i = 0; i < st->n; i++) {
            struct shape f = layout_shape(m->s, st->fields[i]->type, depth - 1);
            at = layout_round(at, f.align);
            layout_mark(m, st->fields[i]->type, at, depth - 1);
            at += f.size;
        }
        return;
    }
    /* The first word of an interface points to what the collector need not see. */
    case TYPE_INTERFACE: word++; break;
    default: break;
    }
    if (word < m->n) {
        m->bits[word / 64] |= UINT64_C(1) << (word % 64);
    }
}

void layout_ptrmap(const struct sizes *s, struct type *t, u64 *bits, u64 n)
{
    for (u64 i = 0; i < (n + 63) / 64; i++) {
        bits[i] = 0;
    }
    struct measure size = layout_measure(s);
    struct ptrmap m = {&size, bits, n};
    layout_mark(&m, t, 0, LAYOUT_DEPTH);
}
