/* fix_bench.c: benchmarks that call functions with values made up for their parameters: where a package has none that
 * reaches a change, they show at least what one call of the function costs before and after.
 *
 * Values are plain: numbers, short texts, slices of a few elements, structs of such.  A parameter of a type that nothing
 * can be made up for (a channel, an interface without an obvious implementation) leaves the function out.  Results are stored
 * in the heap, as a caller that keeps them would do.  A call that panics skips the benchmark. */
#include <string.h>

#include "fix/fix_find.h"
#include "fix/fix_names.h"

enum { BENCH_DEPTH = 3, BENCH_VARIANTS = 4 };

/* Ordinary values, small ones, none, and what is probably wrong: functions have paths for each. */
static const char *const bench_strings[BENCH_VARIANTS] = {"\"gomm example text\"", "\"7\"", "\"\"", "\"-1.2!x:%\""};
static const char *const bench_ints[BENCH_VARIANTS] = {"1234", "3", "0", "70000"};
static const char *const bench_bytes[BENCH_VARIANTS] = {"100", "3", "0", "127"};
static const char *const bench_floats[BENCH_VARIANTS] = {"1234.5", "0.25", "0", "1e10"};
static const int bench_lengths[BENCH_VARIANTS] = {20, 3, 0, 1};

struct maker {
    struct arena *arena;
    const struct package *pkg;
    struct strmap imports; /* path → name */
    int variant;
};

/* Imports the package of a type; false: its name means another one already. */
static bool make_import(struct maker *m, str path, str name)
{
    const struct strmap_entry *e;

    for (size_t i = 0; strmap_next(&m->imports, &i, &e);) {
        str other = {e->val.cp, strlen(e->val.cp)};
        if (str_eq(other, name) && !str_eq(e->key, path)) {
            return false;
        }
    }
    strmap_put(&m->imports, path, NULL)->cp = str_cstr(m->arena, name);
    return true;
}

/* A type's name, whose package can be imported. */
static bool make_named(void *ctx, struct strbuf *b, struct type_named *n)
{
    struct maker *m = ctx;
    struct obj *o = named_obj(n);

    if (n->targs || (o->parent && o->pkg && o->parent != o->pkg->scope)) {
        return false;
    }
    if (!o->pkg || o->pkg == m->pkg) {
        strbuf_put(b, intern_str(m->pkg->prog->names, o->name));
        return true;
    }
    if (!(o->flags & OBJ_EXPORTED) || str_contains(o->pkg->path, STR("internal")) || str_contains(o->pkg->path, STR("vendor/")) ||
        !make_import(m, o->pkg->path, o->pkg->name)) {
        return false;
    }
    strbuf_printf(b, "%.*s.%.*s", STR_ARG(o->pkg->name), STR_ARG(intern_str(m->pkg->prog->names, o->name)));
    return true;
}

static bool make_type(struct maker *m, struct strbuf *b, struct type *t)
{
    return fix_put_type(b, t, make_named, m);
}

static bool make_value(struct maker *m, struct strbuf *b, struct type *t, int depth);

static bool make_basic(struct maker *m, struct strbuf *b, struct type *t, const struct type *u)
{
    /* What a constant is not by itself. */
    bool named = type_unalias(t)->kind != TYPE_BASIC || (u->info & INFO_INTEGER && u->basic != BASIC_INT) ||
                 (u->info & (INFO_FLOAT | INFO_COMPLEX) && u->basic != BASIC_FLOAT64);
    struct strbuf name = {0};
    bool ok = true;

    if (named) {
        ok = make_type(m, &name, t);
        strbuf_printf(b, "%.*s(", STR_ARG(strbuf_str(&name)));
    }
    if (u->info & INFO_BOOLEAN) {
        strbuf_puts(b, m->variant % 2 ? "false" : "true");
    } else if (u->info & INFO_STRING) {
        strbuf_puts(b, bench_strings[m->variant]);
    } else if (u->info & INFO_INTEGER) {
        bool small = u->basic == BASIC_INT8 || u->basic == BASIC_UINT8;
        bool narrow = small || u->basic == BASIC_INT16 || u->basic == BASIC_UINT16;
        strbuf_puts(b, small ? bench_bytes[m->variant] : narrow && m->variant == 3 ? "30000" : bench_ints[m->variant]);
    } else if (u->info & (INFO_FLOAT | INFO_COMPLEX)) {
        strbuf_puts(b, bench_floats[m->variant]);
    } else {
        ok = false;
    }
    strbuf_puts(b, named ? ")" : "");
    strbuf_release(&name);
    return ok;
}

