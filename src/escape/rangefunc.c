/* rangefunc.c: loops over functions become calls of those functions, on the syntax tree.
 *
 * The compiler rewrites the checked syntax before it writes the stream from which IR is made (rangefunc.Rewrite, called
 * by noder/irgen.go, checkFiles), so all that comes behind it (dead statements left out, order of closure variables,
 * positions, names) works on a tree in which such loops do not exist.  So it is here: rangefunc_files copies the tree of
 * a file that has such loops, together with what is known of its nodes, and changes the copy; lowering reads the copy.
 * The checker's tree stays as it is, for those who ask for what stands in the source.  Nodes keep their ids; made ones
 * come behind.
 *
 *   for x := range f { body }       {
 *                                       var #next int           only of the outermost loop, and only if needed
 *                                       var #state1 = READY
 *                                       var #yield1 = func(x T) (#r bool) {
 *                                           var #tmpState = #state1
 *                                           #state1 = PANIC
 *                                           if #tmpState != READY { runtime.panicrangestate(#tmpState) }
 *                                           body, with what leaves it rewritten
 *                                           #state1 = READY
 *                                           return true
 *                                       }
 *                                       f(#yield1)
 *                                       if #state1 == PANIC { runtime.panicrangestate(MISSING_PANIC) }
 *                                       #state1 = EXHAUSTED
 *                                       checks of #next
 *                                   }
 *
 * break and continue of the loop itself return false and true.  Whatever leads further out sets #next, returns false,
 * and the checks behind the calls on the way pass it on: -1 is a return, 2n leaves the loop of depth n, 2n-1 continues
 * it, numbers below -1 are labels.  Results of a return are assigned to the function's result variables, which get names
 * if they have none.  A defer has the token #defers of the function that it belongs to in its b.
 *
 * Source: GOROOT/src/cmd/compile/internal/rangefunc/rewrite.go; internal/abi/rangefuncconsts.go.
 */
#include <stdio.h>
#include <string.h>

#include "escape/escape_cache.h"
#include "escape/lower.h"

enum state { STATE_DONE, STATE_READY, STATE_PANIC, STATE_EXHAUSTED, STATE_MISSING_PANIC };

/* What #next counts in: a multiple leaves loops, one less continues the last of them. */
enum { LOOP_STEP = 2 };

/* A statement that leaves a loop by a label. */
struct branch {
    u8 tok; /* enum token */
    name_id label;
};

/* A loop over a function that we are in. */
struct loop {
    node stmt;
    u32 depth; /* 1: outermost */
    struct obj *state;
    bool check_return, check_break, check_continue;
    VEC(struct branch) branches;
};

/* A statement around that break or continue may mean. */
struct target {
    node stmt;
    name_id label; /* 0: none */
    bool is_loop;
};

struct label {
    name_id name;
    node loop; /* innermost loop over a function that it is in; 0: none */
    i64 next;  /* what break means in #next; continue and goto are one and two more */
};

typedef VEC(struct loop) loops;
typedef VEC(struct target) targets;
typedef VEC(struct label) labels;

/* One function, declared or literal. */
struct function {
    const struct type_signature *sig;
    node type, body;
    loops loops;
    targets targets;
    labels labels;
    bool has_labels; /* they have been looked for */
    ast_nodes decls; /* VAR_DECLs in front of the outermost loop */
    struct obj *next, *defers;
    u32 n_states, n_bodies;
};

struct rewrite {
    struct program *prog;
    struct package *pkg;
    struct arena *a, *tmp;
    struct file_info f; /* the copy */
    struct ast ast;     /* its tree; nodes and extra are those of the vectors */
    VEC(struct ast_node) nodes;
    VEC(u32) extra;
    VEC(struct typed) at;
    VEC(u8) mode;
    ast_nodes children; /* of the nodes on the way to the one that is visited */
    struct map done;    /* loop → the BLOCK instead of it */
    struct obj *panic_state, *defer_token, *yes, *no;
    struct function *fn;
    name_id label;      /* of the statement that is visited next */
};

/* ---- making nodes ---- */

static node new_node(struct rewrite *r, enum ast_kind kind, pos at, u32 a, u32 b)
{
    node n = base_u32(r->nodes.n);
    vec_push(&r->nodes, (struct ast_node){.kind = (u8)kind, .pos = at, .a = a, .b = b});
    vec_push(&r->at, (struct typed){0});
    vec_push(&r->mode, MODE_NONE);
    r->ast.nodes = r->nodes.v;
    r->ast.n_nodes = n + 1;
    r->f.at = r->at.v;
    r->f.mode = r->mode.v;
    return n;
}

