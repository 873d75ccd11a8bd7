/* directive.c: what the compiler checks of //go: directives: some things when it reads them, others
 * (where they stand, //go:linkname, //go:embed, functions without bodies) once a package has no
 * other error.
 *
 * Source: GOROOT/src/cmd/compile/internal/noder/{noder,lex,writer}.go. */
#include "base/path.h"
#include "types/check.h"

enum directive_kind {
    DIRECTIVE_OTHER, /* nothing that the compiler knows: ignored */
    DIRECTIVE_FUNC,  /* for functions only */
    DIRECTIVE_EMBED,
    DIRECTIVE_LINKNAME,
    DIRECTIVE_BUILD,
    DIRECTIVE_WASMIMPORT,
};

struct directive {
    str verb, rest;
    enum directive_kind kind;
    pos at;     /* behind the two slashes */
    bool blank; /* nothing stands before it in its line: otherwise it counts for nothing */
};

static bool directive_is_blank(const struct ast *f, pos at)
{
    const char *text = f->src->text.p;
    for (u32 i = at - f->src->base; i > 0 && text[i - 1] != '\n'; i--) {
        if (text[i - 1] != ' ' && text[i - 1] != '\t' && text[i - 1] != '\r') {
            return false;
        }
    }
    return true;
}

static struct directive directive_read(const struct ast *f, u32 i)
{
    const struct ast_directive *d = &f->directives[i];
    str text = str_slice(f->src->text, d->pos - f->src->base, d->pos - f->src->base + d->len);
    struct directive r = {.at = d->pos + 2};
    str_cut_prefix(&text, STR("//"));
    i64 space = str_find_byte(text, ' ');
    r.blank = directive_is_blank(f, d->pos);
    r.verb = space >= 0 ? str_slice(text, 0, (size_t)space) : text;
    r.rest = space >= 0 ? str_from(text, (size_t)space) : (str){0};
    static const struct {
        const char *verb;
        enum directive_kind kind;
    } known[] = {
        {"go:embed", DIRECTIVE_EMBED},
        {"go:linkname", DIRECTIVE_LINKNAME},
        {"go:wasmimport", DIRECTIVE_WASMIMPORT},
        {"go:build", DIRECTIVE_BUILD},
        {"go:noescape", DIRECTIVE_FUNC},
        {"go:norace", DIRECTIVE_FUNC},
        {"go:nosplit", DIRECTIVE_FUNC},
        {"go:noinline", DIRECTIVE_FUNC},
        {"go:nocheckptr", DIRECTIVE_FUNC},
        {"go:systemstack", DIRECTIVE_FUNC},
        {"go:nowritebarrier", DIRECTIVE_FUNC},
        {"go:nowritebarrierrec", DIRECTIVE_FUNC},
        {"go:yeswritebarrierrec", DIRECTIVE_FUNC},
        {"go:cgo_unsafe_args", DIRECTIVE_FUNC},
        {"go:uintptrkeepalive", DIRECTIVE_FUNC},
        {"go:uintptrescapes", DIRECTIVE_FUNC},
        {"go:registerparams", DIRECTIVE_FUNC},
    };
    for (size_t k = 0; k < ARRAY_LEN(known); k++) {
        if (str_is(r.verb, known[k].verb)) {
            r.kind = r.blank ? known[k].kind : DIRECTIVE_OTHER;
        }
    }
    return r;
}

static u32 directive_pragmas(const struct checker *c, node n)
{
    switch ((enum ast_kind)check_kind(c, n)) {
    case AST_IMPORT_DECL: return ast_rec(c->ast, n, IMPORT_PRAGMAS);
    case AST_CONST_DECL:
    case AST_VAR_DECL: return ast_rec(c->ast, n, VALUE_PRAGMAS);
    case AST_TYPE_DECL: return ast_rec(c->ast, n, TYPE_PRAGMAS);
    case AST_FUNC_DECL: return ast_rec(c->ast, n, FUNC_PRAGMAS);
    default: return 0;
    }
}

/* ---- when they are read ---- */

static u32 directive_fields(str s)
{
    u32 n = 0;
    for (str field; str_next_field(&s, &field);) {
        n++;
    }
    return n;
}

/* The name of the file itself, whatever line directives say. */
static str directive_home(const struct checker *c, const struct directive *d)
{
    str base = path_base(sources_span_raw(c->prog->sources, d->at).file);
    str_cut_prefix(&base, STR("0"));
    return base;
}

/* What only some packages may use. */
static void directive_privilege(struct checker *c, const struct directive *d)
{
    static const char *const runtime[] = {"go:systemstack", "go:nowritebarrier",
                                          "go:nowritebarrierrec", "go:yeswritebarrierrec"};
    if (c->flags & CHECK_STD) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(runtime); i++) {
        if (str_is(d->verb, runtime[i])) {
            check_error(c, d->at, "//%s only allowed in runtime", runtime[i]);
        }
    }
    if (str_is(d->verb, "go:uintptrkeepalive")) {
        check_error(c, d->at, "//go:uintptrkeepalive is only allowed in the standard library");
    }
    /* Files that cgo writes may have them all, others but this one; driver_cgo.c puts a digit before their name. */
    if (str_has_prefix(d->verb, STR("go:cgo_")) &&
        !(str_is(d->verb, "go:cgo_import_dynamic") && directive_fields(d->rest) >= 3) &&
        !str_has_prefix(directive_home(c, d), STR("_cgo_"))) {
        check_error(c, d->at, "//%.*s%.*s only allowed in cgo-generated code", STR_ARG(d->verb),
                    STR_ARG(d->rest));
    }
}