static bool make_struct(struct maker *m, struct strbuf *b, struct type *t, struct type_struct *s, int depth)
{
    bool own = type_named_of(t) && named_obj(type_named_of(t))->pkg == m->pkg;

    if (!make_type(m, b, t)) {
        return false;
    }
    strbuf_putc(b, '{');
    for (u32 i = 0; i < s->n && own && depth > 0; i++) {
        struct strbuf v = {0};
        str name = intern_str(m->pkg->prog->names, s->fields[i]->name);
        /* What cannot be made up stays zero. */
        if (!str_is(name, "_") && make_value(m, &v, s->fields[i]->type, depth - 1)) {
            strbuf_printf(b, "%.*s: %.*s, ", STR_ARG(name), STR_ARG(strbuf_str(&v)));
        }
        strbuf_release(&v);
    }
    strbuf_putc(b, '}');
    return true;
}

/* Elements in a literal of the type. */
static bool make_list(struct maker *m, struct strbuf *b, struct type *t, struct type *elem, int depth)
{
    struct strbuf v = {0};
    bool ok = make_type(m, b, t) && make_value(m, &v, elem, depth);

    strbuf_putc(b, '{');
    for (int i = 0; i < bench_lengths[m->variant] && ok; i++) {
        strbuf_printf(b, "%.*s, ", STR_ARG(strbuf_str(&v)));
    }
    strbuf_putc(b, '}');
    strbuf_release(&v);
    return ok;
}

static bool is_the_type(const struct maker *m, struct type *t, const char *path, const char *name)
{
    struct type_named *n = type_named_of(t);
    const struct obj *o = n ? named_obj(n) : NULL;

    return o && (o->pkg ? str_is(o->pkg->path, path) : path[0] == '\0') &&
           str_is(intern_str(m->pkg->prog->names, o->name), name);
}

static bool make_interface(struct maker *m, struct strbuf *b, struct type *t)
{
    static const struct {
        const char *path, *name, *needs, *needs_name, *value;
    } known[] = {
        {"", "error", "errors", "errors", "errors.New(\"gomm example error\")"},
        {"io", "Writer", "io", "io", "io.Discard"},
        {"io", "Reader", "strings", "strings", "strings.NewReader(\"gomm example text\")"},
        {"io", "ByteReader", "strings", "strings", "strings.NewReader(\"gomm example text\")"},
        {"context", "Context", "context", "context", "context.Background()"},
    };

    struct type_interface *i0 = as_interface(type_under(t));
    if (i0->n_methods == 0 && i0->n_embeds == 0) {
        strbuf_puts(b, m->variant % 2 ? bench_ints[m->variant] : bench_strings[m->variant]);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (is_the_type(m, t, known[i].path, known[i].name)) {
            strbuf_puts(b, known[i].value);
            return make_import(m, str_of(known[i].needs), str_of(known[i].needs_name));
        }
    }
    return false;
}

static bool make_value(struct maker *m, struct strbuf *b, struct type *t, int depth)
{
    struct type *u = type_under(t);

    if (type_is_param(t)) {
        return false;
    }
    switch (u->kind) {
    case TYPE_BASIC: return make_basic(m, b, t, u);
    case TYPE_STRUCT: return make_struct(m, b, t, as_struct(u), depth);
    case TYPE_SLICE: {
        struct type *e = type_unalias(as_slice(u)->elem);
        if (e->kind == TYPE_BASIC && e->basic == BASIC_UINT8) {
            bool ok = make_type(m, b, t);
            strbuf_printf(b, "(%s)", bench_strings[m->variant]);
            return ok;
        }
        return depth > 0 && make_list(m, b, t, as_slice(u)->elem, depth - 1);
    }
    case TYPE_ARRAY: {
        bool ok = make_type(m, b, t);
        strbuf_puts(b, "{}");
        return ok;
    }
    case TYPE_MAP: {
        struct strbuf k = {0}, v = {0};
        bool ok = depth > 0 && make_type(m, b, t) && make_value(m, &k, as_map(u)->key, depth - 1) &&
                  make_value(m, &v, as_map(u)->elem, depth - 1);
        strbuf_printf(b, "{%.*s: %.*s}", STR_ARG(strbuf_str(&k)), STR_ARG(strbuf_str(&v)));
        strbuf_release(&k);
        strbuf_release(&v);
        return ok;
    }
    case TYPE_POINTER:
        if (type_under(as_pointer(u)->elem)->kind != TYPE_STRUCT || type_unalias(t)->kind != TYPE_POINTER) {
            return false;
        }
        strbuf_puts(b, "&");
        return depth > 0 && make_value(m, b, as_pointer(u)->elem, depth - 1);
    case TYPE_INTERFACE: return make_interface(m, b, t);
    default: return false;
    }
}