static void say(struct rewrite *r, node n, enum typed_mode mode, struct type *t)
{
    r->at.v[n].type = t;
    r->mode.v[n] = (u8)mode;
}

static u32 new_words(struct rewrite *r, const u32 *v, size_t n)
{
    u32 at = base_u32(r->extra.n);
    for (size_t i = 0; i < n; i++) {
        vec_push(&r->extra, v[i]);
    }
    r->ast.extra = r->extra.v;
    r->ast.n_extra = base_u32(r->extra.n);
    return at;
}

static u32 new_list(struct rewrite *r, const node *v, size_t n)
{
    if (n == 0) {
        return 0;
    }
    u32 at = new_words(r, &(u32){base_u32(n)}, 1);
    new_words(r, v, n);
    return at;
}

static node new_block(struct rewrite *r, pos at, pos end, const node *v, size_t n)
{
    return new_node(r, AST_BLOCK, at, new_list(r, v, n), end);
}

static struct obj *new_var(struct rewrite *r, pos at, const char *name, struct type *t)
{
    struct obj *o = obj_new(r->a, OBJ_VAR, at, r->pkg, intern_id(r->prog->names, str_of(name)), t, r->prog->names);
    o->var = VAR_LOCAL;
    return o;
}

static struct obj *new_var_numbered(struct rewrite *r, pos at, const char *name, u32 i, struct type *t)
{
    char text[32];
    snprintf(text, sizeof text, "%s%u", name, i);
    return new_var(r, at, text, t);
}

/* A NAME that declares or uses o. */
static node name_of(struct rewrite *r, struct obj *o, pos at)
{
    node n = new_node(r, AST_NAME, at, o->name, 0);
    r->nodes.v[n].b = base_u32(intern_str(r->prog->names, o->name).n);
    r->at.v[n].obj = o;
    say(r, n, o->kind == OBJ_CONST ? MODE_CONST : o->kind == OBJ_VAR ? MODE_VAR : MODE_VALUE, o->type);
    return n;
}

static node number(struct rewrite *r, i64 v, pos at)
{
    node n = new_node(r, AST_BASIC_LIT, at, 0, 0);
    r->nodes.v[n].op = LIT_INT;
    say(r, n, MODE_CONST, TYPE_OF(INT));
    r->at.v[n].val = constant_int(r->a, v);
    return n;
}

static node compare(struct rewrite *r, enum op op, node x, node y, pos at)
{
    node n = new_node(r, AST_OPERATION, at, x, y);
    r->nodes.v[n].op = (u8)op;
    say(r, n, MODE_VALUE, TYPE_OF(BOOL));
    return n;
}

static node assign(struct rewrite *r, node to, node what, pos at)
{
    return new_node(r, AST_ASSIGN, at, to, what);
}

static node new_if(struct rewrite *r, node cond, const node *then, size_t n, pos at)
{
    node block = new_block(r, at, at, then, n);
    return new_node(r, AST_IF, at, cond, new_words(r, (u32[]){0, block, 0}, 3));
}

/* var o = value, value perhaps 0. */
static node var_decl(struct rewrite *r, struct obj *o, node value, pos at)
{
    node name = name_of(r, o, o->pos);
    u32 names = new_list(r, &name, 1);
    return new_node(r, AST_VAR_DECL, at, names, new_words(r, (u32[]){0, value, 0, 0}, 4));
}

static node decl_stmt(struct rewrite *r, const node *decls, size_t n, pos at)
{
    return new_node(r, AST_DECL_STMT, at, new_list(r, decls, n), 0);
}

static node return_bool(struct rewrite *r, bool yes, pos at)
{
    return new_node(r, AST_RETURN, at, name_of(r, yes ? r->yes : r->no, at), 0);
}

/* A function of the runtime; results: 0 or 1. */
static struct obj *runtime_func(struct rewrite *r, const char *name, struct type *param, struct type *result)
{
    struct obj *v[2] = {0};
    if (param) {
        v[0] = new_var(r, 0, "state", param);
        v[0]->var = VAR_PARAM;
    }
    if (result) {
        v[1] = new_var(r, 0, "extra", result);
        v[1]->var = VAR_RESULT;
    }
    struct obj **own = arena_dup(r->a, v, sizeof v);
    struct type_signature *sig =
        type_new_signature(r->a, NULL, type_new_tuple(r->a, own, param ? 1 : 0),
                           type_new_tuple(r->a, own + 1, result ? 1 : 0), false);
    return obj_new(r->a, OBJ_FUNC, 0, NULL, intern_id(r->prog->names, str_of(name)), &sig->t, r->prog->names);
}

