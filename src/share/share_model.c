#include "share/share_model.h"

/* Of all accesses of a line, a use with fewer than one in SHARE_GLANCE is none that matters: even if each brings about two
 * transfers, the others' accesses take longer. */
enum { SHARE_GLANCE = 1000 };
/* Of true sharing so many of the transfers may go elsewhere; of false sharing so few to a word that both sides use. */
#define SHARE_PURE 0.15
#define SHARE_PURE_FALSE 0.02

const char *share_class_name(enum share_class c)
{
    static const char *const names[] = {"none", "true", "false", "mixed", "guarded"};
    return names[c];
}

static const struct share_goroutine *model_goroutine(const struct share_line *l, u64 g)
{
    for (u32 i = 0; i < l->n_goroutines; i++) {
        if (l->goroutines[i].goroutine == g) {
            return &l->goroutines[i];
        }
    }
    return NULL;
}

bool share_case_overlap(const struct share_line *l, u64 g, u64 h)
{
    const struct share_goroutine *x = model_goroutine(l, g), *y = model_goroutine(l, h);
    if (!x || !y || g == 0 || h == 0) {
        return true;
    }
    return x->first_ns <= y->last_ns && y->first_ns <= x->last_ns;
}

/* ---- parts ---- */

static const struct share_object *model_object(const struct share_line *l, u32 offset, u32 *index)
{
    for (u32 i = 0; i < l->n_objects; i++) {
        if (offset >= l->objects[i].from && offset < l->objects[i].to) {
            *index = i;
            return &l->objects[i];
        }
    }
    *index = UINT32_MAX;
    return NULL;
}

/* The byte of a word at which its accesses begin, from what the sites say: the lowest from `after` on; the word's own
 * offset if they say nothing. */
static u32 model_first_byte(const struct share_line *l, u32 word, u32 after)
{
    u32 best = UINT32_MAX;
    for (u32 i = 0; i < l->n_sites; i++) {
        for (u32 k = 0; k < l->sites[i].n_spans; k++) {
            const struct share_span *s = &l->sites[i].spans[k];
            u32 from = s->offset > word ? s->offset : word;
            if (s->size > 0 && from >= after && from < word + SHARE_WORD && s->offset + s->size > from && from < best) {
                best = from;
            }
        }
    }
    return best;
}

static struct share_use *model_use(const struct share_places *p, struct share_part *part, u64 g)
{
    for (u32 i = 0; i < part->n_uses; i++) {
        if (part->uses[i].goroutine == g) {
            return &part->uses[i];
        }
    }
    struct share_use *v = ARENA_ARRAY(p->arena, struct share_use, part->n_uses + 1);
    for (u32 i = 0; i < part->n_uses; i++) {
        v[i] = part->uses[i];
    }
    v[part->n_uses].goroutine = g;
    part->uses = v;
    return &v[part->n_uses++];
}

static void model_count(const struct share_places *p, struct share_part *part, const struct share_word *w)
{
    struct share_use *u = model_use(p, part, w->goroutine);
    for (u32 k = 0; k < SHARE_KINDS; k++) {
        u->n[k] += w->n[k];
    }
    u->reads += w->n[SHARE_READ] + w->n[SHARE_LOAD] + w->n[SHARE_RMW] + w->n[SHARE_LOCK];
    u->writes += w->n[SHARE_WRITE] + w->n[SHARE_STORE] + w->n[SHARE_RMW] + w->n[SHARE_LOCK];
    u->transfers += w->transfers;
}

typedef VEC(struct share_part) model_parts;

/* The part that a byte belongs to; it may be there already, from the word before. */
static struct share_part *model_part(const struct share_places *p, struct share_case *c, model_parts *parts, u32 byte)
{
    u32 thing;
    const struct share_object *o = model_object(c->line, byte, &thing);
    for (size_t i = 0; i < parts->n; i++) {
        struct share_part *q = &parts->v[i];
        if (byte >= q->from && byte < q->to && q->thing == thing) {
            return q;
        }
    }
    struct share_part part = {.thing = thing, .from = byte, .to = byte + 1};
    if (o) {
        share_place_leaf(p, &c->things[thing], o->object.offset + (byte - o->from), &part.leaf);
        /* As far as the leaf and the line go. */
        i64 from = part.leaf.at - (i64)o->object.offset + (i64)o->from, to = from + part.leaf.size;
        part.from = from < (i64)o->from ? o->from : (u32)from;
        part.to = to > (i64)o->to ? o->to : (u32)to;
    } else {
        part.from = byte / SHARE_WORD * SHARE_WORD;
        part.to = part.from + SHARE_WORD;
        part.leaf.name = part.leaf.shape = str_fmt(p->arena, "bytes %u to %u", part.from, part.to - 1);
        part.leaf.index = -1;
    }
    vec_push_in(p->arena, parts, part);
    return &vec_last(parts);
}

