/* ir_print_type.c: types as the compiler's messages and its symbols write them.
 *
 * Source: GOROOT/src/cmd/compile/internal/types/fmt.go.  Of its modes two are here: fmtGo, which people read, and
 * fmtTypeID, by which the linker tells types apart and which stands between the brackets of an instance's name.
 */
#include <stdlib.h>

#include "base/map.h"
#include "escape/escape_cache.h"
#include "escape/ir_print.h"
#include "escape/lower.h"
#include "escape/shape.h"
#include "syntax/quote.h"

/* Types nested deeper than that are wrong (an anonymous one cannot contain itself), or the answer is of no use. */
enum { TYPE_DEPTH = 200 };

struct type_writer {
    struct strbuf *out;
    struct ir_unit *u;
    bool link; /* fmtTypeID */
    u32 depth;
};

static void put_type(struct type_writer *w, struct type *t);

/* ---- packages and names ---- */

/* objabi.PathToPrefix: a path as symbols have it. */
static void put_prefix(struct strbuf *out, str path)
{
    i64 slash = str_find_last_byte(path, '/');
    if (str_is(path, "go.shape")) {
        slash = (i64)path.n; /* its prefix is given (gc/main.go) */
    }
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c <= ' ' || (c == '.' && (i64)i > slash) || c == '%' || c == '"' || c >= 0x7f) {
            strbuf_printf(out, "%%%02x", c);
        } else {
            strbuf_putc(out, (char)c);
        }
    }
}

/* pkgqual, with its full stop. */
static void put_pkg(struct type_writer *w, const struct package *p)
{
    if (!p) {
        return;
    }
    if (w->link) {
        put_prefix(w->out, ir_link_path(p));
    } else if (p == w->u->pkg) {
        return;
    } else {
        ir_write_pkg_name(w->out, w->u, p);
    }
    strbuf_putc(w->out, '.');
}

void ir_write_pkg(struct strbuf *out, struct ir_unit *u, const struct package *p)
{
    struct type_writer w = {.out = out, .u = u};
    put_pkg(&w, p);
}

str ir_link_path(const struct package *p)
{
    /* The go command compiles programs under that name, whatever their path is. */
    return str_eq(p->name, STR("main")) ? STR("main") : p->path;
}

/* ---- ambiguous names: Go 1.19 ---- */

/* Only Go 1.19's importer counts how many packages of one name there are, and shows paths then (typecheck/iimport.go,
 * types.NumImport); with unified IR names are never ambiguous to the compiler.  It knows a package if the unit imports it,
 * or if the export data of what it imports mention it: here, if types of their declarations do. */
struct ir_pkg_known {
    const struct package *pkg;
    bool twice;
    struct ir_pkg_known *next;
};

struct mention {
    struct ir_unit *u;
    struct escape *all; /* NULL: nothing is inlined, so bodies are not exported */
    const struct package *of;
    struct map seen;
    bool found;
    const struct file_info *file; /* of the body that is looked at */
};

static void mention_type(struct mention *m, struct type *t);
static bool mention_node(void *ctx, node n);

/* Bodies that can be inlined are exported, with all that they speak of. */
static void mention_func(struct mention *m, struct obj *o)
{
    bool fresh = false;
    const struct ir_func *fn = m->all ? lower_func_known(m->all, o) : NULL;
    if (!fn && m->all && escape_cache_can_inline(m->all, o)) {
        fn = lower_func_of(m->u, o);
    }
    if (!fn || !(fn->flags & IR_FUNC_CAN_INLINE) || !fn->src.file || !fn->src.body) {
        return;
    }
    map_put(&m->seen, (u64)(uintptr_t)fn, &fresh);
    if (fresh) {
        check_body(m->u->prog, o);
        const struct file_info *outer = m->file;
        m->file = fn->src.file;
        ast_walk(m->file->ast, fn->src.body, mention_node, m);
        m->file = outer;
    }
}