static node call_panic(struct rewrite *r, node state, pos at)
{
    node call = new_node(r, AST_CALL, at, name_of(r, r->panic_state, at), new_list(r, &state, 1));
    say(r, call, MODE_NOVALUE, NULL);
    return new_node(r, AST_EXPR_STMT, at, call, 0);
}

/* ---- variables of the loops ---- */

static struct loop *inner_loop(struct function *fn)
{
    return &vec_last(&fn->loops);
}

static node set_state(struct rewrite *r, const struct loop *l, enum state state, pos at)
{
    node to = name_of(r, l->state, at);
    return assign(r, to, number(r, state, at), at);
}

/* Declares a variable in front of the outermost loop.  Its name has no position: the statement has none yet. */
static struct obj *outer_var(struct rewrite *r, const char *name, struct type *t, node value)
{
    struct obj *o = new_var(r, IR_POS_NONE, name, t);
    pos at = r->nodes.v[r->fn->loops.v[0].stmt].pos;
    vec_push(&r->fn->decls, var_decl(r, o, value, at));
    return o;
}

static node use_next(struct rewrite *r, pos at)
{
    if (!r->fn->next) {
        r->fn->next = outer_var(r, "#next", TYPE_OF(INT), 0);
    }
    return name_of(r, r->fn->next, at);
}

static node set_next(struct rewrite *r, i64 v, pos at)
{
    node to = use_next(r, at);
    return assign(r, to, number(r, v, at), at);
}

/* ---- what leaves a loop ---- */

/* Result parameters that a return can assign to. */
static void name_result(struct rewrite *r, u32 i)
{
    struct obj *o = r->fn->sig->results->vars[i];
    u32 list = r->nodes.v[r->fn->type].b;
    if (o->name != 0 && o->name != r->prog->blank) {
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "#rv%u", i + 1);
    o->name = intern_id(r->prog->names, str_of(text));
    if (i >= ast_list_len(&r->ast, list)) {
        return;
    }
    node field = ast_list(&r->ast, list)[i];
    node name = name_of(r, o, r->nodes.v[field].pos);
    r->nodes.v[field].a = name;
}

static node assign_results(struct rewrite *r, node results, pos at)
{
    const struct type_tuple *t = r->fn->sig->results;
    if (t->n == 0) {
        return 0;
    }
    node *v = ARENA_ARRAY(r->tmp, node, t->n);
    for (u32 i = 0; i < t->n; i++) {
        name_result(r, i);
    }
    for (u32 i = 0; i < t->n; i++) {
        v[i] = name_of(r, t->vars[i], at);
    }
    node to = t->n == 1 ? v[0] : new_node(r, AST_LIST, at, 0, new_list(r, v, t->n));
    return assign(r, to, results, at);
}

/* #next = next; #state = DONE; return false */
static node leave(struct rewrite *r, node first, i64 next, pos at)
{
    node v[4];
    u32 n = 0;
    if (first) {
        v[n++] = first;
    }
    v[n++] = set_next(r, next, at);
    v[n++] = set_state(r, inner_loop(r->fn), STATE_DONE, at);
    v[n++] = return_bool(r, false, at);
    return new_block(r, at, at, v, n);
}

static node edit_return(struct rewrite *r, node x)
{
    pos at = r->nodes.v[x].pos;
    node results = r->nodes.v[x].a;
    node first = results ? assign_results(r, results, at) : 0;
    for (size_t i = 0; i < r->fn->loops.n; i++) {
        r->fn->loops.v[i].check_return = true;
    }
    return leave(r, first, -1, at);
}

static node edit_defer(struct rewrite *r, node x)
{
    struct function *fn = r->fn;
    if (!fn->defers) {
        pos at = r->nodes.v[fn->loops.v[0].stmt].pos;
        node call = new_node(r, AST_CALL, at, name_of(r, r->defer_token, at), 0);
        say(r, call, MODE_VALUE, r->prog->any);
        fn->defers = outer_var(r, "#defers", r->prog->any, call);
    }
    node token = name_of(r, fn->defers, r->nodes.v[x].pos);
    r->nodes.v[x].b = token;
    return x;
}

/* ---- branches ---- */

static struct type *core(struct type *t);

static bool is_range_func(const struct rewrite *r, node x)
{
    const struct ast_node *n = &r->nodes.v[x];
    if (n->kind != AST_FOR || r->nodes.v[n->a].kind != AST_RANGE) {
        return false;
    }
    struct type *t = r->at.v[r->nodes.v[n->a].b].type;
    return t && core(t)->kind == TYPE_SIGNATURE;
}

