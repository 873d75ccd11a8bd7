/* universe.c: what is there before any package: predeclared objects, package unsafe, the program
 * itself (Go spec, "Predeclared identifiers", "Package unsafe"). */
#include <pthread.h>

#include "base/mem.h"
#include "types/check.h"

static struct type_set universe_all = {.all_terms = true};
static struct type_set universe_all_comparable = {.all_terms = true, .comparable = true};

struct type_interface universe_any_iface = {
    .t = {.kind = TYPE_INTERFACE},
    .complete = true,
    .set = &universe_all,
};

static const char *const basic_names[BASIC_COUNT] = {
#define X(name, text, info) [BASIC_##name] = text,
    TYPE_BASICS(X)
#undef X
};

static struct obj *universe_obj(struct program *p, struct package *pkg, enum obj_kind kind,
                                const char *name, struct type *type)
{
    struct obj *o =
        obj_new(p->arena, kind, 0, pkg, intern_id(p->names, str_of(name)), type, p->names);
    o->color = OBJ_BLACK;
    struct scope *s = pkg ? pkg->scope : p->universe;
    struct obj *other = scope_insert(p->arena, s, o);
    BUG_IF(other != NULL);
    return o;
}

/* type name interface, complete in every respect. */
static struct type_named *universe_interface(struct program *p, const char *name,
                                             struct type_interface *i)
{
    struct type_named *n = ARENA_NEW(p->arena, struct type_named);
    n->t.kind = TYPE_NAMED;
    n->orig = n;
    n->rhs = n->underlying = &i->t;
    n->state = NAMED_UNPACKED | NAMED_METHODS | NAMED_UNDER | NAMED_VALID;
    n->obj = universe_obj(p, NULL, OBJ_TYPE, name, &n->t);
    return n;
}

static void universe_types(struct program *p)
{
    for (u32 b = BASIC_BOOL; b <= BASIC_STRING; b++) {
        universe_obj(p, NULL, OBJ_TYPE, basic_names[b], &basic_types[b]);
    }
    universe_obj(p, NULL, OBJ_TYPE, "byte", TYPE_OF(BYTE));
    universe_obj(p, NULL, OBJ_TYPE, "rune", TYPE_OF(RUNE));

    struct type_alias *any = ARENA_NEW(p->arena, struct type_alias);
    any->t.kind = TYPE_ALIAS;
    any->orig = any;
    any->rhs = any->actual = &universe_any_iface.t;
    any->obj = universe_obj(p, NULL, OBJ_TYPE, "any", &any->t);
    any->obj->flags |= OBJ_IS_ALIAS;
    p->any = &any->t;

    struct type_interface *i = ARENA_NEW(p->arena, struct type_interface);
    i->t.kind = TYPE_INTERFACE;
    i->complete = true;
    struct type_named *error = universe_interface(p, "error", i);
    p->error = &error->t;
    struct obj *recv = obj_new(p->arena, OBJ_VAR, 0, NULL, 0, &error->t, p->names);
    recv->var = VAR_RECV;
    struct obj **result = ARENA_NEW(p->arena, struct obj *);
    *result = obj_new(p->arena, OBJ_VAR, 0, NULL, 0, TYPE_OF(STRING), p->names);
    (*result)->var = VAR_RESULT;
    struct type_signature *sig =
        type_new_signature(p->arena, recv, type_new_tuple(p->arena, NULL, 0),
                           type_new_tuple(p->arena, result, 1), false);
    p->error_method =
        obj_new(p->arena, OBJ_FUNC, 0, NULL, intern_id(p->names, STR("Error")), &sig->t, p->names);
    p->error_method->color = OBJ_BLACK;
    i->methods = ARENA_NEW(p->arena, struct obj *);
    i->methods[0] = p->error_method;
    i->n_methods = 1;
    i->set = ARENA_NEW(p->arena, struct type_set);
    *i->set = (struct type_set){.methods = i->methods, .n_methods = 1, .all_terms = true};

    struct type_interface *c = ARENA_NEW(p->arena, struct type_interface);
    c->t.kind = TYPE_INTERFACE;
    c->complete = true;
    c->set = &universe_all_comparable;
    p->comparable = &universe_interface(p, "comparable", c)->t;
}

static void universe_values(struct program *p)
{
    universe_obj(p, NULL, OBJ_CONST, "true", TYPE_OF(UNTYPED_BOOL))->val = constant_bool(true);
    universe_obj(p, NULL, OBJ_CONST, "false", TYPE_OF(UNTYPED_BOOL))->val = constant_bool(false);
    p->iota = universe_obj(p, NULL, OBJ_CONST, "iota", TYPE_OF(UNTYPED_INT));
    p->iota->val = constant_int(p->arena, 0);
    p->nil = universe_obj(p, NULL, OBJ_NIL, "nil", TYPE_OF(UNTYPED_NIL));
}

static void universe_builtins(struct program *p, u32 from, u32 to)
{
    for (u32 b = from; b < to; b++) {
        const char *name = builtin_table[b].name;
        bool exported = name[0] >= 'A' && name[0] <= 'Z';
        universe_obj(p, exported ? p->unsafe : NULL, OBJ_BUILTIN, name, TYPE_BAD)->builtin = b;
    }
}

void program_add_test_builtins(struct program *p)
{
    if (!scope_lookup(p->universe, intern_id(p->names, STR("assert")))) {
        universe_builtins(p, BUILTIN_ASSERT, BUILTIN_COUNT);
    }
}

struct program *program_new(struct intern *names, struct sources *sources, struct sizes sizes,
                            u16 go_minor)
{
    struct program *p = mem_zalloc(sizeof *p);
    p->arena = mem_zalloc(sizeof *p->arena);
    p->names = names;
    p->sources = sources;
    p->sizes = sizes;
    p->go_minor = go_minor;

    pthread_mutexattr_t attr;
    pthread_mutex_t *lock = mem_zalloc(sizeof *lock);
    BUG_IF(pthread_mutexattr_init(&attr) != 0 ||
           pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE) != 0 ||
           pthread_mutex_init(lock, &attr) != 0);
    pthread_mutexattr_destroy(&attr);
    p->lock = lock;

    p->blank = intern_id(names, STR("_"));
    p->universe = scope_new(p->arena, NULL, 0, 0);
    p->unsafe = ARENA_NEW(p->arena, struct package);
    p->unsafe->prog = p;
    p->unsafe->path = p->unsafe->name = STR("unsafe");
    p->unsafe->complete = true;
    p->unsafe->scope = scope_new(p->arena, p->universe, 0, 0);
    p->unsafe->arena = p->arena;
    universe_types(p);
    universe_values(p);
    universe_builtins(p, 0, BUILTIN_ASSERT);
    universe_obj(p, p->unsafe, OBJ_TYPE, "Pointer", TYPE_OF(UNSAFE_POINTER));
    return p;
}

void program_free(struct program *p)
{
    if (!p) {
        return;
    }
    for (struct package *k = p->first, *next; k; k = next) {
        next = k->next;
        map_release(&k->instances);
        if (k->ambiguous) {
            map_release(k->ambiguous);
        }
        struct arena *a = k->arena; /* k lies in it */
        arena_release(a);
        mem_free(a);
    }
    map_release(&p->instances);
    arena_release(p->arena);
    mem_free(p->arena);
    pthread_mutex_destroy(p->lock);
    mem_free(p->lock);
    mem_free(p);
}

void program_lock(struct program *p)
{
    BUG_IF(pthread_mutex_lock(p->lock) != 0);
}

void program_unlock(struct program *p)
{
    BUG_IF(pthread_mutex_unlock(p->lock) != 0);
}
