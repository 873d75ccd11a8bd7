/* lower_runtime.c: functions of the runtime that only the compiler calls.
 *
 * Their bodies and tags are unknown to it: what is passed to them escapes, as far as it has pointers
 * (GOROOT/src/cmd/compile/internal/typecheck/syms.go, LookupRuntime; _builtin/runtime.go). */
#include <string.h>

#include "escape/lower.h"

static const struct {
    const char *name;
    u8 param, result; /* 'i': int, 'a': any, 0: none */
} runtime_funcs[] = {
    {"panicrangestate", 'i', 0},
    {"deferrangefunc", 0, 'a'},
    {"KeepAlive", 'a', 0},
    {"panicwrap", 0, 0},
};

static struct type_tuple *runtime_tuple(struct ir_unit *u, u8 what)
{
    if (!what) {
        return type_new_tuple(u->arena, NULL, 0);
    }
    struct type *t = what == 'i' ? TYPE_OF(INT) : u->prog->any;
    struct obj **v = ARENA_ARRAY(u->arena, struct obj *, 1);
    v[0] = obj_new(u->arena, OBJ_VAR, 0, NULL, 0, t, u->prog->names);
    return type_new_tuple(u->arena, v, 1);
}

static struct ir_func *runtime_func(struct ir_unit *u, const char *name)
{
    size_t i = 0;
    while (i < ARRAY_LEN(runtime_funcs) && strcmp(runtime_funcs[i].name, name) != 0) {
        i++;
    }
    BUG_IF(i == ARRAY_LEN(runtime_funcs));
    struct ir_func *fn = ARENA_NEW(u->arena, struct ir_func);
    struct ir_name *n = ARENA_NEW(u->arena, struct ir_name);

    fn->name = n;
    fn->sym = str_of(runtime_funcs[i].name);
    fn->flags = IR_FUNC_RUNTIME | IR_FUNC_IMPORTED | IR_FUNC_INL_CHECKED;
    fn->sig = type_new_signature(u->arena, NULL, runtime_tuple(u, runtime_funcs[i].param),
                                 runtime_tuple(u, runtime_funcs[i].result), false);
    fn->n_params = fn->sig->params->n;
    fn->n_results = fn->sig->results->n;
    n->n.op = IR_NAME;
    n->n.type = &fn->sig->t;
    n->class = IR_FUNC;
    n->text = fn->sym;
    n->func = fn;
    return fn;
}

struct ir *lower_runtime_name(struct ir_unit *u, const char *name)
{
    bool fresh;
    union map_val *v = strmap_put(&u->runtime, str_of(name), &fresh);
    if (fresh) {
        struct ir_func *fn = runtime_func(u, name);
        v = strmap_get(&u->runtime, str_of(name));
        v->p = fn;
    }
    return &((struct ir_func *)v->p)->name->n;
}