/* ---- a call ---- */

/* The call; values that are made once go to *before, as a0 := ... */
static bool make_call(struct maker *m, struct strbuf *before, struct strbuf *b, const struct obj *o, u32 *results)
{
    struct type_signature *s = is_signature(o->type);
    bool ok = s && !s->tparams && !s->rparams && s->results->n <= 3;

    if (ok && s->recv) { /* a new one for each call: it may remember */
        strbuf_putc(b, '(');
        ok = make_value(m, b, s->recv->type, BENCH_DEPTH);
        strbuf_puts(b, ").");
    }
    strbuf_put(b, intern_str(m->pkg->prog->names, o->name));
    strbuf_putc(b, '(');
    for (u32 i = 0; ok && i < s->params->n; i++) {
        bool dots = (s->t.flag & TYPE_FLAG_VARIADIC) && i + 1 == s->params->n;
        struct strbuf v = {0};
        ok = make_value(m, &v, s->params->vars[i]->type, BENCH_DEPTH);
        strbuf_puts(b, i > 0 ? ", " : "");
        if (type_is_interface(s->params->vars[i]->type)) { /* a reader is at its end after one call */
            strbuf_put(b, strbuf_str(&v));
        } else {
            strbuf_printf(before, "\t\ta%u := gommFixOpaque(%.*s)\n", i, STR_ARG(strbuf_str(&v)));
            strbuf_printf(b, "a%u", i);
        }
        strbuf_puts(b, dots ? "..." : "");
        strbuf_release(&v);
    }
    strbuf_putc(b, ')');
    *results = ok ? s->results->n : 0;
    return ok;
}

str fix_bench_function(struct arena *a, const struct package *pkg, const struct obj *o)
{
    struct type_signature *s = o->type ? is_signature(o->type) : NULL;
    str name = intern_str(pkg->prog->names, o->name);
    struct type *t = s && s->recv ? type_unalias(s->recv->type) : NULL;

    if (t && t->kind == TYPE_POINTER) {
        t = as_pointer(t)->elem;
    }
    struct type_named *n = t ? type_named_of(t) : NULL;
    return n ? str_fmt(a, "%.*s.%.*s", STR_ARG(intern_str(pkg->prog->names, named_obj(n)->name)), STR_ARG(name)) : name;
}

static void put_benchmarks(struct maker *m, struct strbuf *out, const struct obj *o)
{
    str name = fix_bench_function(m->arena, m->pkg, o);

    for (m->variant = 0; m->variant < BENCH_VARIANTS; m->variant++) {
        struct strbuf call = {0}, before = {0};
        u32 results = 0;
        if (make_call(m, &before, &call, o, &results)) {
            str text = strbuf_str(&call);
            strbuf_printf(out, "\tb.Run(\"%.*s/%c\", func(b *testing.B) {\n", STR_ARG(name), 'a' + m->variant);
            strbuf_puts(out, "\t\tdefer gommFixSkip(b)\n");
            strbuf_put(out, strbuf_str(&before));
            if (results > 0) {
                strbuf_printf(out, "\t\tkeep := gommFixNew%u(%.*s)\n", results, STR_ARG(text));
            } else {
                strbuf_printf(out, "\t\t%.*s\n", STR_ARG(text));
            }
            strbuf_printf(out, "\t\tb.ReportAllocs()\n\t\tb.ResetTimer()\n\t\tfor i := 0; i < b.N; i++ {\n\t\t\t%s%.*s%s\n\t\t}\n",
                          results > 0 ? "keep.put(" : "", STR_ARG(text), results > 0 ? ")" : "");
            strbuf_puts(out, "\t})\n");
        }
        strbuf_release(&call);
        strbuf_release(&before);
    }
}

