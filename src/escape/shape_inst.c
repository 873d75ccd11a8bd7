/* shape_inst.c: instances of generic functions and of the methods of generic types.
 *
 * Each unit has its own, as each package that the compiler compiles has: for arguments [int] a shaped function
 * F[go.shape.int], whose body is read with an environment and which takes a dictionary, and a wrapper F[int], which
 * passes the dictionary that the linker knows to it.
 * Source: GOROOT/src/cmd/compile/internal/noder/reader.go (objIdx, method, mangle, shapeSig, callShaped).
 */
#include "escape/ir_print.h"
#include "escape/shape_int.h"

const struct tparam_list *shape_tparams(const struct obj *generic)
{
    if (generic->kind != OBJ_FUNC || !generic->type || generic->type->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    const struct type_signature *sig = as_signature(generic->type);
    return sig->recv ? sig->rparams : sig->tparams;
}

struct obj *shape_origin(struct obj *o)
{
    return o->kind == OBJ_FUNC && o->origin ? o->origin : o;
}

void shape_write_targs(struct strbuf *out, struct ir_unit *u, struct type *const *targs, u32 n)
{
    ir_write_targs(out, u, targs, n, 0);
}

/* ---- types of functions ---- */

static struct obj *new_param(struct ir_unit *u, const char *name, struct type *t)
{
    struct obj *o = ARENA_NEW(u->arena, struct obj);

    o->kind = OBJ_VAR;
    o->var = VAR_PARAM;
    o->color = OBJ_BLACK;
    o->name = intern_id(u->prog->names, str_of(name));
    o->pkg = u->pkg;
    o->type = t;
    return o;
}

struct type *shape_dict_type(struct ir_unit *u)
{
    return u->profile->unified ? shape_words_type(u) : TYPE_OF(UINTPTR);
}

struct type *shape_words_type(struct ir_unit *u)
{
    struct shape_unit *su = shape_unit_of(u);

    if (!su->dict_type) {
        /* Its length, which counts what the body needs, matters to nobody here. */
        su->dict_type = type_new_pointer(u->arena, type_new_array(u->arena, TYPE_OF(UINTPTR), 1));
    }
    return su->dict_type;
}

struct type *shape_func_type(struct ir_unit *u, struct type_signature *sig, struct type *recv, bool dict)
{
    u32 n = sig->params->n + (recv != NULL) + dict, i = 0;
    struct obj **v = ARENA_ARRAY(u->arena, struct obj *, n);

    if (recv) {
        v[i++] = new_param(u, "", recv);
    }
    if (dict) {
        v[i++] = new_param(u, ".dict", shape_dict_type(u));
    }
    for (u32 k = 0; k < sig->params->n; k++) {
        v[i++] = sig->params->vars[k];
    }
    return &type_new_signature(u->arena, NULL, type_new_tuple(u->arena, v, n), sig->results,
                               sig->t.flag & TYPE_FLAG_VARIADIC)
                ->t;
}

/* The declared signature with the environment's arguments, the receiver's too. */
static struct type_signature *instance_sig(struct ir_unit *u, const struct shape_env *env, struct obj *generic,
                                           struct type_named *recv)
{
    struct type_signature *g = as_signature(generic->type);
    struct type_signature *s = arena_dup(u->arena, as_signature(shape_subst(u, env, &g->t)), sizeof *s);

    s->tparams = s->rparams = NULL;
    s->plain = NULL;
    if (g->recv) {
        s->recv = arena_dup(u->arena, g->recv, sizeof *g->recv);
        bool ptr = type_unalias(g->recv->type)->kind == TYPE_POINTER;
        s->recv->type = !recv ? shape_subst(u, env, g->recv->type) : ptr ? shape_pointer_to(u, &recv->t) : &recv->t;
        s->recv->origin = g->recv;
    }
    return s;
}

/* ---- names ---- */

struct type_named *shape_receiver(const struct obj *method, bool *ptr)
{
    struct type *t = type_unalias(type_deref(type_unalias(as_signature(method->type)->recv->type), ptr));

    return is_named(t);
}

static str instance_sym(struct ir_unit *u, const struct shape_inst *inst)
{
    const struct obj *g = inst->generic;
    const struct intern *names = u->prog->names;
    struct strbuf b = {0};

    if (as_signature(g->type)->recv) {
        bool ptr;
        struct type_named *n = shape_receiver(g, &ptr);
        strbuf_puts(&b, ptr ? "(*" : "");
        if (n) {
            strbuf_put(&b, intern_str(names, named_obj(n)->name));
        }
        shape_write_targs(&b, u, inst->targs, inst->n);
        strbuf_puts(&b, ptr ? ")." : ".");
        strbuf_put(&b, intern_str(names, g->name));
    } else {
        strbuf_put(&b, intern_str(names, g->name));
        shape_write_targs(&b, u, inst->targs, inst->n);
    }
    str s = str_dup(u->arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* The dictionary of a wrapper's function or receiver type. */
static struct ir_name *instance_dict(struct ir_unit *u, struct shape_inst *inst)
{
    if (inst->dict) {
        return inst->dict;
    }
    const struct obj *g = inst->generic;
    bool ptr;
    struct type_named *n = as_signature(g->type)->recv ? shape_receiver(g, &ptr) : NULL;
    struct strbuf b = {0};
    ir_write_pkg(&b, u, g->pkg);
    strbuf_puts(&b, ".dict.");
    strbuf_put(&b, intern_str(u->prog->names, n ? named_obj(n)->name : g->name));
    shape_write_targs(&b, u, inst->targs, inst->n);
    struct ir_name *name = ARENA_NEW(u->arena, struct ir_name);
    name->n.op = IR_NAME;
    name->n.type = as_pointer(shape_words_type(u))->elem;
    name->class = IR_GLOBAL;
    name->text = str_dup(u->arena, strbuf_str(&b));
    strbuf_release(&b);
    if (!u->profile->unified) {
        shape_use_dict(u, g, inst->targs, inst->n);
    }
    return inst->dict = name;
}

struct ir *shape_static_dict(struct ir_unit *u, pos at, u32 inl, struct ir_func *wrapper)
{
    struct ir *a = ir_new(u, IR_ADDR, at, inl, shape_dict_type(u));

    a->x = &instance_dict(u, shape_inst_of(u, wrapper))->n;
    a->func = wrapper;
    return a;
}

/* ---- functions ---- */

struct ir *shape_method_node(struct ir_unit *u, pos at, u32 inl, struct type *recv, struct ir_func *fn)
{
    struct ir *x = ir_new(u, IR_TYPE, at, inl, recv);
    struct ir *n = ir_new(u, IR_METHEXPR, at, inl, NULL);

    n->x = x;
    n->sel = fn->obj;
    n->func = fn;
    n->type = shape_func_type(u, fn->sig, recv, (fn->flags & IR_FUNC_SHAPED) != 0);
    return n;
}

/* The body of a wrapper: the call of the shaped function with the dictionary. */
static void call_shaped(struct lower *l, pos at, u32 inl, struct ir_list *out)
{
    struct ir_func *wrapper = l->inl_func ? l->inl_func : l->fn;
    struct shape_inst *inst = shape_inst_of(l->u, wrapper);
    struct ir_func *shaped = shape_inst_shaped(l->u, inst)->fn;
    struct ir_list args = {0};
    struct ir *fun;
    u32 i = 0;

    if (shaped->sig->recv) {
        fun = shape_method_node(l->u, at, inl, shaped->sig->recv->type, shaped);
        ir_push(l->u, &args, &l->fn->params[i++]->n);
    } else {
        fun = &shaped->name->n;
    }
    ir_push(l->u, &args, shape_static_dict(l->u, at, inl, wrapper));
    for (; i < l->fn->n_recv + l->fn->n_params; i++) {
        ir_push(l->u, &args, &l->fn->params[i]->n);
    }
    shape_tail_call(l, at, inl, fun, &args, out);
}

static struct ir_func *instance_func(struct ir_unit *u, struct shape_inst *inst, bool shaped)
{
    const struct ir_func *g = lower_func_of(u, inst->generic);
    struct ir_func *fn = ARENA_NEW(u->arena, struct ir_func);
    struct shape_env *env = ARENA_NEW(u->arena, struct shape_env);

    env->n = env->n_func = inst->n;
    env->params = shape_tparams(inst->generic)->v;
    env->args = inst->targs;
    env->shaped = shaped;
    env->memo = ARENA_NEW(u->arena, struct shape_memo);
    env->dict = shape_dict_of(u, inst->generic);
    fn->env = env;
    fn->obj = inst->generic;
    fn->pkg = g->pkg;
    fn->src = g->src;
    fn->pos = u->profile->unified || g->pkg == u->pkg ? g->pos : inst->generic->pos;
    fn->pragma = g->pragma;
    fn->flags = (g->flags & (IR_FUNC_HAS_BODY | IR_FUNC_RUNTIME)) | IR_FUNC_DUPOK | IR_FUNC_INSTANCE;
    fn->flags |= shaped ? IR_FUNC_SHAPED : IR_FUNC_WRAPPER;
    fn->sig = instance_sig(u, env, inst->generic, inst->recv);
    fn->sym = instance_sym(u, inst);
    fn->name = ARENA_NEW(u->arena, struct ir_name);
    fn->name->n.op = IR_NAME;
    fn->name->n.pos = g->name->n.pos;
    fn->name->class = IR_FUNC;
    fn->name->obj = inst->generic;
    fn->name->func = fn;
    if (u->profile->unified || !fn->sig->recv) {
        fn->name->n.type = shape_func_type(u, fn->sig, NULL, shaped);
        as_signature(fn->name->n.type)->recv = fn->sig->recv;
    } else { /* a function like others */
        fn->name->n.type = shape_func_type(u, fn->sig, fn->sig->recv->type, shaped);
    }
    if (!shaped) {
        fn->synthetic = call_shaped;
    }
    return fn;
}

static u64 inst_hash(const struct obj *generic, struct type *const *targs, u32 n, bool shaped)
{
    u64 h = (u64)(uintptr_t)generic + shaped;

    for (u32 i = 0; i < n; i++) {
        h = (h ^ (shape_is(targs[i]) ? (u64)(uintptr_t)targs[i] : type_hash(targs[i]))) *
            UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h | 1;
}

static bool inst_same(const struct shape_inst *inst, struct type *const *targs)
{
    for (u32 i = 0; i < inst->n; i++) {
        if (inst->targs[i] != targs[i] && !type_identical(inst->targs[i], targs[i])) {
            return false;
        }
    }
    return true;
}

struct shape_inst *shape_inst_of(struct ir_unit *u, const struct ir_func *fn)
{
    return shape_memo_get(&shape_unit_of(u)->by_func, fn);
}

/* targs are as they are to be: shapes, if shaped. */
static struct shape_inst *inst_get(struct ir_unit *u, struct obj *generic, struct type **targs, u32 n,
                                   struct type_named *recv, bool shaped)
{
    struct shape_unit *su = shape_unit_of(u);
    void *key = (void *)(uintptr_t)inst_hash(generic, targs, n, shaped);
    struct shape_inst *first = shape_memo_get(&su->insts, key);

    for (struct shape_inst *i = first; i; i = i->next) {
        if (i->generic == generic && i->n == n && i->is_shaped == shaped && inst_same(i, targs)) {
            return i;
        }
    }
    struct shape_inst *inst = ARENA_NEW(u->arena, struct shape_inst);
    inst->next = first;
    inst->generic = generic;
    inst->n = n;
    inst->targs = arena_dup(u->arena, targs, n * sizeof *targs);
    inst->is_shaped = shaped;
    inst->recv = recv;
    *shape_memo_put(u->arena, &su->insts, key) = inst;
    inst->fn = instance_func(u, inst, shaped);
    *shape_memo_put(u->arena, &su->by_func, inst->fn) = inst;
    vec_push_in(u->arena, &su->fresh, inst);
    return inst;
}

void shape_queue(struct ir_unit *u, struct shape_inst *inst)
{
    if (!inst->queued && !shape_is_endless(inst->generic, inst->targs, inst->n)) {
        inst->queued = true;
        if (inst->is_shaped || u->profile->unified) {
            vec_push(&u->todo, inst->fn);
        }
    }
}

struct shape_inst *shape_inst_shaped(struct ir_unit *u, struct shape_inst *wrapper)
{
    if (!wrapper->shaped && !wrapper->is_shaped) {
        wrapper->shaped = shape_inst_get(u, wrapper->generic, wrapper->targs, wrapper->n, true);
    }
    return wrapper->shaped;
}

struct shape_inst *shape_inst_get(struct ir_unit *u, struct obj *generic, struct type *const *targs, u32 n,
                                  bool shaped)
{
    const struct tparam_list *tparams = shape_tparams(generic);
    struct arena_scratch scratch = arena_scratch_begin(u->arena);
    struct type **v = ARENA_ARRAY(scratch.arena, struct type *, n);

    BUG_IF(!tparams || tparams->n != n);
    for (u32 i = 0; i < n && !shaped; i++) {
        shaped = shape_within(targs[i]); /* then all are */
    }
    for (u32 i = 0; i < n; i++) {
        v[i] = shaped ? shape_of(u, targs[i], tparams->v[i]) : type_unalias(targs[i]);
    }
    struct shape_inst *inst = inst_get(u, generic, v, n, NULL, shaped);
    if (!inst->given) {
        inst->given = arena_dup(u->arena, targs, n * sizeof *targs);
    }
    arena_scratch_end(scratch);
    return inst;
}

struct shape_inst *shape_inst_as_is(struct ir_unit *u, struct obj *method, struct type_named *recv, bool shaped)
{
    return shaped ? inst_get(u, method, recv->targs->v, recv->targs->n, recv, true)
                  : shape_inst_get(u, method, recv->targs->v, recv->targs->n, false);
}

struct ir_func *shape_instance(struct ir_unit *u, struct obj *generic, struct type *const *targs, u32 n,
                               bool shaped)
{
    return shape_inst_get(u, shape_origin(generic), targs, n, shaped)->fn;
}

bool shape_is_method(const struct type_named *n, struct obj *method)
{
    const struct tparam_list *l = n->targs && n->orig->tparams ? shape_tparams(shape_origin(method)) : NULL;

    return l && l->n == n->targs->n; /* else, in wrong programs, its receiver has other parameters than the type */
}

struct ir_func *shape_method_of(struct ir_unit *u, struct type *recv, struct obj *method)
{
    bool ptr;
    struct type_named *n = is_named(type_unalias(type_deref(type_unalias(recv), &ptr)));

    return n && shape_is_method(n, method) ? shape_instance(u, method, n->targs->v, n->targs->n, false) : NULL;
}

void shape_unit_release(struct ir_unit *u)
{
    u->shape = NULL; /* all of it is in the unit's arena */
}
