/* bench_pprof.c: protocol buffers as far as profile.proto needs them, and gzip by zlib.
 *
 * Encoding: protobuf.dev/programming-guides/encoding.  Each field is a tag (number << 3 | wire type) and
 * a varint (0), eight bytes (1), a length and that many bytes (2) or four bytes (5). */
#include "bench/bench_pprof.h"

#include <zlib.h>

#include "base/io.h"
#include "base/map.h"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* ---- gzip ---- */

enum { PPROF_INFLATED_MAX = 1 << 30 }; /* more is an attack, not a profile */

static bool pprof_inflate(struct arena *a, str in, str *out, struct err *e)
{
    struct strbuf b = {0};
    unsigned char piece[16384];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
    int status;

    if (in.n > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK) { /* 16: a gzip header */
        return err_set(e, "profile: cannot be decompressed");
    }
    do {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        status = inflate(&z, Z_NO_FLUSH);
        strbuf_put(&b, (str){(char *)piece, sizeof piece - z.avail_out});
        if (status == Z_STREAM_END && z.avail_in > 0) { /* members one behind the other are one text */
            status = inflateReset(&z);
        }
    } while (status == Z_OK && b.n < PPROF_INFLATED_MAX && (z.avail_in > 0 || z.avail_out == 0));
    inflateEnd(&z);
    bool ok = status == Z_STREAM_END || (status == Z_OK && b.n > 0 && z.avail_in == 0 && z.total_in == 0);
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return ok || err_set(e, "profile: the compressed text is damaged or cut off");
}

static str pprof_deflate(struct arena *a, str in)
{
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};

    BUG_IF(in.n > UINT32_MAX / 2);
    BUG_IF(deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK);
    size_t bound = deflateBound(&z, (uLong)in.n);
    char *out = arena_alloc(a, bound);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)bound;
    BUG_IF(deflate(&z, Z_FINISH) != Z_STREAM_END);
    size_t n = bound - z.avail_out;
    deflateEnd(&z);
    return (str){out, n};
}

/* ---- reading the encoding ---- */

struct wire {
    str rest;
    bool bad;
    u32 field, type;
    u64 num;   /* of a number */
    str bytes; /* of WIRE_BYTES */
};

static u64 wire_varint(struct wire *w)
{
    u64 v = 0;

    for (u32 i = 0; i < 10 && i < w->rest.n; i++) {
        u8 c = (u8)w->rest.p[i];
        v |= (u64)(c & 0x7F) << (7 * i); /* of the tenth byte only the lowest bit fits: the rest is lost, as elsewhere */
        if (!(c & 0x80)) {
            w->rest = str_from(w->rest, i + 1);
            return v;
        }
    }
    w->bad = true;
    return 0;
}

static u64 wire_fixed(struct wire *w, u32 n)
{
    u64 v = 0;

    if (w->rest.n < n) {
        w->bad = true;
        return 0;
    }
    for (u32 i = 0; i < n; i++) {
        v |= (u64)(u8)w->rest.p[i] << (8 * i);
    }
    w->rest = str_from(w->rest, n);
    return v;
}

/* The next field; false at the end or when it is damaged. */
static bool wire_next(struct wire *w)
{
    if (w->rest.n == 0 || w->bad) {
        return false;
    }
    u64 tag = wire_varint(w);
    w->field = (u32)(tag >> 3);
    w->type = tag & 7;
    w->bytes = (str){0};
    w->num = 0;
    if (w->bad || tag >> 3 == 0 || tag >> 32 != 0) {
        w->bad = true;
        return false;
    }
    switch (w->type) {
    case WIRE_VARINT: w->num = wire_varint(w); break;
    case WIRE_64: w->num = wire_fixed(w, 8); break;
    case WIRE_32: w->num = wire_fixed(w, 4); break;
    case WIRE_BYTES: {
        u64 n = wire_varint(w);
        if (n > w->rest.n) {
            w->bad = true;
            return false;
        }
        w->bytes = str_slice(w->rest, 0, (size_t)n);
        w->rest = str_from(w->rest, (size_t)n);
        break;
    }
    default: w->bad = true;
    }
    return !w->bad;
}

