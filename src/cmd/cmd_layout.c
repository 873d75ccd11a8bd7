/* gomm layout: how types lie in memory: offsets, sizes, padding, cache lines, pointers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/cmd_layout_type.h"
#include "types/layout_rows.h"

/* A type that is to be shown. */
struct layout_item {
    str targs; /* as they were written */
    struct package *pkg;
    struct obj *name;
    struct type *type;
};

struct layout_view {
    struct arena *a;
    struct program *prog;
    struct sizes sizes;
    str goarch;
    u32 line; /* bytes of a cache line */
    bool all; /* fields of fields too */
    VEC(struct layout_item) items;
};

static struct type_struct *layout_struct_of(struct type *t)
{
    return is_struct(type_under(t));
}

static u64 layout_lines(const struct layout_view *v, i64 size)
{
    return ((u64)size + v->line - 1) / v->line;
}

static str layout_name(const struct layout_view *v, const struct obj *o)
{
    return intern_str(v->prog->names, o->name);
}

static str layout_title(const struct layout_view *v, const struct layout_item *it)
{
    str name = layout_name(v, it->name);
    return str_fmt(v->a, it->targs.n ? "%.*s.%.*s[%.*s]" : "%.*s.%.*s", STR_ARG(it->pkg->path),
                   STR_ARG(name), STR_ARG(it->targs));
}

/* ---- text ---- */

static void layout_put_words(const struct layout_view *v, struct strbuf *b, struct type *t)
{
    enum { SHOWN = 24 };
    i64 data = layout_ptrdata(&v->sizes, t);
    if (data == 0) {
        strbuf_puts(b, "no pointers\n");
        return;
    }
    u64 words = (u64)data / v->sizes.ptr, most = words < 4096 ? words : 4096, shown = 0;
    u64 *bits = ARENA_ARRAY(v->a, u64, (most + 63) / 64);
    layout_ptrmap(&v->sizes, t, bits, most);
    strbuf_printf(b, "pointers in the first %lld bytes, at", (long long)data);
    for (u64 i = 0; i < most && shown < SHOWN; i++) {
        if (bits[i / 64] >> (i % 64) & 1) {
            strbuf_printf(b, "%s %llu", shown++ ? "," : "", (unsigned long long)(i * v->sizes.ptr));
        }
    }
    strbuf_puts(b, shown == SHOWN ? ", ...\n" : "\n");
}

static void layout_put_better(const struct layout_view *v, struct strbuf *b, struct type *t)
{
    struct type_struct *s = layout_struct_of(t);
    if (!s || s->n < 2) {
        return;
    }
    u32 *order = ARENA_ARRAY(v->a, u32, s->n);
    i64 size = layout_size(&v->sizes, t), best = layout_best(&v->sizes, v->a, s, order);
    if (best < 0 || best >= size) {
        return;
    }
    strbuf_printf(b, "%lld bytes (%lld less) in the order ", (long long)best,
                  (long long)(size - best));
    for (u32 i = 0; i < s->n; i++) {
        str name = layout_name(v, s->fields[order[i]]);
        strbuf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(name));
    }
    strbuf_putc(b, '\n');
}