/* Labels in the order of the source, those in function literals too, and the loops that they are in.  Loops that have
 * been rewritten already are none: no branch leads into them. */
static void find_labels(struct rewrite *r, node x, node loop)
{
    struct function *fn = r->fn;
    if (is_range_func(r, x)) {
        loop = x;
    }
    if (r->nodes.v[x].kind == AST_LABELED) {
        struct label l = {.name = r->nodes.v[r->nodes.v[x].a].a, .loop = loop};
        l.next = -1 - 3 * ((i64)fn->labels.n + 1);
        vec_push(&fn->labels, l);
    }
    size_t from = r->children.n;
    ast_children(&r->ast, x, &r->children);
    for (size_t i = from; i < r->children.n; i++) {
        find_labels(r, r->children.v[i], loop);
    }
    r->children.n = from;
}

/* The last of that name: function literals may have the same. */
static const struct label *label_of(struct rewrite *r, name_id name)
{
    struct function *fn = r->fn;
    if (!fn->has_labels) {
        fn->has_labels = true;
        find_labels(r, fn->body, 0);
    }
    for (size_t i = fn->labels.n; i-- > 0;) {
        if (fn->labels.v[i].name == name) {
            return &fn->labels.v[i];
        }
    }
    return NULL;
}

static i64 branch_next(const struct label *l, u32 tok)
{
    return tok == TOK_BREAK ? l->next : tok == TOK_CONTINUE ? l->next + 1 : l->next + 2;
}

/* The statement that a break or continue means; 0: none (goto). */
static node target_of(const struct function *fn, u32 tok, name_id label)
{
    if (tok == TOK_GOTO) {
        return 0;
    }
    for (size_t i = fn->targets.n; i-- > 0;) {
        const struct target *t = &fn->targets.v[i];
        if (label ? t->label == label : t->is_loop || tok == TOK_BREAK) {
            return t->stmt;
        }
    }
    return 0;
}

/* Index of the loop over a function that stmt is, -1: none. */
static i64 loop_index(const struct function *fn, node stmt)
{
    i64 i = (i64)fn->loops.n - 1;
    while (i >= 0 && fn->loops.v[i].stmt != stmt) {
        i--;
    }
    return i;
}

/* goto, or break and continue of a labelled statement that is no loop over a function. */
static node edit_far(struct rewrite *r, node x, u32 tok, name_id name)
{
    struct function *fn = r->fn;
    const struct label *l = label_of(r, name);
    if (!l || l->loop == inner_loop(fn)->stmt) {
        return x;
    }
    i64 outside = loop_index(fn, l->loop) + 1;
    struct loop *top = &vec_at(&fn->loops, (size_t)outside);
    vec_push(&top->branches, (struct branch){(u8)tok, name});
    for (size_t i = (size_t)outside + 1; i < fn->loops.n; i++) {
        fn->loops.v[i].check_return = true;
    }
    return leave(r, 0, branch_next(l, tok), r->nodes.v[x].pos);
}

/* break and continue of a loop over a function further out. */
static node edit_outer(struct rewrite *r, node x, bool is_continue, i64 i)
{
    struct function *fn = r->fn;
    size_t from = (size_t)i + 1;
    if (is_continue) {
        fn->loops.v[from].check_continue = true;
    } else {
        fn->loops.v[--from].check_break = true;
    }
    for (size_t j = from + 1; j < fn->loops.n; j++) {
        fn->loops.v[j].check_break = true;
    }
    return leave(r, 0, LOOP_STEP * (i + 1) - is_continue, r->nodes.v[x].pos);
}

static node edit_branch(struct rewrite *r, node x)
{
    struct function *fn = r->fn;
    u32 tok = r->nodes.v[x].op;
    name_id label = r->nodes.v[x].a ? r->nodes.v[r->nodes.v[x].a].a : 0;
    if (tok == TOK_FALLTHROUGH) {
        return x;
    }
    node target = target_of(fn, tok, label);
    if (!label && target != inner_loop(fn)->stmt) {
        return x;
    }
    i64 i = target ? loop_index(fn, target) : -1;
    if (tok == TOK_GOTO || i < 0) {
        return edit_far(r, x, tok, label);
    }
    bool is_continue = tok == TOK_CONTINUE;
    if (i + 1 < (i64)fn->loops.n) {
        return edit_outer(r, x, is_continue, i);
    }
    pos at = r->nodes.v[x].pos;
    node v[2];
    v[0] = set_state(r, inner_loop(fn), is_continue ? STATE_READY : STATE_DONE, at);
    v[1] = return_bool(r, is_continue, at);
    return new_block(r, at, at, v, 2);
}

