/* fix_harmless.c: which functions may be called with values that nobody meant for them.
 *
 * All that the function and what it calls mentions of other packages must be on the list below; functions of the user's
 * packages are looked into.  What is only known when it runs (interfaces, function values) is not called, nor is anything
 * that may wait. */
#include "fix/fix_find.h"

enum { HARMLESS_FUNCTIONS = 400 };

/* Packages of std that only compute; behind a colon what of them does not. */
static const char *const harmless[] = {
    "strings", "strconv", "bytes", "errors", "sort", "slices", "maps", "cmp", "unicode", "unicode/utf8", "unicode/utf16",
    "math", "math/bits", "math/big", "math/cmplx", "path", "html", "net/url", "net/netip", "bufio", "io", "hash", "hash/fnv",
    "hash/crc32", "hash/crc64", "hash/adler32", "hash/maphash", "crypto/sha1", "crypto/sha256", "crypto/sha512",
    "crypto/md5", "crypto/subtle", "encoding/hex", "encoding/base64", "encoding/base32", "encoding/binary", "encoding/ascii85",
    "container/list", "container/heap", "container/ring", "regexp", "regexp/syntax", "text/tabwriter", "index/suffixarray",
    "sync/atomic", "reflect", "iter", "unique", "internal/bytealg", "internal/stringslite", "internal/byteorder",
    "internal/goarch", "internal/itoa", "internal/cpu", "go/token", "go/ast", "go/constant", "go/scanner", "image/color",
    "image", "encoding",
};

static const struct {
    const char *path;
    const char *const names[12]; /* the only ones */
} partly[] = {
    {"fmt", {"Sprintf", "Sprint", "Sprintln", "Errorf", "Fprintf", "Fprint", "Fprintln", "Appendf", "Append", "Appendln",
             "Stringer", "State"}},
    {"path/filepath", {"Join", "Base", "Clean", "Dir", "Ext", "IsAbs", "ToSlash", "FromSlash", "Split", "Match", "Separator"}},
    {"time", {"Duration", "Time", "Unix", "Second", "Millisecond", "Minute", "Hour", "UTC", "Month", "Microsecond",
              "Nanosecond", "Weekday"}},
    {"context", {"Context", "Background", "TODO"}},
    {"sync", {"Mutex", "RWMutex", "Once", "Pool"}},
};

struct search {
    struct arena *arena;
    struct map seen; /* obj → 1 */
    VEC(struct obj *) todo;
    const struct package *pkg; /* of the function that is looked at */
    const struct file_info *f;
    bool bad;
};

static bool is_listed(struct search *s, const struct obj *o)
{
    str path = o->pkg->path;

    for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
        if (str_is(path, harmless[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(partly); i++) {
        for (size_t k = 0; str_is(path, partly[i].path) && k < ARRAY_LEN(partly[i].names) && partly[i].names[k]; k++) {
            if (str_is(intern_str(s->pkg->prog->names, o->name), partly[i].names[k])) {
                return true;
            }
        }
    }
    return false;
}

/* A method of a type that is listed. */
static bool is_listed_method(struct search *s, const struct obj *o)
{
    struct type_signature *sig = o->type ? is_signature(o->type) : NULL;
    struct type *t = sig && sig->recv ? type_unalias(sig->recv->type) : NULL;

    if (t && t->kind == TYPE_POINTER) {
        t = as_pointer(t)->elem;
    }
    struct type_named *n = t ? type_named_of(t) : NULL;
    return n && named_obj(n)->pkg && is_listed(s, named_obj(n));
}

static void search_object(struct search *s, struct obj *o)
{
    bool fresh;

    if (!o || !o->pkg || o->kind == OBJ_PKG || o->kind == OBJ_CONST || o->kind == OBJ_LABEL) {
        return;
    }
    if (o->kind == OBJ_TYPE || (o->kind == OBJ_VAR && o->var != VAR_PACKAGE)) {
        return;
    }
    bool foreign = o->pkg != s->pkg;
    if (o->kind == OBJ_VAR) {
        s->bad |= foreign && !is_listed(s, o);
        return;
    }
    struct type_signature *sig = o->type ? is_signature(o->type) : NULL;
    if (sig && sig->recv && type_is_interface(sig->recv->type)) {
        s->bad |= !str_is(intern_str(s->pkg->prog->names, o->name), "Error");
        return;
    }
    if (o->origin) {
        o = o->origin;
    }
    if (foreign && (is_listed(s, o) || is_listed_method(s, o))) {
        return;
    }
    if (foreign && (!o->pkg->src || o->pkg->src->std)) {
        s->bad = true;
        return;
    }
    map_put(&s->seen, (u64)(uintptr_t)o, &fresh);
    if (fresh) {
        vec_push_in(s->arena, &s->todo, o);
        s->bad |= s->todo.n > HARMLESS_FUNCTIONS;
    }
}

static bool search_visit(void *ctx, node n)
{
    struct search *s = ctx;
    const struct ast_node *x = ast_at(s->f->ast, n);
    bool dynamic = false;

    switch (x->kind) {
    case AST_SEND:
    case AST_SELECT: s->bad = true; break;
    case AST_CALL_STMT: s->bad |= x->op == TOK_GO; break;
    case AST_OPERATION: s->bad |= x->op == OP_RECV; break;
    case AST_FOR: { /* for {}: nobody knows how it ends */
        bool endless = !x->a && !ast_rec(s->f->ast, n, FOR_COND);
        s->bad |= endless;
        break;
    }
    case AST_CALL: {
        struct obj *o = query_callee(s->f, n, &dynamic);
        struct type *t = s->f->at[ast_unparen(s->f->ast, x->a)].type;
        bool conversion = s->f->mode[ast_unparen(s->f->ast, x->a)] == MODE_TYPE;
        s->bad |= !o && dynamic && !conversion && t && type_under(t)->kind == TYPE_SIGNATURE;
        break;
    }
    case AST_NAME: search_object(s, info_obj(s->f, n)); break;
    default: break;
    }
    return !s->bad;
}

bool fix_is_harmless(struct arena *a, struct obj *o)
{
    struct search s = {.arena = a};
    bool fresh;

    map_put(&s.seen, (u64)(uintptr_t)o, &fresh);
    vec_push_in(a, &s.todo, o);
    for (size_t i = 0; i < s.todo.n && !s.bad; i++) {
        struct decl_place at;
        struct obj *fn = s.todo.v[i];
        if (!obj_decl_place(fn, &at) || !fn->pkg->files[at.file].at) {
            s.bad = true;
            break;
        }
        s.pkg = fn->pkg;
        s.f = &fn->pkg->files[at.file];
        node body = ast_rec(s.f->ast, at.decl, FUNC_BODY);
        if (!body || !s.f->mode) {
            s.bad = true; /* assembly, or nobody has read it */
            break;
        }
        ast_walk(s.f->ast, body, search_visit, &s);
    }
    map_release(&s.seen);
    return !s.bad;
}