/* A repeated number: one, or many packed. */
typedef VEC(u64) wire_numbers;

static void wire_repeated(struct arena *a, struct wire *w, wire_numbers *out)
{
    if (w->type != WIRE_BYTES) {
        vec_push_in(a, out, w->num);
        return;
    }
    struct wire in = {.rest = w->bytes};
    while (in.rest.n > 0 && !in.bad) {
        u64 v = wire_varint(&in);
        vec_push_in(a, out, v);
    }
    w->bad |= in.bad;
}

/* ---- reading a profile ---- */

struct pprof_reader {
    struct arena *a, *scratch;
    struct pprof *p;
    VEC(str) strings;
    struct map functions, locations, mappings; /* id → index + 1 */
    struct err *e;
};

static str reader_str(struct pprof_reader *r, u64 i, bool *bad)
{
    if (i >= r->strings.n) {
        *bad = true;
        return (str){0};
    }
    return r->strings.v[i];
}

static struct pprof_type reader_type(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_type t = {0};

    while (wire_next(&w)) {
        if (w.field == 1) {
            t.type = reader_str(r, w.num, bad);
        } else if (w.field == 2) {
            t.unit = reader_str(r, w.num, bad);
        }
    }
    *bad |= w.bad;
    return t;
}

static void reader_id(struct map *m, u64 id, size_t index, bool *bad)
{
    bool fresh;
    union map_val *v = map_put(m, id, &fresh);

    *bad |= id == 0 || !fresh;
    v->u = index + 1;
}

static u32 reader_index(const struct map *m, u64 id, bool *bad)
{
    union map_val *v = map_get(m, id);

    if (!v) {
        *bad = true;
        return 0;
    }
    return (u32)(v->u - 1);
}

static void reader_function(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_function f = {0};
    u64 id = 0;

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: id = w.num; break;
        case 2: f.name = reader_str(r, w.num, bad); break;
        case 3: f.system_name = reader_str(r, w.num, bad); break;
        case 4: f.file = reader_str(r, w.num, bad); break;
        case 5: f.start_line = (i64)w.num; break;
        }
    }
    *bad |= w.bad;
    reader_id(&r->functions, id, r->p->functions.n, bad);
    vec_push_in(r->a, &r->p->functions, f);
}

static void reader_mapping(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_mapping m = {0};
    u64 id = 0;

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: id = w.num; break;
        case 2: m.start = w.num; break;
        case 3: m.limit = w.num; break;
        case 4: m.offset = w.num; break;
        case 5: m.file = reader_str(r, w.num, bad); break;
        case 6: m.build_id = reader_str(r, w.num, bad); break;
        case 7: m.has_functions = w.num != 0; break;
        case 8: m.has_filenames = w.num != 0; break;
        case 9: m.has_line_numbers = w.num != 0; break;
        case 10: m.has_inline_frames = w.num != 0; break;
        }
    }
    *bad |= w.bad;
    reader_id(&r->mappings, id, r->p->mappings.n, bad);
    vec_push_in(r->a, &r->p->mappings, m);
}

static struct pprof_line reader_line(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_line l = {0};
    u64 function = 0;

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: function = w.num; break;
        case 2: l.line = (i64)w.num; break;
        case 3: l.column = (i64)w.num; break;
        }
    }
    *bad |= w.bad;
    l.function = reader_index(&r->functions, function, bad);
    return l;
}