static bool mention_node(void *ctx, node n)
{
    struct mention *m = ctx;
    u32 kind = ast_kind(m->file->ast, n);
    struct obj *o = kind == AST_NAME || kind == AST_SELECTOR ? info_obj(m->file, n) : NULL;
    if (!m->found && o && o->pkg) {
        m->found = o->pkg == m->of && o->kind != OBJ_PKG;
        if (o->kind == OBJ_FUNC) {
            mention_func(m, o);
        } else if (o->kind == OBJ_TYPE || (o->kind == OBJ_VAR && o->var == VAR_PACKAGE)) {
            mention_type(m, o->type);
        }
    }
    return !m->found;
}

static void mention_tuple(struct mention *m, const struct type_tuple *t)
{
    for (u32 i = 0; i < t->n; i++) {
        mention_type(m, t->vars[i]->type);
    }
}

static void mention_signature(struct mention *m, const struct type_signature *s)
{
    mention_tuple(m, s->params);
    mention_tuple(m, s->results);
}

static void mention_named(struct mention *m, struct type_named *n)
{
    const struct obj *o = named_obj(n);
    m->found = m->found || o->pkg == m->of;
    for (u32 i = 0; n->targs && i < n->targs->n; i++) {
        mention_type(m, n->targs->v[i]);
    }
    mention_type(m, type_under(&n->t));
    for (u32 i = 0; n->orig == n && i < n->n_methods; i++) {
        if (n->methods[i] && n->methods[i]->type) {
            mention_type(m, n->methods[i]->type);
            mention_func(m, n->methods[i]);
        }
    }
}

static void mention_type(struct mention *m, struct type *t)
{
    bool fresh = false;
    t = t ? type_unalias(t) : NULL;
    if (!t || m->found || t->kind == TYPE_BASIC || t->kind == TYPE_PARAM) {
        return;
    }
    map_put(&m->seen, (u64)(uintptr_t)t, &fresh);
    if (!fresh) {
        return;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_ARRAY: mention_type(m, as_array(t)->elem); break;
    case TYPE_SLICE: mention_type(m, as_slice(t)->elem); break;
    case TYPE_POINTER: mention_type(m, as_pointer(t)->elem); break;
    case TYPE_CHAN: mention_type(m, as_chan(t)->elem); break;
    case TYPE_MAP:
        mention_type(m, as_map(t)->key);
        mention_type(m, as_map(t)->elem);
        break;
    case TYPE_STRUCT:
        for (u32 i = 0; i < as_struct(t)->n; i++) {
            mention_type(m, as_struct(t)->fields[i]->type);
        }
        break;
    case TYPE_TUPLE: mention_tuple(m, as_tuple(t)); break;
    case TYPE_SIGNATURE: mention_signature(m, as_signature(t)); break;
    case TYPE_INTERFACE:
        for (u32 i = 0; i < as_interface(t)->n_methods; i++) {
            mention_type(m, as_interface(t)->methods[i]->type);
        }
        for (u32 i = 0; i < as_interface(t)->n_embeds; i++) {
            mention_type(m, as_interface(t)->embeds[i]);
        }
        break;
    case TYPE_NAMED: mention_named(m, as_named(t)); break;
    default: break;
    }
}

/* Do the exported declarations of p speak of the package? */
static bool mentions(struct ir_unit *u, const struct package *p, const struct package *of)
{
    struct mention m = {.u = u, .all = u->no_inline ? NULL : u->all, .of = of};
    for (u32 i = 0; i < p->scope->n && !m.found; i++) {
        struct obj *o = p->scope->slots[i].obj;
        if ((o->flags & OBJ_EXPORTED) && o->type) {
            mention_type(&m, o->type);
            if (o->kind == OBJ_FUNC) {
                mention_func(&m, o);
            }
        }
    }
    map_release(&m.seen);
    return m.found;
}

static bool pkg_is_heard_of(struct ir_unit *u, const struct package *p)
{
    const struct package *own = u->pkg;
    for (u32 i = 0; i < own->n_imports; i++) {
        if (own->imports[i] == p || (own->imports[i] && !own->imports[i]->fake && mentions(u, own->imports[i], p))) {
            return true;
        }
    }
    return false;
}