/* What stands instead of a statement of a block or clause. */
static node edit_stmt(struct rewrite *r, node x)
{
    const union map_val *done = r->nodes.v[x].kind == AST_FOR ? map_get(&r->done, x) : NULL;
    if (done) {
        return (node)done->u;
    }
    if (r->fn->loops.n == 0) {
        return x;
    }
    switch (r->nodes.v[x].kind) {
    case AST_BRANCH: return edit_branch(r, x);
    case AST_RETURN: return edit_return(r, x);
    case AST_CALL_STMT: return r->nodes.v[x].op == TOK_DEFER ? edit_defer(r, x) : x;
    default: return x;
    }
}

static void edit_list(struct rewrite *r, u32 list)
{
    u32 n = r->extra.v[list];
    for (u32 i = 0; i < n; i++) {
        node x = edit_stmt(r, r->extra.v[list + 1 + i]);
        r->extra.v[list + 1 + i] = x;
    }
}

/* ---- the end of a loop ---- */

/* The signature that a type has, perhaps a type parameter's only one; else the type's underlying one. */
static bool core_visit(void *ctx, struct type *t, struct type *under)
{
    (void)t;
    *(struct type **)ctx = under;
    return false;
}

static struct type *core(struct type *t)
{
    struct type *u = NULL;
    type_each(t, core_visit, &u);
    return u ? u : type_under(t);
}

/* The type of the yield function of a loop, NULL in wrong programs. */
static struct type_signature *yield_type(const struct rewrite *r, node clause)
{
    struct type *t = r->at.v[r->nodes.v[clause].b].type;
    struct type_signature *f = t ? is_signature(core(t)) : NULL;
    return f && f->params->n == 1 ? is_signature(core(f->params->vars[0]->type)) : NULL;
}

/* The parameter for the i-th iteration variable, and the assignment that a loop without := begins with. */
static struct obj *body_param(struct rewrite *r, node clause, u32 i, struct type *t, pos start, ast_nodes *out)
{
    const node *lhs;
    u32 n_lhs = ast_exprs(&r->ast, &r->nodes.v[clause].a, &lhs);
    bool def = r->nodes.v[clause].flags & AST_FLAG_DEF;
    node x = i < n_lhs ? lhs[i] : 0;
    if (x && def && r->nodes.v[x].kind == AST_NAME && r->at.v[x].obj) {
        return r->at.v[x].obj;
    }
    struct obj *o = new_var_numbered(r, start, "#p", i + 1, t);
    if (x && !def) {
        pos at = r->nodes.v[x].pos;
        vec_push(out, assign(r, x, name_of(r, o, at), at));
    }
    return o;
}

static struct type *body_type(struct rewrite *r, node clause, struct type_signature *yield, pos start, ast_nodes *out)
{
    u32 n = yield->params->n;
    struct obj **params = ARENA_ARRAY(r->a, struct obj *, n);
    struct obj **result = ARENA_ARRAY(r->a, struct obj *, 1);
    for (u32 i = 0; i < n; i++) {
        params[i] = body_param(r, clause, i, yield->params->vars[i]->type, start, out);
    }
    result[0] = new_var(r, start, "#r", TYPE_OF(BOOL));
    result[0]->var = VAR_RESULT;
    return &type_new_signature(r->a, NULL, type_new_tuple(r->a, params, n), type_new_tuple(r->a, result, 1), false)->t;
}

/* The loop's body as a function literal. */
static node body_func(struct rewrite *r, const struct loop *l, node clause, struct type_signature *yield, pos start,
                      pos end)
{
    ast_nodes out = {0};
    struct type *t = body_type(r, clause, yield, start, &out);
    struct obj *tmp = new_var(r, IR_POS_NONE, "#tmpState", TYPE_OF(INT));
    node decl = var_decl(r, tmp, name_of(r, l->state, IR_POS_NONE), IR_POS_NONE);
    vec_push(&out, decl_stmt(r, &decl, 1, IR_POS_NONE));
    vec_push(&out, set_state(r, l, STATE_PANIC, start));
    node used = name_of(r, tmp, start);
    node wrong = compare(r, OP_NEQ, used, number(r, STATE_READY, start), start);
    node panic = call_panic(r, name_of(r, tmp, start), start);
    vec_push(&out, new_if(r, wrong, &panic, 1, start));

    u32 list = r->nodes.v[ast_rec(&r->ast, l->stmt, FOR_BODY)].a;
    for (u32 i = 0; i < r->extra.v[list]; i++) {
        vec_push(&out, r->extra.v[list + 1 + i]);
    }
    vec_push(&out, set_state(r, l, STATE_READY, end));
    vec_push(&out, return_bool(r, true, end));

    node type = new_node(r, AST_FUNC_TYPE, start, 0, 0);
    node block = new_block(r, start, end, out.v, out.n);
    node lit = new_node(r, AST_FUNC_LIT, start, type, block);
    r->nodes.v[lit].flags = AST_FLAG_RANGE_BODY;
    say(r, type, MODE_TYPE, t);
    say(r, lit, MODE_VALUE, t);
    vec_release(&out);
    return lit;
}