/* What keeps results in the heap: a store through a pointer that the compiler cannot follow. */
static const char bench_keepers[] =
    "// gommFixSkip skips a benchmark whose function does not like the values that were made up for it.\n"
    "func gommFixSkip(b *testing.B) {\n\tif r := recover(); r != nil {\n\t\tb.Skip(\"it panics\")\n\t}\n}\n\n"
    "// gommFixOpaque keeps the compiler from knowing the value.\n"
    "//\n//go:noinline\nfunc gommFixOpaque[A any](a A) A { return a }\n\n"
    "type gommFixKeep1[A any] struct{ a A }\n\n"
    "//go:noinline\nfunc gommFixNew1[A any](a A) *gommFixKeep1[A] { return &gommFixKeep1[A]{a} }\n\n"
    "func (k *gommFixKeep1[A]) put(a A) { k.a = a }\n\n"
    "type gommFixKeep2[A, B any] struct {\n\ta A\n\tb B\n}\n\n"
    "//go:noinline\nfunc gommFixNew2[A, B any](a A, b B) *gommFixKeep2[A, B] { return &gommFixKeep2[A, B]{a, b} }\n\n"
    "func (k *gommFixKeep2[A, B]) put(a A, b B) { k.a, k.b = a, b }\n\n"
    "type gommFixKeep3[A, B, C any] struct {\n\ta A\n\tb B\n\tc C\n}\n\n"
    "//go:noinline\nfunc gommFixNew3[A, B, C any](a A, b B, c C) *gommFixKeep3[A, B, C] {\n"
    "\treturn &gommFixKeep3[A, B, C]{a, b, c}\n}\n\n"
    "func (k *gommFixKeep3[A, B, C]) put(a A, b B, c C) { k.a, k.b, k.c = a, b, c }\n";

static bool seen_before(const struct fix_candidate *v, u32 i)
{
    for (u32 k = 0; k < i; k++) {
        if (v[k].file == v[i].file && v[k].func == v[i].func) {
            return true;
        }
    }
    return false;
}

str fix_bench_without(struct arena *a, str text, u32 line)
{
    size_t from = 0, to;

    for (u32 i = 1; i < line && from < text.n; i++) {
        i64 end = str_find_byte(str_from(text, from), '\n');
        from = end < 0 ? text.n : from + (size_t)end + 1;
    }
    i64 end = str_find_byte(str_from(text, from), '\n');
    to = end < 0 ? text.n : from + (size_t)end + 1;
    if (from > (size_t)str_find(text, STR("\nfunc "))) { /* not an import that is not used any more */
        i64 run = str_find_last(str_slice(text, 0, to), STR("\tb.Run("));
        i64 close = run < 0 ? -1 : str_find(str_from(text, (size_t)run), STR("\n\t})\n"));
        if (run < 0 || close < 0) {
            return (str){0};
        }
        from = (size_t)run;
        to = from + (size_t)close + strlen("\n\t})\n");
    }
    return str_fmt(a, "%.*s%.*s", STR_ARG(str_slice(text, 0, from)), STR_ARG(str_from(text, to)));
}

str fix_bench_text(struct arena *a, const struct package *pkg, const struct fix_candidate *v, u32 n)
{
    struct maker m = {.arena = a, .pkg = pkg};
    struct strbuf body = {0}, out = {0};
    const struct strmap_entry *e;

    m.imports.keys = a;
    for (u32 i = 0; i < n; i++) {
        const struct file_info *f = &pkg->files[v[i].file];
        struct obj *o = v[i].func && !seen_before(v, i) ? info_obj(f, ast_at(f->ast, v[i].func)->a) : NULL;
        bool callable = o && o->kind == OBJ_FUNC && o->type && !str_is(intern_str(pkg->prog->names, o->name), "init") &&
                        !str_is(intern_str(pkg->prog->names, o->name), "_");
        if (callable && fix_is_harmless(a, o)) {
            put_benchmarks(&m, &body, o);
        }
    }
    if (body.n > 0) {
        strbuf_printf(&out, "//go:build go1.18\n\npackage %.*s\n\nimport (\n", STR_ARG(pkg->name));
        strmap_put(&m.imports, STR("testing"), NULL)->cp = "testing";
        for (size_t i = 0; strmap_next(&m.imports, &i, &e);) {
            strbuf_printf(&out, "\t%s \"%.*s\"\n", (const char *)e->val.cp, STR_ARG(e->key));
        }
        strbuf_printf(&out, ")\n\nfunc BenchmarkGommFix(b *testing.B) {\n%.*s}\n\n%s", STR_ARG(strbuf_str(&body)),
                      bench_keepers);
    }
    str text = str_dup(a, strbuf_str(&out));
    strbuf_release(&body);
    strbuf_release(&out);
    strmap_release(&m.imports);
    return text;
}