static void model_make_parts(const struct share_places *p, struct share_case *c)
{
    const struct share_line *l = c->line;
    model_parts parts = {0};
    for (u32 i = 0; i < l->n_words; i++) {
        u32 word = l->words[i].offset, byte = model_first_byte(l, word, word);
        /* A word of several small variables counts for the first: its goroutines cannot be told apart. */
        struct share_part *q = model_part(p, c, &parts, byte == UINT32_MAX ? word : byte);
        model_count(p, q, &l->words[i]);
    }
    for (size_t i = 1; i < parts.n; i++) {
        struct share_part q = parts.v[i];
        size_t k = i;
        for (; k > 0 && parts.v[k - 1].from > q.from; k--) {
            parts.v[k] = parts.v[k - 1];
        }
        parts.v[k] = q;
    }
    c->parts = parts.v;
    c->n_parts = (u32)parts.n;
}

/* ---- what counts, and what is shared ---- */

static void model_weigh(struct share_case *c)
{
    const struct share_line *l = c->line;
    for (u32 i = 0; i < c->n_parts; i++) {
        struct share_part *q = &c->parts[i];
        for (u32 k = 0; k < q->n_uses; k++) {
            struct share_use *u = &q->uses[k];
            u64 n = 0;
            for (u32 j = 0; j < SHARE_KINDS; j++) {
                n += u->n[j];
            }
            u->counts = n * SHARE_GLANCE >= l->accesses;
            if (u->counts) {
                q->counts = true;
                q->reads += u->reads;
                q->writes += u->writes;
                q->transfers += u->transfers;
            }
        }
    }
}

static void model_mark_shared(struct share_case *c)
{
    for (u32 i = 0; i < c->n_parts; i++) {
        struct share_part *q = &c->parts[i];
        for (u32 a = 0; a < q->n_uses && !q->shared; a++) {
            const struct share_use *u = &q->uses[a];
            q->shared = u->counts && u->goroutine == 0 && u->writes > 0;
            for (u32 b = 0; b < a && !q->shared; b++) {
                const struct share_use *w = &q->uses[b];
                q->shared = u->counts && w->counts && (u->writes > 0 || w->writes > 0) &&
                            share_case_overlap(c->line, u->goroutine, w->goroutine);
            }
        }
    }
}

/* ---- guarded data ---- */

static bool model_holds(const struct share_site *s, u64 lock)
{
    for (u32 i = 0; i < s->n_locks; i++) {
        if (s->locks[i] == lock) {
            return true;
        }
    }
    return false;
}

/* A mutex that every site holds, but those that are about locking; glances do not count. */
static bool model_guard(const struct share_case *c, u64 *lock)
{
    const struct share_line *l = c->line;
    const struct share_site *first = NULL;
    u64 outside = 0;
    for (u32 i = 0; i < l->n_sites; i++) {
        if (l->sites[i].kind != SHARE_LOCK && (!first || l->sites[i].accesses > first->accesses)) {
            first = &l->sites[i];
        }
    }
    if (!first) {
        return false;
    }
    for (u32 k = 0; k < first->n_locks; k++) {
        outside = 0;
        for (u32 i = 0; i < l->n_sites; i++) {
            const struct share_site *s = &l->sites[i];
            outside += s->kind != SHARE_LOCK && !model_holds(s, first->locks[k]) ? s->accesses : 0;
        }
        if (outside * SHARE_GLANCE < l->accesses) {
            *lock = first->locks[k];
            return true;
        }
    }
    return false;
}

/* ---- the kind of sharing ---- */