static bool pkg_is_twice(struct ir_unit *u, const struct package *p)
{
    struct ir_pkg_known *k = u->pkgs_known;
    while (k && k->pkg != p) {
        k = k->next;
    }
    if (!k) {
        k = ARENA_NEW(u->arena, struct ir_pkg_known);
        *k = (struct ir_pkg_known){.pkg = p, .next = u->pkgs_known};
        u->pkgs_known = k;
        for (u32 i = 0; i < u->prog->n_pkgs && !k->twice; i++) {
            const struct package *q = u->prog->pkgs[i];
            k->twice = q && q != p && q != u->pkg && !q->fake && str_eq(q->name, p->name) &&
                       !str_eq(q->path, p->path) && pkg_is_heard_of(u, q);
        }
    }
    return k->twice;
}

void ir_write_pkg_name(struct strbuf *out, struct ir_unit *u, const struct package *p)
{
    if (!u->profile->unified && pkg_is_twice(u, p)) {
        quote_string(out, p->path);
    } else {
        strbuf_put(out, p->name);
    }
}

static str name_of(const struct type_writer *w, const struct obj *o)
{
    return intern_str(w->u->prog->names, o->name);
}

/* ---- type literals ---- */

static void put_params(struct type_writer *w, const struct type_tuple *t, bool variadic)
{
    strbuf_putc(w->out, '(');
    for (u32 i = 0; i < t->n; i++) {
        struct type *p = t->vars[i]->type;
        strbuf_puts(w->out, i > 0 ? ", " : "");
        if (variadic && i + 1 == t->n && type_unalias(p)->kind == TYPE_SLICE) {
            strbuf_puts(w->out, "...");
            p = as_slice(type_unalias(p))->elem;
        }
        put_type(w, p);
    }
    strbuf_putc(w->out, ')');
}

static void put_signature(struct type_writer *w, const struct type_signature *s)
{
    put_params(w, s->params, s->t.flag & TYPE_FLAG_VARIADIC);
    if (s->results->n == 1) {
        strbuf_putc(w->out, ' ');
        put_type(w, s->results->vars[0]->type);
    } else if (s->results->n > 1) {
        strbuf_putc(w->out, ' ');
        put_params(w, s->results, false);
    }
}

/* The object of the name by which a type would be embedded; NULL: it has none, or arguments. */
static const struct obj *embedded_name(const struct type_writer *w, struct type *t)
{
    t = type_unalias(t);
    if (t->kind == TYPE_POINTER) {
        t = type_unalias(as_pointer(t)->elem);
    }
    (void)w;
    return t->kind == TYPE_NAMED && !as_named(t)->targs ? named_obj(as_named(t)) : NULL;
}

/* fldconv.  For links an embedded field that is named otherwise than its type, through an alias, says so. */
static void put_field(struct type_writer *w, const struct obj *f)
{
    bool named = !(f->flags & OBJ_EMBEDDED);
    const char *sep = " ";
    if (!named && w->link) {
        const struct obj *t = embedded_name(w, f->type);
        bool same = t && t->name == f->name && ((t->flags & OBJ_EXPORTED) || t->pkg == f->pkg);
        named = !same;
        sep = " = ";
    }
    if (named) {
        if (!(f->flags & OBJ_EXPORTED)) {
            put_pkg(w, f->pkg);
        }
        strbuf_put(w->out, name_of(w, f));
        strbuf_puts(w->out, sep);
    }
    put_type(w, f->type);
}

static void put_struct(struct type_writer *w, const struct type_struct *s)
{
    strbuf_puts(w->out, "struct {");
    for (u32 i = 0; i < s->n; i++) {
        strbuf_puts(w->out, i > 0 ? "; " : " ");
        put_field(w, s->fields[i]);
        if (s->tags && s->tags[i].n > 0) {
            strbuf_putc(w->out, ' ');
            quote_string(w->out, s->tags[i]);
        }
    }
    strbuf_puts(w->out, s->n > 0 ? " }" : "}");
}

struct method_key {
    const struct obj *m;
    bool exported;
    str name, path;
};