/* if #next op v { [#next = 0] then } */
static void check_next(struct rewrite *r, ast_nodes *out, enum op op, i64 v, bool clear, const node *then, u32 n, pos at)
{
    node list[3];
    u32 k = 0;
    if (clear) {
        list[k++] = set_next(r, 0, at);
    }
    for (u32 i = 0; i < n; i++) {
        list[k++] = then[i];
    }
    node x = use_next(r, at);
    vec_push(out, new_if(r, compare(r, op, x, number(r, v, at), at), list, k, at));
}

/* if #next op v { [#next = 0;] #state of the loop around = state; return yes } */
static void check_pass(struct rewrite *r, ast_nodes *out, enum op op, i64 v, bool clear, bool yes, pos at)
{
    const struct loop *around = &r->fn->loops.v[r->fn->loops.n - 2];
    node then[2];
    then[0] = set_state(r, around, yes ? STATE_READY : STATE_DONE, at);
    then[1] = return_bool(r, yes, at);
    check_next(r, out, op, v, clear, then, 2, at);
}

static void check_branches(struct rewrite *r, const struct loop *l, ast_nodes *out, pos at)
{
    for (size_t i = 0; i < l->branches.n; i++) {
        struct branch b = l->branches.v[i];
        bool again = false;
        for (size_t j = 0; j < i && !again; j++) {
            again = l->branches.v[j].tok == b.tok && l->branches.v[j].label == b.label;
        }
        const struct label *to = label_of(r, b.label);
        if (again || !to) {
            continue;
        }
        node name = new_node(r, AST_NAME, at, b.label, base_u32(intern_str(r->prog->names, b.label).n));
        node go = new_node(r, AST_BRANCH, at, name, 0);
        r->nodes.v[go].op = b.tok;
        check_next(r, out, OP_EQL, branch_next(to, b.tok), true, &go, 1, at);
    }
}

/* What follows the call: where does #next want to go? */
static void checks(struct rewrite *r, const struct loop *l, ast_nodes *out, pos at)
{
    check_branches(r, l, out, at);
    if (r->fn->loops.n == 1) {
        if (l->check_return) {
            node ret = new_node(r, AST_RETURN, at, 0, 0);
            check_next(r, out, OP_EQL, -1, false, &ret, 1, at);
        }
        return;
    }
    i64 step = LOOP_STEP * ((i64)l->depth - 1);
    if (l->check_return) {
        check_pass(r, out, OP_LSS, 0, false, false, at);
    }
    node panic = call_panic(r, number(r, STATE_DONE, at), at);
    check_next(r, out, OP_GTR, step, false, &panic, 1, at);
    if (l->check_continue) {
        check_pass(r, out, OP_EQL, step - 1, true, true, at);
    }
    if (l->check_break) {
        check_pass(r, out, OP_EQL, step, true, false, at);
    }
    if (l->check_continue || l->check_break) {
        check_pass(r, out, OP_GTR, 0, false, false, at);
    }
}