/* attached: to a declaration, or to the package clause. */
static void directive_syntax(struct checker *c, const struct directive *d, bool attached)
{
    u32 fields = directive_fields(d->rest);
    if (!d->blank) {
        check_error(c, d->at, "misplaced compiler directive");
        return;
    }
    if (d->kind == DIRECTIVE_LINKNAME && (fields < 1 || fields > 2)) {
        check_error(c, d->at, "usage: //go:linkname localname [linkname]");
    } else if (d->kind == DIRECTIVE_EMBED && fields == 0) {
        check_error(c, d->at, "usage: //go:embed pattern...");
    } else if (d->kind == DIRECTIVE_EMBED && !attached) {
        check_error(c, d->at, "misplaced go:embed directive");
    } else if ((d->kind == DIRECTIVE_FUNC || d->kind == DIRECTIVE_BUILD) && !attached) {
        check_error(c, d->at, "misplaced compiler directive");
    }
    directive_privilege(c, d);
}

static void directive_syntax_file(struct checker *c)
{
    const struct ast *f = c->ast;
    bool *attached = ARENA_ARRAY(c->tmp, bool, f->n_directives);
    for (node n = 1; n < f->n_nodes; n++) {
        u32 pragmas = directive_pragmas(c, n);
        for (u32 i = 0; i < ast_list_len(f, pragmas); i++) {
            attached[ast_list(f, pragmas)[i]] = true;
        }
    }
    for (u32 i = 0; i < f->n_directives; i++) {
        struct directive d = directive_read(f, i);
        if (str_has_prefix(d.verb, STR("go:"))) {
            directive_syntax(c, &d, attached[i] || d.at < f->package_pos);
        }
    }
}

void check_directive_syntax(struct checker *c)
{
    c->in_parser = true;
    for (u32 i = 0; i < c->pkg->n_files; i++) {
        check_enter_file(c, i);
        if (c->ast->n_directives > 0) {
            directive_syntax_file(c);
        }
    }
    c->in_parser = false;
}

/* ---- when all else is well ---- */

struct directives {
    struct checker *c;
    struct map linknames; /* struct obj * that have one */
    bool embed, unsafe;   /* the file imports them */
};

static void directive_linkname(struct directives *s, const struct directive *d)
{
    struct checker *c = s->c;
    str rest = d->rest, local, remote;
    if (!str_next_field(&rest, &local)) {
        return;
    }
    bool has_remote = str_next_field(&rest, &remote);
    if (!s->unsafe) {
        check_error(c, d->at, "//go:linkname only allowed in Go files that import \"unsafe\"");
        return;
    }
    if (has_remote && str_contains(remote, STR("[")) && str_contains(remote, STR("]"))) {
        check_error(c, d->at, "//go:linkname reference of an instantiation is not allowed");
        return;
    }
    struct obj *o = scope_lookup(c->pkg->scope, intern_id(c->prog->names, local));
    if (!o || (o->kind != OBJ_FUNC && o->kind != OBJ_VAR)) {
        if (c->pkg->version == 0 || c->pkg->version >= 18) {
            check_error(c, d->at, "//go:linkname must refer to declared function or variable");
        }
        return;
    }
    bool fresh;
    map_put(&s->linknames, (uintptr_t)o, &fresh);
    if (!fresh) {
        check_error(c, d->at, "duplicate //go:linkname for %s", s_name(c, o));
    }
}

/* Why a variable cannot have //go:embed; NULL: it can. */
static const char *directive_embed_wrong(const struct directives *s, node n, bool in_func)
{
    struct checker *c = s->c;
    if (!s->embed) {
        return "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
    }
    if (ast_list_len(c->ast, check_at(c, n)->a) > 1) {
        return "go:embed cannot apply to multiple vars";
    }
    if (ast_rec(c->ast, n, VALUE_VALUES)) {
        return "go:embed cannot apply to var with initializer";
    }
    if (!ast_rec(c->ast, n, VALUE_TYPE)) {
        return "go:embed cannot apply to var without type";
    }
    if (in_func) {
        return "go:embed cannot apply to var inside func";
    }
    if (c->pkg->version != 0 && c->pkg->version < 16) {
        return "go:embed requires go1.16 or later";
    }
    return NULL;
}

/* string, []byte (also named), embed.FS (cmd/compile/internal/staticdata/embed.go). */
static bool directive_embed_type(struct type *t)
{
    struct type_named *n = type_named_of(t);
    if (n && named_obj(n)->pkg && str_is(named_obj(n)->pkg->path, "embed")) {
        return true;
    }
    struct type *u = type_under(t);
    if (u->kind == TYPE_SLICE) {
        struct type *e = type_under(as_slice(u)->elem);
        return e->kind == TYPE_BASIC && e->basic == BASIC_UINT8;
    }
    return u->kind == TYPE_BASIC && u->basic == BASIC_STRING;
}

