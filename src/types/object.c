/* object.c: what names stand for, and the scopes that say so. */
#include <string.h>

#include "syntax/unicode_case.h"
#include "types/check.h"

struct obj *obj_new(struct arena *a, enum obj_kind kind, u32 at, struct package *pkg, name_id name,
                    struct type *type, const struct intern *names)
{
    struct obj *o = ARENA_NEW(a, struct obj);
    o->kind = (u8)kind;
    o->name = name;
    o->pos = at;
    o->pkg = pkg;
    o->type = type;
    if (name != 0 && unicode_is_exported(intern_str(names, name))) {
        o->flags = OBJ_EXPORTED;
    }
    return o;
}

/* From this many names on a scope has a table: most have fewer. */
enum { SCOPE_LINEAR = 8 };

struct scope *scope_new(struct arena *a, struct scope *parent, u32 from, u32 end)
{
    struct scope *s = ARENA_NEW(a, struct scope);
    s->parent = parent;
    s->pos = from;
    s->end = end;
    /* The universe is shared by threads that check different packages: it knows no children. */
    if (parent && parent->parent) {
        s->next = parent->child;
        parent->child = s;
    }
    return s;
}

/* Name ids are small and dense: a multiplication spreads them. */
static u32 scope_hash(name_id name)
{
    return (u32)((name * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

/* The table's entry for the name: its slot, or the free one where it belongs. */
static u32 *scope_entry(const struct scope *s, name_id name)
{
    u32 i = scope_hash(name) & s->table_mask;
    while (s->table[i] != 0 && s->slots[s->table[i] - 1].name != name) {
        i = (i + 1) & s->table_mask;
    }
    return &s->table[i];
}

static u16 scope_bit(name_id name)
{
    return (u16)(1u << (name & 15));
}

struct obj *scope_lookup(const struct scope *s, name_id name)
{
    if (!(s->has & scope_bit(name))) {
        return NULL;
    }
    if (s->table) {
        u32 slot = *scope_entry(s, name);
        return slot ? s->slots[slot - 1].obj : NULL;
    }
    for (u32 i = 0; i < s->n; i++) {
        if (s->slots[i].name == name) {
            return s->slots[i].obj;
        }
    }
    return NULL;
}

static void scope_grow(struct arena *a, struct scope *s)
{
    u32 cap = s->cap ? s->cap * 2 : 4;
    struct scope_slot *slots = ARENA_ARRAY(a, struct scope_slot, cap);
    if (s->n) {
        memcpy(slots, s->slots, s->n * sizeof(*slots));
    }
    s->slots = slots;
    s->cap = cap;
    if (cap <= SCOPE_LINEAR) {
        return;
    }
    /* At most half full, so that searches end soon. */
    u32 size = cap * 2;
    s->table = ARENA_ARRAY(a, u32, size);
    s->table_mask = size - 1;
    for (u32 i = 0; i < s->n; i++) {
        *scope_entry(s, slots[i].name) = i + 1;
    }
}

struct obj *scope_insert(struct arena *a, struct scope *s, struct obj *o)
{
    struct obj *there = scope_lookup(s, o->name);
    if (there) {
        return there;
    }
    if (s->n == s->cap) {
        BUG_IF(s->cap >= UINT32_MAX / 4);
        scope_grow(a, s);
    }
    s->slots[s->n] = (struct scope_slot){o->name, o};
    s->n++;
    s->has |= scope_bit(o->name);
    if (s->table) {
        *scope_entry(s, o->name) = s->n;
    }
    /* An object of a dot import keeps the scope of its package. */
    if (!o->parent) {
        o->parent = s;
    }
    return NULL;
}

bool obj_decl_place(const struct obj *o, struct decl_place *place)
{
    if (!o->decl || !o->decl->fdecl) {
        return false;
    }
    *place = (struct decl_place){o->decl->file, o->decl->fdecl};
    return true;
}