/* The body has been visited: the block instead of the loop. */
static void end_loop(struct rewrite *r)
{
    struct function *fn = r->fn;
    struct loop *l = inner_loop(fn);
    node clause = r->nodes.v[l->stmt].a;
    pos start = r->nodes.v[l->stmt].pos, end = r->nodes.v[ast_rec(&r->ast, l->stmt, FOR_BODY)].b;
    struct type_signature *yield = yield_type(r, clause);
    if (!yield) {
        return;
    }
    u32 number_of = ++fn->n_bodies;
    node lit = body_func(r, l, clause, yield, start, end);
    struct obj *clo = new_var_numbered(r, IR_POS_NONE, "#yield", number_of, r->at.v[lit].type);
    node clo_decl = var_decl(r, clo, lit, start);
    node arg = name_of(r, clo, start);
    node call = new_node(r, AST_CALL, start, r->nodes.v[clause].b, new_list(r, &arg, 1));
    say(r, call, MODE_NOVALUE, NULL);
    ast_nodes tail = {0}, out = {0};
    checks(r, l, &tail, end);

    if (fn->loops.n == 1 && fn->decls.n > 0) {
        vec_push(&out, decl_stmt(r, fn->decls.v, fn->decls.n, start));
    }
    node state_decl = var_decl(r, l->state, number(r, STATE_READY, start), start);
    vec_push(&out, decl_stmt(r, &state_decl, 1, start));
    vec_push(&out, decl_stmt(r, &clo_decl, 1, start));
    vec_push(&out, new_node(r, AST_EXPR_STMT, start, call, 0));
    node state = name_of(r, l->state, end);
    node lost = compare(r, OP_EQL, state, number(r, STATE_PANIC, end), end);
    node panic = call_panic(r, number(r, STATE_MISSING_PANIC, end), end);
    vec_push(&out, new_if(r, lost, &panic, 1, end));
    vec_push(&out, set_state(r, l, STATE_EXHAUSTED, end));
    for (size_t i = 0; i < tail.n; i++) {
        vec_push(&out, tail.v[i]);
    }
    map_put(&r->done, l->stmt, NULL)->u = new_block(r, start, end, out.v, out.n);
    vec_release(&out);
    vec_release(&tail);
    if (fn->loops.n == 1) {
        vec_reset(&fn->decls);
        fn->next = fn->defers = NULL;
    }
}

/* ---- the walk ---- */

static void visit(struct rewrite *r, node x);

static void visit_children(struct rewrite *r, node x)
{
    size_t from = r->children.n;
    ast_children(&r->ast, x, &r->children);
    size_t to = r->children.n;
    for (size_t i = from; i < to; i++) {
        visit(r, r->children.v[i]);
    }
    r->children.n = from;
}

static void visit_func(struct rewrite *r, const struct type *sig, node type, node body)
{
    if (!sig || sig->kind != TYPE_SIGNATURE || !body) {
        return;
    }
    struct function fn = {.sig = (const struct type_signature *)(const void *)sig, .type = type, .body = body};
    struct function *outer = r->fn;
    name_id label = r->label;
    r->fn = &fn;
    r->label = 0;
    visit(r, body);
    r->fn = outer;
    r->label = label;
    vec_release(&fn.loops);
    vec_release(&fn.targets);
    vec_release(&fn.labels);
    vec_release(&fn.decls);
}

static void visit_target(struct rewrite *r, node x, name_id label)
{
    struct function *fn = r->fn;
    bool range_func = is_range_func(r, x);
    vec_push(&fn->targets, (struct target){x, label, r->nodes.v[x].kind == AST_FOR});
    if (range_func) {
        struct loop l = {.stmt = x, .depth = (u32)fn->loops.n + 1};
        l.state = new_var_numbered(r, r->nodes.v[x].pos, "#state", ++fn->n_states, TYPE_OF(INT));
        vec_push(&fn->loops, l);
    }
    visit_children(r, x);
    if (range_func) {
        end_loop(r);
        vec_release(&inner_loop(fn)->branches);
        (void)vec_pop(&fn->loops);
    }
    (void)vec_pop(&fn->targets);
}

static void visit(struct rewrite *r, node x)
{
    struct ast_node n = r->nodes.v[x];
    name_id label = r->label;
    r->label = 0;
    switch (n.kind) {
    case AST_FUNC_DECL: {
        struct obj *o = r->at.v[n.a].obj;
        struct type *t = o && o->type ? o->type : NULL;
        visit_func(r, t, ast_rec(&r->ast, x, FUNC_TYPE), ast_rec(&r->ast, x, FUNC_BODY));
        break;
    }
    case AST_FUNC_LIT: {
        struct type *t = r->at.v[x].type;
        visit_func(r, t ? type_under(t) : NULL, n.a, n.b);
        break;
    }
    case AST_FOR:
    case AST_SWITCH:
    case AST_SELECT: visit_target(r, x, label); break;
    case AST_LABELED:
        r->label = r->nodes.v[n.a].a;
        visit(r, n.b);
        r->label = 0;
        n.b = edit_stmt(r, n.b);
        r->nodes.v[x].b = n.b;
        break;
    case AST_BLOCK:
        visit_children(r, x);
        edit_list(r, n.a);
        break;
    case AST_CASE:
    case AST_COMM:
        visit_children(r, x);
        edit_list(r, ast_rec(&r->ast, x, CLAUSE_BODY));
        break;
    default: visit_children(r, x); break;
    }
}

