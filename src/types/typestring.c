/* typestring.c: types as messages write them (GOROOT/src/cmd/compile/internal/types2/typestring.go). */
#include "syntax/quote.h"
#include "types/check.h"

/* The types around the one being written: one that contains itself is written once. */
struct write_nest {
    const struct type *t;
    const struct write_nest *up;
};

/* Longer texts are cut: a type whose name is an argument of the next one's twice doubles with each line. */
enum { WRITE_MAX = 1 << 16 };

struct writer {
    struct strbuf *out;
    size_t limit; /* of out */
    const struct package *own;
    enum type_qual qual;
    u32 flags;
    const struct write_nest *nest;
};

static void write_type(struct writer *w, struct type *t);

/* ---- packages ---- */

/* Does another package of the name lie somewhere below p? */
static bool write_other_below(const struct package *p, const struct package *like, struct map *seen)
{
    bool fresh;
    map_put(seen, (u64)(uintptr_t)p, &fresh);
    if (!fresh) {
        return false;
    }
    if (p != like && str_eq(p->name, like->name) && !str_eq(p->path, like->path)) {
        return true;
    }
    for (u32 i = 0; i < p->n_imports; i++) {
        if (p->imports[i] && write_other_below(p->imports[i], like, seen)) {
            return true;
        }
    }
    return false;
}

void type_write_pkg(struct strbuf *out, const struct package *p, const struct package *own,
                    enum type_qual q)
{
    if (!p || p == own) {
        return;
    }
    if (q == QUAL_PATH) {
        if (p->path.n > 0) {
            strbuf_put(out, p->path);
            strbuf_putc(out, '.');
        }
        return;
    }
    /* Where two packages of one name are about, the path tells them apart. */
    struct map seen = {0};
    if (own && q == QUAL_NAME && write_other_below(own, p, &seen)) {
        quote_string(out, p->path);
    } else {
        strbuf_put(out, p->name);
    }
    map_release(&seen);
    strbuf_putc(out, '.');
}

/* ---- pieces ---- */

static const struct intern *write_names(const struct writer *w, const struct obj *o)
{
    const struct package *p = o->pkg ? o->pkg : w->own;
    return p ? p->prog->names : NULL;
}

static str write_name(const struct writer *w, const struct obj *o)
{
    const struct intern *names = write_names(w, o);
    if (names) {
        return intern_str(names, o->name);
    }
    /* Predeclared, and no package is there whose names could be asked. */
    if (o->kind == OBJ_FUNC) {
        return STR("Error");
    }
    if (o->kind != OBJ_TYPE || !o->type) {
        return (str){0};
    }
    if (o->type->kind == TYPE_ALIAS) {
        return STR("any");
    }
    struct type *under = type_under(o->type);
    return under->kind == TYPE_INTERFACE && as_interface(under)->n_methods > 0 ? STR("error")
                                                                               : STR("comparable");
}

static void write_obj(struct writer *w, const struct obj *o)
{
    type_write_pkg(w->out, o->pkg, w->own, w->qual);
    strbuf_put(w->out, write_name(w, o));
}

static void write_list(struct writer *w, const struct type_list *l)
{
    strbuf_putc(w->out, '[');
    for (u32 i = 0; i < l->n; i++) {
        strbuf_puts(w->out, i > 0 ? ", " : "");
        write_type(w, l->v[i]);
    }
    strbuf_putc(w->out, ']');
}

/* Parameters that follow each other with the same constraint share it. */
static void write_tparams(struct writer *w, const struct tparam_list *l)
{
    strbuf_putc(w->out, '[');
    struct type *bound = NULL;
    for (u32 i = 0; i < l->n; i++) {
        if (i > 0) {
            if (l->v[i]->bound != bound && bound) {
                strbuf_putc(w->out, ' ');
                write_type(w, bound);
            }
            strbuf_puts(w->out, ", ");
        }
        bound = l->v[i]->bound;
        write_type(w, &l->v[i]->t);
    }
    if (bound) {
        strbuf_putc(w->out, ' ');
        write_type(w, bound);
    }
    strbuf_putc(w->out, ']');
}

static void write_tuple(struct writer *w, const struct type_tuple *t, bool variadic)
{
    strbuf_putc(w->out, '(');
    for (u32 i = 0; i < t->n; i++) {
        const struct obj *v = t->vars[i];
        strbuf_puts(w->out, i > 0 ? ", " : "");
        if (v->name != 0 && !(w->flags & TYPE_WRITE_NO_NAMES)) {
            strbuf_put(w->out, write_name(w, v));
            strbuf_putc(w->out, ' ');
        }
        if (!variadic || i + 1 < t->n) {
            write_type(w, v->type);
        } else if (v->type->kind == TYPE_SLICE) {
            strbuf_puts(w->out, "...");
            write_type(w, as_slice(v->type)->elem);
        } else {
            /* append([]byte, s...): no notation of the language's. */
            write_type(w, v->type);
            strbuf_puts(w->out, "...");
        }
    }
    strbuf_putc(w->out, ')');
}