/* The directives before a declaration. */
static void directive_decl(struct directives *s, node n, u32 pragmas, bool in_func)
{
    struct checker *c = s->c;
    u32 kind = check_kind(c, n);
    bool embedded = false;
    for (u32 i = 0; i < ast_list_len(c->ast, pragmas); i++) {
        struct directive d = directive_read(c->ast, ast_list(c->ast, pragmas)[i]);
        if (d.kind == DIRECTIVE_BUILD || (d.kind == DIRECTIVE_FUNC && kind != AST_FUNC_DECL)) {
            check_error(c, d.at, "misplaced compiler directive");
        } else if (d.kind == DIRECTIVE_EMBED && kind != AST_VAR_DECL) {
            check_error(c, d.at, "misplaced go:embed directive");
        } else if (d.kind == DIRECTIVE_EMBED && !embedded) {
            embedded = true;
            const char *why = directive_embed_wrong(s, n, in_func);
            if (why) {
                check_error(c, d.at, "%s", why);
                continue;
            }
            struct obj *o = info_obj(c->f, ast_list(c->ast, check_at(c, n)->a)[0]);
            if (o && o->type && !directive_embed_type(o->type)) {
                check_error(c, d.at, "go:embed cannot apply to var of type %s", s_type(c, o->type));
            }
        }
    }
}

static void directive_file(struct directives *s)
{
    struct checker *c = s->c;
    const struct ast *f = c->ast;
    s->embed = s->unsafe = false;
    for (size_t i = 0; i < c->imports.n; i++) {
        const struct obj *o = c->imports.v[i];
        if (o->pos >= f->src->base && o->pos - f->src->base <= f->src->text.n) {
            s->embed = s->embed || str_is(o->imported->path, "embed");
            s->unsafe = s->unsafe || str_is(o->imported->path, "unsafe");
        }
    }
    for (u32 i = 0; i < f->n_directives; i++) {
        struct directive d = directive_read(f, i);
        if (d.kind == DIRECTIVE_LINKNAME) {
            directive_linkname(s, &d);
        } else if (d.at < f->package_pos && d.kind == DIRECTIVE_FUNC) {
            check_error(c, d.at, "misplaced compiler directive");
        } else if (d.at < f->package_pos && d.kind == DIRECTIVE_EMBED) {
            check_error(c, d.at, "misplaced go:embed directive");
        }
    }
    /* Declarations inside of functions have lower ids than the function. */
    const node *decls = ast_list(f, f->decls);
    u32 n_decls = ast_list_len(f, f->decls), next = 0;
    for (node n = 1; n < f->n_nodes; n++) {
        bool top = next < n_decls && decls[next] == n;
        next += top;
        u32 pragmas = directive_pragmas(c, n);
        if (ast_list_len(f, pragmas) > 0) {
            directive_decl(s, n, pragmas, !top);
        }
    }
}

/* A function without a body must come from somewhere: assembly, or another package by its name. */
static void directive_body(struct directives *s, struct obj *o)
{
    struct checker *c = s->c;
    node n = o->decl->fdecl;
    u32 pragmas = ast_rec(c->ast, n, FUNC_PRAGMAS);
    bool body = ast_rec(c->ast, n, FUNC_BODY) != 0, import = false, noescape = false;
    bool nosplit = false, systemstack = false;
    for (u32 i = 0; i < ast_list_len(c->ast, pragmas); i++) {
        struct directive d = directive_read(c->ast, ast_list(c->ast, pragmas)[i]);
        import = import || d.kind == DIRECTIVE_WASMIMPORT;
        noescape = noescape || str_is(d.verb, "go:noescape");
        nosplit = nosplit || str_is(d.verb, "go:nosplit");
        systemstack = systemstack || str_is(d.verb, "go:systemstack");
    }
    pos at = check_at(c, n)->pos;
    if (nosplit && systemstack) {
        check_error(c, at, "go:nosplit and go:systemstack cannot be combined");
    }
    if (body && noescape) {
        check_error(c, at, "can only use //go:noescape with external func implementations");
    }
    if (!body && (c->flags & CHECK_COMPLETE) && !import && !map_get(&s->linknames, (uintptr_t)o)) {
        check_error(c, at, "missing function body");
    }
}

void check_directives(struct checker *c)
{
    struct directives s = {.c = c};
    for (u32 i = 0; i < c->pkg->n_files; i++) {
        check_enter_file(c, i);
        if (c->ast->n_directives > 0) {
            directive_file(&s);
        }
    }
    for (size_t i = 0; i < c->objs.n; i++) {
        struct obj *o = c->objs.v[i];
        if (o->kind == OBJ_FUNC) {
            check_enter_file(c, o->decl->file);
            directive_body(&s, o);
        }
    }
    map_release(&s.linknames);
}