static void layout_put_rows(const struct layout_view *v, struct strbuf *b, const layout_rows *rows,
                            const struct package *own)
{
    size_t wide = strlen("(padding)");
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->v[i].field) {
            wide =
                base_max(wide, str_runes(layout_name(v, rows->v[i].field)) + 2 * rows->v[i].depth);
        }
    }
    strbuf_printf(b, "\n%8s %8s  %-7s  %-*s  %s\n", "offset", "size", "line", base_int(wide),
                  "field", "type");
    for (size_t i = 0; i < rows->n; i++) {
        const struct layout_row *r = &rows->v[i];
        u64 first = (u64)r->offset / v->line;
        u64 last = r->size > 0 ? (u64)(r->offset + r->size - 1) / v->line : first;
        str line = first == last ? str_fmt(v->a, "%llu", (unsigned long long)first)
                                 : str_fmt(v->a, "%llu-%llu", (unsigned long long)first,
                                           (unsigned long long)last);
        strbuf_printf(b, "%8lld %8lld  %-7s  ", (long long)r->offset, (long long)r->size, line.p);
        strbuf_put_n(b, ' ', 2 * (size_t)r->depth);
        if (!r->field) {
            strbuf_puts(b, "(padding)\n");
            continue;
        }
        str name = layout_name(v, r->field);
        strbuf_put(b, name);
        size_t used = str_runes(name) + 2 * (size_t)r->depth;
        strbuf_put_n(b, ' ', wide - used + 2);
        if (r->field->flags & OBJ_EMBEDDED) {
            strbuf_puts(b, "(embedded) ");
        }
        type_write(b, r->field->type, own, QUAL_SHORT);
        strbuf_putc(b, '\n');
    }
    strbuf_putc(b, '\n');
}

static void layout_text(const struct layout_view *v, struct strbuf *b, const struct layout_item *it)
{
    i64 size = layout_size(&v->sizes, it->type);
    str title = layout_title(v, it);
    strbuf_printf(b, "%.*s on %.*s: ", STR_ARG(title), STR_ARG(v->goarch));
    if (size < 0) {
        strbuf_puts(b, "too large\n");
        return;
    }
    u64 lines = layout_lines(v, size);
    layout_rows rows = {0};
    layout_collect(&v->sizes, v->a, &rows, it->type, v->all);
    strbuf_printf(b, "%lld bytes, alignment %lld, %llu cache line%s of %u bytes", (long long)size,
                  (long long)layout_align(&v->sizes, it->type), (unsigned long long)lines,
                  lines == 1 ? "" : "s", v->line);
    if (layout_padding(&rows) > 0) {
        strbuf_printf(b, ", %lld bytes of padding", (long long)layout_padding(&rows));
    }
    strbuf_putc(b, '\n');
    struct span at = sources_span_raw(v->prog->sources, it->name->pos);
    if (at.line) {
        strbuf_printf(b, "declared at %.*s:%u:%u\n", STR_ARG(at.file), at.line, at.col);
    }
    if (rows.n > 0) {
        layout_put_rows(v, b, &rows, it->pkg);
    }
    layout_put_words(v, b, it->type);
    layout_put_better(v, b, it->type);
}

/* Of whole packages a line for each type. */
static void layout_table(const struct layout_view *v, struct strbuf *b)
{
    strbuf_printf(b, "%8s %5s %7s %8s %7s  %s\n", "size", "align", "lines", "padding", "ptrdata",
                  "type");
    for (size_t i = 0; i < v->items.n; i++) {
        const struct layout_item *it = &v->items.v[i];
        i64 size = layout_size(&v->sizes, it->type);
        str title = layout_title(v, it);
        if (size < 0) {
            strbuf_printf(b, "%8s %5s %7s %8s %7s  %.*s\n", "too", "large", "", "", "",
                          STR_ARG(title));
            continue;
        }
        layout_rows rows = {0};
        layout_collect(&v->sizes, v->a, &rows, it->type, v->all);
        strbuf_printf(b, "%8lld %5lld %7llu %8lld %7lld  %.*s\n", (long long)size,
                      (long long)layout_align(&v->sizes, it->type),
                      (unsigned long long)layout_lines(v, size), (long long)layout_padding(&rows),
                      (long long)layout_ptrdata(&v->sizes, it->type), STR_ARG(title));
    }
}

/* ---- JSON ---- */