static void write_signature(struct writer *w, const struct type_signature *s)
{
    if (s->tparams && s->tparams->n > 0) {
        write_tparams(w, s->tparams);
    }
    write_tuple(w, s->params, s->t.flag & TYPE_FLAG_VARIADIC);
    if (s->results->n == 0) {
        return;
    }
    strbuf_putc(w->out, ' ');
    if (s->results->n == 1 && s->results->vars[0]->name == 0) {
        write_type(w, s->results->vars[0]->type);
    } else {
        write_tuple(w, s->results, false);
    }
}

static void write_struct(struct writer *w, const struct type_struct *s)
{
    strbuf_puts(w->out, "struct{");
    for (u32 i = 0; i < s->n; i++) {
        const struct obj *f = s->fields[i];
        strbuf_puts(w->out, i > 0 ? "; " : "");
        /* The first private field tells two structs apart that look the same. */
        bool annotate = (w->flags & TYPE_WRITE_PKG) && !(f->flags & OBJ_EXPORTED) && f->pkg;
        if (annotate) {
            w->flags &= ~(u32)TYPE_WRITE_PKG;
        }
        if (!(f->flags & OBJ_EMBEDDED)) {
            strbuf_put(w->out, write_name(w, f));
            strbuf_putc(w->out, ' ');
        }
        write_type(w, f->type);
        if (annotate) {
            strbuf_printf(w->out, " /* package %.*s */ ", STR_ARG(f->pkg->path));
        }
        if (s->tags && s->tags[i].n > 0) {
            strbuf_putc(w->out, ' ');
            quote_string(w->out, s->tags[i]);
        }
    }
    strbuf_putc(w->out, '}');
}

static void write_interface(struct writer *w, struct type_interface *t)
{
    if (t == &universe_any_iface) {
        strbuf_puts(w->out, "any");
        return;
    }
    if (!t->pkg && t->set && t->set->comparable) {
        strbuf_puts(w->out, "interface{comparable}");
        return;
    }
    if (t->t.flag & TYPE_FLAG_IMPLICIT) {
        if (t->n_methods == 0 && t->n_embeds == 1) {
            write_type(w, t->embeds[0]);
            return;
        }
        strbuf_puts(w->out, "/* implicit */ ");
    }
    strbuf_puts(w->out, "interface{");
    struct arena_scratch scratch = arena_scratch_begin(NULL);
    struct obj **methods = t->methods;
    if (t->n_methods > 1 && write_names(w, t->methods[0])) {
        methods = arena_dup(scratch.arena, t->methods, t->n_methods * sizeof(*methods));
        type_methods_sort(methods, t->n_methods, write_names(w, t->methods[0]));
    }
    for (u32 i = 0; i < t->n_methods; i++) {
        strbuf_puts(w->out, i > 0 ? "; " : "");
        strbuf_put(w->out, write_name(w, methods[i]));
        write_signature(w, as_signature(methods[i]->type));
    }
    arena_scratch_end(scratch);
    for (u32 i = 0; i < t->n_embeds; i++) {
        strbuf_puts(w->out, t->n_methods + i > 0 ? "; " : "");
        write_type(w, t->embeds[i]);
    }
    strbuf_putc(w->out, '}');
}

static void write_chan(struct writer *w, const struct type_chan *c)
{
    static const char *const before[] = {
        [AST_DIR_BOTH] = "chan ", [AST_DIR_SEND] = "chan<- ", [AST_DIR_RECV] = "<-chan "};
    strbuf_puts(w->out, before[c->t.flag]);
    /* chan (<-chan T) is not chan<- chan T */
    bool parens =
        c->t.flag == AST_DIR_BOTH && c->elem->kind == TYPE_CHAN && c->elem->flag == AST_DIR_RECV;
    strbuf_puts(w->out, parens ? "(" : "");
    write_type(w, c->elem);
    strbuf_puts(w->out, parens ? ")" : "");
}

static void write_param(struct writer *w, const struct type_param *p)
{
    str name = write_name(w, p->obj);
    strbuf_put(w->out, name);
    struct program *prog = p->obj->pkg ? p->obj->pkg->prog : NULL;
    /* One that is called like a predeclared type is none. */
    if (prog && prog->universe && scope_lookup(prog->universe, p->obj->name)) {
        struct span at = sources_span(prog->sources, p->obj->pos);
        strbuf_printf(w->out, " /* with %.*s declared at %.*s:%u:%u */", STR_ARG(name),
                      STR_ARG(at.file), at.line, at.col);
    }
}

static void write_basic(struct writer *w, const struct type *t)
{
    static const char *const names[BASIC_COUNT] = {
#define X(name, text, info) text,
        TYPE_BASICS(X)
#undef X
    };
    if (t == TYPE_OF(UNSAFE_POINTER) && !(w->own && str_eq(w->own->path, STR("unsafe")))) {
        strbuf_puts(w->out, "unsafe.");
    }
    strbuf_puts(w->out, names[t - basic_types]);
}