static void reader_location(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_location l = {.mapping = UINT32_MAX};
    VEC(struct pprof_line) lines = {0};
    u64 id = 0;

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: id = w.num; break;
        case 2: l.mapping = w.num ? reader_index(&r->mappings, w.num, bad) : UINT32_MAX; break;
        case 3: l.address = w.num; break;
        case 4: vec_push_in(r->a, &lines, reader_line(r, w.bytes, bad)); break;
        }
    }
    *bad |= w.bad;
    l.lines = lines.v;
    l.n_lines = (u32)lines.n;
    reader_id(&r->locations, id, r->p->locations.n, bad);
    vec_push_in(r->a, &r->p->locations, l);
}

static struct pprof_label reader_label(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_label l = {0};

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: l.key = reader_str(r, w.num, bad); break;
        case 2: l.text = reader_str(r, w.num, bad); break;
        case 3: l.num = (i64)w.num; break;
        case 4: l.unit = reader_str(r, w.num, bad); break;
        }
    }
    *bad |= w.bad;
    return l;
}

static void reader_sample(struct pprof_reader *r, str text, bool *bad)
{
    struct wire w = {.rest = text};
    struct pprof_sample s = {0};
    wire_numbers ids = {0}, values = {0};
    VEC(struct pprof_label) labels = {0};

    while (wire_next(&w)) {
        switch (w.field) {
        case 1: wire_repeated(r->scratch, &w, &ids); break;
        case 2: wire_repeated(r->a, &w, &values); break;
        case 3: vec_push_in(r->a, &labels, reader_label(r, w.bytes, bad)); break;
        }
    }
    *bad |= w.bad || values.n != r->p->types.n;
    s.n_locations = (u32)ids.n;
    s.locations = ARENA_ARRAY(r->a, u32, ids.n);
    for (size_t i = 0; i < ids.n; i++) {
        s.locations[i] = reader_index(&r->locations, ids.v[i], bad);
    }
    s.values = (i64 *)values.v; /* int64 as protocol buffers carry it: two's complement */
    s.labels = labels.v;
    s.n_labels = (u32)labels.n;
    vec_push_in(r->a, &r->p->samples, s);
}

/* Fields in the order in which they need one another: 0 strings, then what refers to nothing else ... */
static bool reader_pass(struct pprof_reader *r, str text, int pass)
{
    static const u8 pass_of[] = {[1] = 1, [2] = 4, [3] = 1, [4] = 3, [5] = 2, [6] = 0};
    struct wire w = {.rest = text};
    bool bad = false;

    while (!bad && wire_next(&w)) {
        if ((w.field < ARRAY_LEN(pass_of) ? pass_of[w.field] : 4) != pass || w.field == 0) {
            continue;
        }
        switch (w.field) {
        case 1: vec_push_in(r->a, &r->p->types, reader_type(r, w.bytes, &bad)); break;
        case 2: reader_sample(r, w.bytes, &bad); break;
        case 3: reader_mapping(r, w.bytes, &bad); break;
        case 4: reader_location(r, w.bytes, &bad); break;
        case 5: reader_function(r, w.bytes, &bad); break;
        case 6: vec_push_in(r->scratch, &r->strings, str_dup(r->a, w.bytes)); break;
        case 9: r->p->time_ns = (i64)w.num; break;
        case 10: r->p->duration_ns = (i64)w.num; break;
        case 11: r->p->period_type = reader_type(r, w.bytes, &bad); break;
        case 12: r->p->period = (i64)w.num; break;
        case 13: {
            wire_numbers v = {0};
            wire_repeated(r->scratch, &w, &v);
            for (size_t i = 0; i < v.n; i++) {
                vec_push_in(r->a, &r->p->comments, reader_str(r, v.v[i], &bad));
            }
            break;
        }
        case 14: r->p->default_type = reader_str(r, w.num, &bad); break;
        }
    }
    return !bad && !w.bad;
}