static void layout_json_fields(const struct layout_view *v, struct jsonw *w, struct type *t,
                               i64 base, const struct package *own, u32 depth)
{
    struct type_struct *s = layout_struct_of(t);
    i64 *off = ARENA_ARRAY(v->a, i64, s->n);
    layout_offsets(&v->sizes, s, off);
    jsonw_key(w, "fields"), jsonw_array(w);
    for (u32 i = 0; i < s->n; i++) {
        struct obj *f = s->fields[i];
        i64 size = layout_size(&v->sizes, f->type);
        i64 next = i + 1 < s->n ? off[i + 1] : layout_size(&v->sizes, t);
        struct strbuf type = {0};
        type_write(&type, f->type, NULL, QUAL_PATH);
        jsonw_object(w);
        jsonw_put_str(w, "name", layout_name(v, f));
        jsonw_put_str(w, "type", strbuf_str(&type));
        jsonw_put_int(w, "offset", base + off[i]);
        jsonw_put_int(w, "size", size);
        jsonw_put_int(w, "align", layout_align(&v->sizes, f->type));
        jsonw_put_int(w, "padding_after", next - off[i] - size);
        jsonw_put_bool(w, "embedded", f->flags & OBJ_EMBEDDED);
        /* Deeper than jsonw's limit no program nests; it is left out then. */
        if (v->all && layout_struct_of(f->type) && depth < JSONW_DEPTH / 2 - 4) {
            layout_json_fields(v, w, f->type, base + off[i], own, depth + 1);
        }
        jsonw_end(w);
        strbuf_release(&type);
    }
    jsonw_end(w);
}

static void layout_json_type(const struct layout_view *v, struct jsonw *w,
                             const struct layout_item *it)
{
    i64 size = layout_size(&v->sizes, it->type);
    jsonw_object(w);
    jsonw_put_str(w, "package", it->pkg->path);
    jsonw_put_str(w, "type", layout_name(v, it->name));
    if (it->targs.n > 0) {
        jsonw_put_str(w, "type_arguments", it->targs);
    }
    struct span at = sources_span_raw(v->prog->sources, it->name->pos);
    jsonw_put_str(w, "file", at.file);
    jsonw_put_int(w, "line", at.line);
    if (size < 0) {
        jsonw_put_bool(w, "too_large", true);
        jsonw_end(w);
        return;
    }
    layout_rows rows = {0};
    layout_collect(&v->sizes, v->a, &rows, it->type, v->all);
    i64 data = layout_ptrdata(&v->sizes, it->type);
    jsonw_put_int(w, "size", size);
    jsonw_put_int(w, "align", layout_align(&v->sizes, it->type));
    jsonw_put_int(w, "padding", layout_padding(&rows));
    jsonw_put_int(w, "lines", (i64)layout_lines(v, size));
    jsonw_put_int(w, "ptrdata", data);
    /* A digit for each word up to the last pointer; of very large types the beginning. */
    u64 words = (u64)data / v->sizes.ptr;
    words = words < 65536 ? words : 65536;
    u64 *bits = ARENA_ARRAY(v->a, u64, (words + 63) / 64);
    layout_ptrmap(&v->sizes, it->type, bits, words);
    char *map = ARENA_ARRAY(v->a, char, words + 1);
    for (u64 i = 0; i < words; i++) {
        map[i] = bits[i / 64] >> (i % 64) & 1 ? '1' : '0';
    }
    jsonw_put_str(w, "pointers", (str){map, words});
    if (layout_struct_of(it->type)) {
        layout_json_fields(v, w, it->type, 0, it->pkg, 0);
    }
    jsonw_end(w);
}

static void layout_json(const struct layout_view *v, struct strbuf *b)
{
    struct jsonw w;
    jsonw_init(&w, b, 2);
    jsonw_object(&w);
    jsonw_put_str(&w, "schema", STR("gomm/layout")); /* doc/layout.schema.json */
    jsonw_put_int(&w, "version", 1);
    jsonw_put_str(&w, "goarch", v->goarch);
    jsonw_put_int(&w, "pointer_size", v->sizes.ptr);
    jsonw_put_int(&w, "line_size", v->line);
    jsonw_key(&w, "types"), jsonw_array(&w);
    for (size_t i = 0; i < v->items.n; i++) {
        struct arena_mark m = arena_mark(v->a);
        layout_json_type(v, &w, &v->items.v[i]);
        arena_rewind(v->a, m);
    }
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_finish(&w);
    strbuf_putc(b, '\n');
}