/* ---- files ---- */

static void copy_file(struct rewrite *r, const struct file_info *f)
{
    const struct ast *ast = f->ast;
    r->f = *f;
    r->ast = *ast;
    vec_reserve(&r->nodes, ast->n_nodes + ast->n_nodes / 4);
    vec_reserve(&r->at, ast->n_nodes + ast->n_nodes / 4);
    vec_reserve(&r->mode, ast->n_nodes + ast->n_nodes / 4);
    vec_reserve(&r->extra, ast->n_extra + ast->n_extra / 4);
    memcpy(r->nodes.v, ast->nodes, ast->n_nodes * sizeof *ast->nodes);
    memcpy(r->at.v, f->at, ast->n_nodes * sizeof *f->at);
    memcpy(r->mode.v, f->mode, ast->n_nodes * sizeof *f->mode);
    memcpy(r->extra.v, ast->extra, ast->n_extra * sizeof *ast->extra);
    r->nodes.n = r->at.n = r->mode.n = ast->n_nodes;
    r->extra.n = ast->n_extra;
    r->ast.nodes = r->nodes.v;
    r->ast.extra = r->extra.v;
    r->f.at = r->at.v;
    r->f.mode = r->mode.v;
}

static struct file_info finish_file(struct rewrite *r)
{
    struct ast *ast = arena_dup(r->a, &r->ast, sizeof r->ast);
    ast->nodes = arena_dup(r->a, r->nodes.v, r->nodes.n * sizeof *r->nodes.v);
    ast->extra = arena_dup(r->a, r->extra.v, r->extra.n * sizeof *r->extra.v);
    r->f.ast = ast;
    r->f.at = arena_dup(r->a, r->at.v, r->at.n * sizeof *r->at.v);
    r->f.mode = arena_dup(r->a, r->mode.v, r->mode.n * sizeof *r->mode.v);
    r->f.range_func = false;
    vec_release(&r->nodes);
    vec_release(&r->extra);
    vec_release(&r->at);
    vec_release(&r->mode);
    vec_release(&r->children);
    map_release(&r->done);
    return r->f;
}

static struct file_info rewrite_file(struct ir_unit *u, struct package *p, const struct file_info *f)
{
    struct arena_scratch s = arena_scratch_begin(p->arena);
    struct rewrite r = {.prog = u->prog, .pkg = p, .a = p->arena, .tmp = s.arena};
    copy_file(&r, f);
    r.panic_state = runtime_func(&r, "panicrangestate", TYPE_OF(INT), NULL);
    r.defer_token = runtime_func(&r, "deferrangefunc", NULL, u->prog->any);
    r.yes = scope_lookup(u->prog->universe, intern_id(u->prog->names, STR("true")));
    r.no = scope_lookup(u->prog->universe, intern_id(u->prog->names, STR("false")));
    u32 n = ast_list_len(f->ast, f->ast->decls);
    for (u32 i = 0; i < n; i++) {
        visit(&r, ast_list(&r.ast, r.ast.decls)[i]);
    }
    struct file_info out = finish_file(&r);
    arena_scratch_end(s);
    return out;
}

static struct file_info *rewrite_package(struct ir_unit *u, struct package *p)
{
    bool any = false;
    for (u32 i = 0; i < p->n_files && !any; i++) {
        any = p->files[i].range_func;
    }
    if (!any || !u->profile->range_func) {
        return p->files;
    }
    /* The package's arena is shared with what others complete of its types. */
    program_lock(u->prog);
    struct file_info *files = arena_dup(p->arena, p->files, p->n_files * sizeof *files);
    for (u32 i = 0; i < p->n_files; i++) {
        if (files[i].range_func) {
            files[i] = rewrite_file(u, p, &p->files[i]);
        }
    }
    program_unlock(u->prog);
    return files;
}

struct file_info *rangefunc_files(struct ir_unit *u, struct package *p)
{
    if (!p->src || !u->all || p->src->id >= u->all->n_results) {
        return p->files;
    }
    struct escape_result *of = &u->all->results[p->src->id];
    if (!of->files) {
        if (p != u->pkg && !escape_cache_has(u->all->config.cache, p->src)) {
            return p->files; /* it has not been analysed: bodies are not asked for */
        }
        escape_cache_bodies(u->all, p);
        of->files = rewrite_package(u, p);
    }
    return of->files;
}