static void model_classify(struct share_case *c)
{
    const struct share_line *l = c->line;
    u32 shared = 0, private = 0;
    for (u32 i = 0; i < c->n_parts; i++) {
        shared += c->parts[i].counts && c->parts[i].shared;
        private += c->parts[i].counts && !c->parts[i].shared;
    }
    double same = l->transfers > 0 ? (double)l->same_word / (double)l->transfers : 0;
    u64 lock = 0;
    c->lock = UINT32_MAX;
    if (l->transfers == 0 && l->kind == SHARE_REAL) {
        c->class = SHARE_CLASS_NONE;
    } else if (model_guard(c, &lock)) {
        c->class = SHARE_CLASS_GUARDED;
        for (u32 i = 0; i < c->n_parts; i++) {
            if (lock >= l->addr + c->parts[i].from && lock < l->addr + c->parts[i].to) {
                c->lock = i;
            }
        }
    } else if (shared == 0 && private < 2) {
        c->class = SHARE_CLASS_NONE; /* one goroutine's own, at which others only glance */
    } else if (shared + private < 2 || (private == 0 && same > 1 - SHARE_PURE)) {
        /* One variable; or several that go together: pulling them apart would move two lines for one. */
        c->class = SHARE_CLASS_TRUE;
    } else if (private == 0 && same < SHARE_PURE_FALSE) {
        /* By several, but never at once: workers of rounds that the times do not tell apart. */
        c->class = SHARE_CLASS_FALSE;
        c->avoidable = 1 - same;
    } else if (private == 0) {
        c->class = SHARE_CLASS_MIXED;
        c->interleaved = true;
        c->avoidable = 1 - same;
    } else if (shared == 0) {
        c->class = SHARE_CLASS_FALSE;
        c->avoidable = 1;
    } else if (same > 1 - SHARE_PURE) {
        c->class = SHARE_CLASS_TRUE;
        c->avoidable = 1 - same;
    } else {
        c->class = same < SHARE_PURE_FALSE ? SHARE_CLASS_FALSE : SHARE_CLASS_MIXED;
        c->avoidable = 1 - same;
    }
}

/* Does a goroutine that uses q write to anything on the line? */
static bool model_only_read(const struct share_case *c, const struct share_part *q)
{
    if (q->writes > 0) {
        return false;
    }
    for (u32 i = 0; i < q->n_uses; i++) {
        for (u32 k = 0; q->uses[i].counts && k < c->n_parts; k++) {
            const struct share_part *other = &c->parts[k];
            for (u32 j = 0; j < other->n_uses; j++) {
                if (other->uses[j].goroutine == q->uses[i].goroutine && other->uses[j].counts && other->uses[j].writes > 0) {
                    return false;
                }
            }
        }
    }
    return true;
}

static void model_shape(struct share_case *c)
{
    const struct share_part *first = NULL;
    bool objects = false, indices = false, reads = false;
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        if (!q->counts) {
            continue;
        }
        reads |= model_only_read(c, q);
        if (!first) {
            first = q;
            continue;
        }
        objects |= q->thing != first->thing;
        indices |= q->leaf.index != first->leaf.index;
    }
    if (!first || first->thing == UINT32_MAX) {
        c->shape = SHARE_SHAPE_FIELDS;
    } else if (objects) {
        c->shape = c->things[first->thing].object->kind == RACE_OBJECT_GLOBAL ? SHARE_SHAPE_GLOBALS : SHARE_SHAPE_NEIGHBOURS;
    } else if (indices) {
        c->shape = SHARE_SHAPE_ELEMENTS;
    } else {
        c->shape = reads ? SHARE_SHAPE_READ_MOSTLY : SHARE_SHAPE_FIELDS;
    }
}

void share_case_make(const struct share_places *p, const struct share_line *l, struct share_case *out)
{
    *out = (struct share_case){.line = l};
    out->things = ARENA_ARRAY(p->arena, struct share_thing, l->n_objects);
    for (u32 i = 0; i < l->n_objects; i++) {
        share_place_thing(p, l, &l->objects[i], &out->things[i]);
    }
    model_make_parts(p, out);
    model_weigh(out);
    model_mark_shared(out);
    model_classify(out);
    model_shape(out);
}

const struct share_site *share_case_site(const struct share_case *c, const struct share_part *part, u64 goroutine)
{
    const struct share_site *best = NULL;
    bool best_writes = false;
    for (u32 i = 0; i < c->line->n_sites; i++) {
        const struct share_site *s = &c->line->sites[i];
        bool here = false, his = false;
        for (u32 k = 0; k < s->n_spans && !here; k++) {
            here = s->spans[k].offset < part->to && s->spans[k].offset + s->spans[k].size > part->from;
        }
        for (u32 k = 0; k < s->n_goroutines && !his; k++) {
            his = s->goroutines[k] == goroutine || s->goroutines[k] == 0;
        }
        bool writes = s->kind != SHARE_READ && s->kind != SHARE_LOAD;
        if (here && his && (!best || writes > best_writes || (writes == best_writes && s->accesses > best->accesses))) {
            best = s;
            best_writes = writes;
        }
    }
    return best;
}