/* ---- what is to be shown ---- */

static bool layout_is_type(struct obj *o)
{
    return o->kind == OBJ_TYPE && !(o->flags & OBJ_IS_ALIAS) && o->type &&
           o->type->kind == TYPE_NAMED && type_is_valid(o->type) && !type_is_generic(o->type) &&
           type_under(o->type) != TYPE_BAD;
}

static int layout_item_cmp(const void *x, const void *y)
{
    const struct layout_item *a = x, *b = y;
    return a->name->pos < b->name->pos ? -1 : a->name->pos > b->name->pos;
}

static void layout_add_package(struct layout_view *v, struct package *p)
{
    size_t first = v->items.n;
    for (u32 i = 0; i < p->scope->n; i++) {
        struct obj *o = p->scope->slots[i].obj;
        if (layout_is_type(o) && layout_struct_of(o->type)) {
            vec_push_in(v->a, &v->items, (struct layout_item){{0}, p, o, o->type});
        }
    }
    if (v->items.n == first) {
        return;
    }
    qsort(v->items.v + first, v->items.n - first, sizeof(*v->items.v), layout_item_cmp);
}

/* The package that a pattern without wildcards names. */
static struct package *layout_find_package(struct program *p, str cwd, struct arena *a, str pattern)
{
    bool local = str_eq(pattern, STR(".")) || str_eq(pattern, STR("..")) ||
                 str_has_prefix(pattern, STR("./")) || str_has_prefix(pattern, STR("../")) ||
                 path_is_abs(pattern);
    str dir = local ? path_under(a, cwd, pattern) : (str){0};
    for (u32 i = 0; i < p->n_pkgs; i++) {
        struct package *k = p->pkgs[i];
        if (k && k->src && k->src->matched && k->src->variant == LOAD_PLAIN &&
            (local ? str_eq(k->src->dir, dir) : str_eq(k->path, pattern))) {
            return k;
        }
    }
    return NULL;
}

static bool layout_add_type(struct layout_view *v, str arg, str cwd)
{
    str pattern, name, targs;
    cmd_layout_split(v->a, arg, &pattern, &name, &targs);
    struct package *k = layout_find_package(v->prog, cwd, v->a, pattern);
    if (!k) {
        return false; /* the loader has said why */
    }
    struct obj *o = scope_lookup(k->scope, intern_lookup(v->prog->names, name));
    if (!o) {
        cmd_fail("layout: package %.*s has no type %.*s", STR_ARG(k->path), STR_ARG(name));
        return false;
    }
    if (o->kind != OBJ_TYPE) {
        cmd_fail("layout: %.*s is not a type", STR_ARG(arg));
        return false;
    }
    struct type *t = o->type;
    if (type_is_generic(t) && targs.n == 0) {
        cmd_fail(
            "layout: %.*s is generic: its layout depends on its type arguments, as in '%.*s[int]'",
            STR_ARG(arg), STR_ARG(arg));
        return false;
    }
    if (targs.n > 0) {
        str why;
        if (!type_is_generic(t)) {
            cmd_fail("layout: %.*s is not generic", STR_ARG(name));
            return false;
        }
        t = cmd_layout_instance(v->a, v->prog, o, targs, &why);
        if (!t) {
            cmd_fail("layout: %.*s: %.*s", STR_ARG(arg), STR_ARG(why));
            return false;
        }
    }
    if (!type_is_valid(t) || type_under(t) == TYPE_BAD) {
        cmd_fail("layout: %.*s could not be checked", STR_ARG(arg));
        return false;
    }
    vec_push_in(v->a, &v->items, (struct layout_item){targs, k, o, t});
    return true;
}