/* types.CompareSyms. */
static int method_cmp(const void *x, const void *y)
{
    const struct method_key *a = x, *b = y;
    if (a->exported != b->exported) {
        return a->exported ? -1 : 1;
    }
    int c = str_cmp(a->name, b->name);
    return c != 0 || a->exported ? c : str_cmp(a->path, b->path);
}

static void put_interface(struct type_writer *w, struct type_interface *t)
{
    struct type_set *set = type_set_of(t);
    if (set->n_methods == 0) {
        strbuf_puts(w->out, "interface {}");
        return;
    }
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct method_key *v = ARENA_ARRAY(s.arena, struct method_key, set->n_methods);
    for (u32 i = 0; i < set->n_methods; i++) {
        const struct obj *m = set->methods[i];
        v[i] = (struct method_key){m, m->flags & OBJ_EXPORTED, name_of(w, m),
                                   m->pkg ? m->pkg->path : (str){0}};
    }
    qsort(v, set->n_methods, sizeof *v, method_cmp);
    bool link = w->link;
    strbuf_puts(w->out, "interface {");
    for (u32 i = 0; i < set->n_methods; i++) {
        strbuf_puts(w->out, i > 0 ? "; " : " ");
        if (!v[i].exported) {
            w->link = true; /* as it is there: for all that follows in this interface */
            put_pkg(w, v[i].m->pkg);
        }
        strbuf_put(w->out, v[i].name);
        put_signature(w, as_signature(v[i].m->type));
    }
    strbuf_puts(w->out, " }");
    w->link = link;
    arena_scratch_end(s);
}

static void put_chan(struct type_writer *w, const struct type_chan *c)
{
    static const char *const before[] = {
        [AST_DIR_BOTH] = "chan ", [AST_DIR_SEND] = "chan<- ", [AST_DIR_RECV] = "<-chan "};
    struct type *elem = type_unalias(c->elem);
    strbuf_puts(w->out, before[c->t.flag]);
    bool parens = c->t.flag == AST_DIR_BOTH && elem->kind == TYPE_CHAN && elem->flag == AST_DIR_RECV;
    strbuf_puts(w->out, parens ? "(" : "");
    put_type(w, c->elem);
    strbuf_puts(w->out, parens ? ")" : "");
}

static void put_basic(struct type_writer *w, const struct type *t)
{
    static const char *const names[BASIC_COUNT] = {
#define X(name, text, info) text,
        TYPE_BASICS(X)
#undef X
    };
    if (t == TYPE_OF(UNSAFE_POINTER)) {
        strbuf_puts(w->out, "unsafe.");
    }
    if (t == TYPE_OF(UNTYPED_NIL)) {
        strbuf_puts(w->out, "nil");
        return;
    }
    /* byte and rune are other names of types, which links do not know. */
    strbuf_puts(w->out, names[w->link ? t->basic : t - basic_types]);
}

void ir_write_targs(struct strbuf *out, struct ir_unit *u, struct type *const *targs, u32 n, u32 implicits)
{
    strbuf_putc(out, '[');
    for (u32 i = 0; i < n; i++) {
        if (i > 0) {
            strbuf_putc(out, i == implicits ? ';' : ',');
        }
        ir_write_link_type(out, u, targs[i]);
    }
    strbuf_putc(out, ']');
}

/* types.SplitVargenSuffix: the number of a local type, also at the end of a shape's name. */
static str without_number(str s)
{
    size_t n = s.n;

    while (n > 0 && s.p[n - 1] >= '0' && s.p[n - 1] <= '9') {
        n--;
    }
    return n >= 2 && str_eq(str_slice(s, n - 2, n), STR("·")) ? str_slice(s, 0, n - 2) : s;
}

static void put_named(struct type_writer *w, struct type_named *n)
{
    const struct obj *o = named_obj(n);
    put_pkg(w, o->pkg);
    str name = name_of(w, o);
    strbuf_put(w->out, !w->link && shape_is(&n->t) ? without_number(name) : name);
    if (n->targs) {
        u32 own = n->orig->tparams ? n->orig->tparams->n : 0; /* those before are the function's around it */
        ir_write_targs(w->out, w->u, n->targs->v, n->targs->n, own ? n->targs->n - own : 0);
    }
    if (w->link && o->pkg && o->parent && o->parent != o->pkg->scope) {
        u32 gen = ir_local_type_number(w->u, o);
        if (gen > 0) {
            strbuf_printf(w->out, "·%u", gen);
        }
    }
}