static const char *write_kind(const struct type *t)
{
    static const char *const names[] = {
        [TYPE_BASIC] = "Basic",         [TYPE_ARRAY] = "Array",
        [TYPE_SLICE] = "Slice",         [TYPE_STRUCT] = "Struct",
        [TYPE_POINTER] = "Pointer",     [TYPE_TUPLE] = "Tuple",
        [TYPE_SIGNATURE] = "Signature", [TYPE_UNION] = "Union",
        [TYPE_INTERFACE] = "Interface", [TYPE_MAP] = "Map",
        [TYPE_CHAN] = "Chan",           [TYPE_NAMED] = "Named",
        [TYPE_PARAM] = "TypeParam",     [TYPE_ALIAS] = "Alias",
    };
    return names[t->kind];
}

static void write_literal(struct writer *w, struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC: write_basic(w, t); break;
    case TYPE_ARRAY:
        strbuf_printf(w->out, "[%lld]", (long long)as_array(t)->len);
        write_type(w, as_array(t)->elem);
        break;
    case TYPE_SLICE:
        strbuf_puts(w->out, "[]");
        write_type(w, as_slice(t)->elem);
        break;
    case TYPE_STRUCT: write_struct(w, as_struct(t)); break;
    case TYPE_POINTER:
        strbuf_putc(w->out, '*');
        write_type(w, as_pointer(t)->elem);
        break;
    case TYPE_TUPLE: write_tuple(w, as_tuple(t), false); break;
    case TYPE_SIGNATURE:
        strbuf_puts(w->out, "func");
        write_signature(w, as_signature(t));
        break;
    case TYPE_UNION: {
        struct type_union *u = as_union(t);
        for (u32 i = 0; i < u->n; i++) {
            strbuf_puts(w->out, i > 0 ? " | " : "");
            strbuf_puts(w->out, u->terms[i].tilde ? "~" : "");
            write_type(w, u->terms[i].type);
        }
        break;
    }
    case TYPE_INTERFACE: write_interface(w, as_interface(t)); break;
    case TYPE_MAP:
        strbuf_puts(w->out, "map[");
        write_type(w, as_map(t)->key);
        strbuf_putc(w->out, ']');
        write_type(w, as_map(t)->elem);
        break;
    case TYPE_CHAN: write_chan(w, as_chan(t)); break;
    case TYPE_NAMED: {
        struct type_named *n = as_named(t);
        write_obj(w, n->orig->obj);
        if (n->targs) {
            write_list(w, n->targs);
        } else if (n->tparams && n->tparams->n > 0) {
            write_tparams(w, n->tparams);
        }
        break;
    }
    case TYPE_PARAM: write_param(w, as_param(t)); break;
    case TYPE_ALIAS: {
        struct type_alias *a = as_alias(t);
        write_obj(w, a->orig ? a->orig->obj : a->obj);
        if (a->targs) {
            write_list(w, a->targs);
        } else if (a->tparams && a->tparams->n > 0) {
            write_tparams(w, a->tparams);
        }
        break;
    }
    }
}

static void write_type(struct writer *w, struct type *t)
{
    if (!t) {
        strbuf_puts(w->out, "<nil>");
        return;
    }
    if (w->out->n >= w->limit) {
        if (w->limit != 0) {
            strbuf_puts(w->out, "...");
            w->limit = 0;
        }
        return;
    }
    for (const struct write_nest *n = w->nest; n; n = n->up) {
        if (n->t == t) {
            strbuf_printf(w->out, "<cycle to *%s>", write_kind(t));
            return;
        }
    }
    struct write_nest here = {t, w->nest};
    w->nest = &here;
    write_literal(w, t);
    w->nest = here.up;
}

/* ---- entries ---- */

void type_write(struct strbuf *out, struct type *t, const struct package *own, enum type_qual q)
{
    struct writer w = {.out = out, .limit = out->n + WRITE_MAX, .own = own, .qual = q};
    write_type(&w, t);
}

void type_write_signature(struct strbuf *out, struct type_signature *s, const struct package *own,
                          enum type_qual q, u32 flags)
{
    struct writer w = {
        .out = out, .limit = out->n + WRITE_MAX, .own = own, .qual = q, .flags = flags};
    write_signature(&w, s);
}

void type_write_tparams(struct strbuf *out, const struct tparam_list *l, const struct package *own,
                        enum type_qual q)
{
    struct writer w = {.out = out, .limit = out->n + WRITE_MAX, .own = own, .qual = q};
    write_tparams(&w, l);
}

str type_str(struct arena *a, struct type *t, const struct package *own)
{
    struct strbuf b = {0};
    type_write(&b, t, own, own ? QUAL_NAME : QUAL_PATH);
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}