/* What the loader and the checker have to complain of; true: nothing. */
static bool layout_errors(const struct load *l, const struct program *p)
{
    bool none = true;
    for (u32 i = 0; i < l->n_errors; i++) {
        cmd_fail("%.*s", STR_ARG(l->errors[i].text));
        none = false;
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *k = l->pkgs[i];
        for (u32 j = 0; j < k->n_errors; j++) {
            cmd_fail("%.*s: %.*s", STR_ARG(k->path), STR_ARG(k->errors[j].text));
            none = false;
        }
    }
    for (u32 i = 0; i < p->n_pkgs; i++) {
        const struct package *k = p->pkgs[i];
        for (u32 j = 0; k && j < k->n_errors; j++) {
            struct span at = sources_span(p->sources, k->errors[j].pos);
            cmd_fail("%.*s:%u:%u: %.*s", STR_ARG(at.file), at.line, at.col,
                     STR_ARG(k->errors[j].text));
            none = false;
        }
    }
    return none;
}

static bool layout_run(struct layout_view *v, const struct load *l, char *const *args,
                       bool packages, bool json)
{
    bool ok = layout_errors(l, v->prog);
    if (packages) {
        for (u32 i = 0; i < v->prog->n_pkgs; i++) {
            struct package *k = v->prog->pkgs[i];
            if (k && k->src && k->src->matched && k->src->variant == LOAD_PLAIN) {
                layout_add_package(v, k);
            }
        }
    } else {
        struct err e;
        str cwd;
        if (!io_cwd(v->a, &cwd, &e)) {
            cmd_fail_err(&e);
            return false;
        }
        for (size_t i = 0; args[i]; i++) {
            ok &= layout_add_type(v, str_of(args[i]), cwd);
        }
    }
    struct strbuf b = {0};
    if (json) {
        layout_json(v, &b);
    } else if (packages) {
        layout_table(v, &b);
    } else {
        for (size_t i = 0; i < v->items.n; i++) {
            strbuf_puts(&b, i ? "\n" : "");
            layout_text(v, &b, &v->items.v[i]);
        }
    }
    ok &= cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    return ok;
}

int cmd_layout(char *const *args)
{
    const char *arch = NULL, *tags = NULL;
    bool json = false, all = false, packages = false;
    const struct cmd_flag flags[] = {{"arch", CMD_FLAG_STRING, &arch},
                                     {"json", CMD_FLAG_BOOL, &json},
                                     {"all", CMD_FLAG_BOOL, &all},
                                     {"packages", CMD_FLAG_BOOL, &packages},
                                     {"tags", CMD_FLAG_STRING, &tags}};
    int status;
    int at = cmd_flags("layout", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    args += at;
    if (!args[0] && !packages) {
        return cmd_usage("layout", "gomm layout: want a type, such as net/http.Server");
    }
    struct arena a = {0};
    layout_patterns patterns = {0};
    for (size_t i = 0; args[i]; i++) {
        str pkg = str_of(args[i]), name, targs = {0};
        if (!packages) {
            cmd_layout_split(&a, str_of(args[i]), &pkg, &name, &targs);
            if (name.n == 0 || pkg.n == 0) {
                return cmd_usage("layout", "gomm layout: %s names no type", args[i]);
            }
        }
        vec_push_in(&a, &patterns, pkg);
        cmd_layout_packages(&a, targs, &patterns);
    }
    struct load_config config = {.goarch = str_of(arch), .tags = str_of(tags)};
    struct pool *pool = pool_new(0);
    struct err e;
    struct load *l = load_packages(&config, patterns.v, patterns.n, pool, &e);
    if (!l) {
        pool_free(pool);
        arena_release(&a);
        return cmd_fail_err(&e);
    }
    struct program *prog =
        check_load(l, pool, CHECK_NO_BODIES | CHECK_NO_INFO, CHECK_NO_BODIES | CHECK_NO_INFO);
    struct layout_view v = {.a = &a,
                            .prog = prog,
                            .sizes = prog->sizes,
                            .goarch = l->config.goarch,
                            .line = layout_line(l->config.goarch),
                            .all = all};
    bool ok = layout_run(&v, l, args, packages, json);
    program_free(prog);
    load_free(l);
    pool_free(pool);
    arena_release(&a);
    return ok ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}