static void put_literal(struct type_writer *w, struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC: put_basic(w, t); break;
    case TYPE_ARRAY:
        strbuf_printf(w->out, "[%lld]", (long long)as_array(t)->len);
        put_type(w, as_array(t)->elem);
        break;
    case TYPE_SLICE:
        strbuf_puts(w->out, "[]");
        put_type(w, as_slice(t)->elem);
        break;
    case TYPE_STRUCT: put_struct(w, as_struct(t)); break;
    case TYPE_POINTER:
        strbuf_putc(w->out, '*');
        put_type(w, as_pointer(t)->elem);
        break;
    case TYPE_TUPLE: put_params(w, as_tuple(t), false); break;
    case TYPE_SIGNATURE:
        strbuf_puts(w->out, "func");
        put_signature(w, as_signature(t));
        break;
    case TYPE_INTERFACE: put_interface(w, as_interface(t)); break;
    case TYPE_MAP:
        strbuf_puts(w->out, "map[");
        put_type(w, as_map(t)->key);
        strbuf_putc(w->out, ']');
        put_type(w, as_map(t)->elem);
        break;
    case TYPE_CHAN: put_chan(w, as_chan(t)); break;
    case TYPE_NAMED: put_named(w, as_named(t)); break;
    case TYPE_PARAM: strbuf_put(w->out, name_of(w, as_param(t)->obj)); break;
    case TYPE_UNION: /* no type of a value: only if something went wrong before */
    case TYPE_ALIAS: type_write(w->out, t, w->u->pkg, QUAL_NAME); break;
    }
}

static void put_type(struct type_writer *w, struct type *t)
{
    if (!t) {
        strbuf_puts(w->out, "<T>");
        return;
    }
    t = type_unalias(t);
    if (t == type_unalias(w->u->prog->any)) {
        strbuf_puts(w->out, w->link ? "interface {}" : "any");
        return;
    }
    if (w->depth == TYPE_DEPTH) {
        strbuf_puts(w->out, "...");
        return;
    }
    w->depth++;
    put_literal(w, t);
    w->depth--;
}

/* ---- entries ---- */

void ir_write_type(struct strbuf *out, struct ir_unit *u, struct type *t)
{
    struct type_writer w = {.out = out, .u = u};
    put_type(&w, t);
}

void ir_write_link_type(struct strbuf *out, struct ir_unit *u, struct type *t)
{
    struct type_writer w = {.out = out, .u = u, .link = true};
    put_type(&w, t);
}

bool ir_type_has_sym(struct ir_unit *u, struct type *t)
{
    t = type_unalias(t);
    return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_PARAM ||
           t == type_unalias(u->prog->any);
}

/* Rank of a declaration among those in functions, files in the compiler's order. */
u32 ir_local_type_number(struct ir_unit *u, const struct obj *o)
{
    const struct package *p = o->pkg;
    u32 before = 0;
    (void)u;
    for (u32 i = 0; i < p->n_files; i++) {
        const struct ast *f = p->files[i].ast;
        bool here = o->pos >= f->src->base && o->pos - f->src->base <= f->src->text.n;
        for (node n = 1; n < f->n_nodes; n++) {
            if (f->nodes[n].kind == AST_TYPE_DECL && !(f->nodes[n].flags & AST_FLAG_ALIAS) &&
                (!here || f->nodes[f->nodes[n].a].pos <= o->pos)) {
                before++;
            }
        }
        const u32 *decls = ast_list(f, f->decls);
        for (u32 k = 0; k < ast_list_len(f, f->decls); k++) {
            const struct ast_node *d = ast_at(f, decls[k]);
            if (d->kind == AST_TYPE_DECL && !(d->flags & AST_FLAG_ALIAS) &&
                (!here || f->nodes[d->a].pos <= o->pos)) {
                before--;
            }
        }
        if (here) {
            return before;
        }
    }
    return 0;
}