bool bench_pprof_read(struct arena *a, str text, struct pprof *out, struct err *e)
{
    struct arena_scratch s = arena_scratch_begin(a);
    struct pprof_reader r = {.a = a, .scratch = s.arena, .p = out, .e = e};
    bool ok = true;

    *out = (struct pprof){.arena = a};
    if (text.n >= 2 && (u8)text.p[0] == 0x1F && (u8)text.p[1] == 0x8B) {
        ok = pprof_inflate(s.arena, text, &text, e);
    }
    if (ok) {
        for (int pass = 0; pass <= 4 && ok; pass++) {
            ok = reader_pass(&r, text, pass);
        }
        ok = (ok && out->types.n > 0) || err_set(e, "profile: not a pprof profile, or a damaged one");
    }
    map_release(&r.functions);
    map_release(&r.locations);
    map_release(&r.mappings);
    arena_scratch_end(s);
    return ok;
}

bool bench_pprof_read_file(struct arena *a, const char *path, struct pprof *out, struct err *e)
{
    struct io_map m;

    if (!io_map_file(&m, path, e)) {
        return false;
    }
    bool ok = bench_pprof_read(a, m.text, out, e);
    io_unmap(&m);
    return ok || err_prefix(e, "%s: ", path);
}

int bench_pprof_type_index(const struct pprof *p, str type)
{
    for (size_t i = 0; i < p->types.n; i++) {
        if (str_eq(p->types.v[i].type, type)) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- writing ---- */

struct pprof_writer {
    struct strbuf out, part, inner;
    struct strmap strings; /* text → index */
    VEC(str) table;
};

static void put_varint(struct strbuf *b, u64 v)
{
    for (; v >= 0x80; v >>= 7) {
        strbuf_putc(b, (char)(v | 0x80));
    }
    strbuf_putc(b, (char)v);
}

/* Zero is the default and not written. */
static void put_num(struct strbuf *b, u32 field, u64 v)
{
    if (v != 0) {
        put_varint(b, (u64)field << 3 | WIRE_VARINT);
        put_varint(b, v);
    }
}

static void put_bytes(struct strbuf *b, u32 field, str s)
{
    put_varint(b, (u64)field << 3 | WIRE_BYTES);
    put_varint(b, s.n);
    strbuf_put(b, s);
}

static u64 writer_str(struct pprof_writer *w, str s)
{
    bool fresh;
    union map_val *v = strmap_put(&w->strings, s, &fresh);

    if (fresh) {
        v->u = w->table.n;
        vec_push(&w->table, s);
    }
    return v->u;
}

static void writer_type(struct pprof_writer *w, u32 field, struct pprof_type t)
{
    strbuf_reset(&w->part);
    put_num(&w->part, 1, writer_str(w, t.type));
    put_num(&w->part, 2, writer_str(w, t.unit));
    put_bytes(&w->out, field, strbuf_str(&w->part));
}

static void writer_sample(struct pprof_writer *w, const struct pprof_sample *s, size_t n_values)
{
    struct strbuf *b = &w->part;

    strbuf_reset(b);
    strbuf_reset(&w->inner);
    for (u32 i = 0; i < s->n_locations; i++) {
        put_varint(&w->inner, (u64)s->locations[i] + 1);
    }
    put_bytes(b, 1, strbuf_str(&w->inner));
    strbuf_reset(&w->inner);
    for (size_t i = 0; i < n_values; i++) {
        put_varint(&w->inner, (u64)s->values[i]);
    }
    put_bytes(b, 2, strbuf_str(&w->inner));
    for (u32 i = 0; i < s->n_labels; i++) {
        const struct pprof_label *l = &s->labels[i];
        strbuf_reset(&w->inner);
        put_num(&w->inner, 1, writer_str(w, l->key));
        put_num(&w->inner, 2, writer_str(w, l->text));
        put_num(&w->inner, 3, (u64)l->num);
        put_num(&w->inner, 4, writer_str(w, l->unit));
        put_bytes(b, 3, strbuf_str(&w->inner));
    }
    put_bytes(&w->out, 2, strbuf_str(b));
}

static void writer_mapping(struct pprof_writer *w, const struct pprof_mapping *m, size_t id)
{
    struct strbuf *b = &w->part;

    strbuf_reset(b);
    put_num(b, 1, id);
    put_num(b, 2, m->start);
    put_num(b, 3, m->limit);
    put_num(b, 4, m->offset);
    put_num(b, 5, writer_str(w, m->file));
    put_num(b, 6, writer_str(w, m->build_id));
    put_num(b, 7, m->has_functions);
    put_num(b, 8, m->has_filenames);
    put_num(b, 9, m->has_line_numbers);
    put_num(b, 10, m->has_inline_frames);
    put_bytes(&w->out, 3, strbuf_str(b));
}

static void writer_location(struct pprof_writer *w, const struct pprof_location *l, size_t id)
{
    struct strbuf *b = &w->part;

    strbuf_reset(b);
    put_num(b, 1, id);
    put_num(b, 2, l->mapping == UINT32_MAX ? 0 : (u64)l->mapping + 1);
    put_num(b, 3, l->address);
    for (u32 i = 0; i < l->n_lines; i++) {
        strbuf_reset(&w->inner);
        put_num(&w->inner, 1, (u64)l->lines[i].function + 1);
        put_num(&w->inner, 2, (u64)l->lines[i].line);
        put_num(&w->inner, 3, (u64)l->lines[i].column);
        put_bytes(b, 4, strbuf_str(&w->inner));
    }
    put_bytes(&w->out, 4, strbuf_str(b));
}

static void writer_function(struct pprof_writer *w, const struct pprof_function *f, size_t id)
{
    struct strbuf *b = &w->part;

    strbuf_reset(b);
    put_num(b, 1, id);
    put_num(b, 2, writer_str(w, f->name));
    put_num(b, 3, writer_str(w, f->system_name));
    put_num(b, 4, writer_str(w, f->file));
    put_num(b, 5, (u64)f->start_line);
    put_bytes(&w->out, 5, strbuf_str(b));
}

str bench_pprof_write(struct arena *a, const struct pprof *p)
{
    struct pprof_writer w = {0};

    writer_str(&w, (str){0}); /* string 0 is the empty one */
    for (size_t i = 0; i < p->types.n; i++) {
        writer_type(&w, 1, p->types.v[i]);
    }
    for (size_t i = 0; i < p->samples.n; i++) {
        writer_sample(&w, &p->samples.v[i], p->types.n);
    }
    for (size_t i = 0; i < p->mappings.n; i++) {
        writer_mapping(&w, &p->mappings.v[i], i + 1);
    }
    for (size_t i = 0; i < p->locations.n; i++) {
        writer_location(&w, &p->locations.v[i], i + 1);
    }
    for (size_t i = 0; i < p->functions.n; i++) {
        writer_function(&w, &p->functions.v[i], i + 1);
    }
    put_num(&w.out, 9, (u64)p->time_ns);
    put_num(&w.out, 10, (u64)p->duration_ns);
    if (p->period_type.type.n > 0) {
        writer_type(&w, 11, p->period_type);
    }
    put_num(&w.out, 12, (u64)p->period);
    for (size_t i = 0; i < p->comments.n; i++) {
        put_varint(&w.out, 13u << 3 | WIRE_VARINT);
        put_varint(&w.out, writer_str(&w, p->comments.v[i]));
    }
    put_num(&w.out, 14, writer_str(&w, p->default_type));
    for (size_t i = 0; i < w.table.n; i++) { /* order of fields is free, and now all are known */
        put_bytes(&w.out, 6, w.table.v[i]);
    }
    str packed = pprof_deflate(a, strbuf_str(&w.out));
    strbuf_release(&w.out);
    strbuf_release(&w.part);
    strbuf_release(&w.inner);
    strmap_release(&w.strings);
    vec_release(&w.table);
    return packed;
}
