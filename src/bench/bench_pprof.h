/* bench_pprof.h: profiles in the form of pprof, read and written.
 *
 * The form is profile.proto (github.com/google/pprof, proto/profile.proto; Go's copy is in
 * GOROOT/src/runtime/pprof), a protocol buffer inside gzip.  Ids of the file become indices here.
 *
 * Ownership: all of a profile is in the arena given.  Threading: no state.
 */
#ifndef GOMM_BENCH_PPROF_H
#define GOMM_BENCH_PPROF_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct pprof_type {
    str type, unit; /* "alloc_space", "bytes" */
};

struct pprof_function {
    str name, system_name, file;
    i64 start_line;
};

/* A place in a function: of a location the innermost inlined call comes first. */
struct pprof_line {
    u32 function; /* index */
    i64 line, column; /* column 0: unknown */
};

struct pprof_location {
    u64 address;
    u32 mapping; /* index, or UINT32_MAX */
    struct pprof_line *lines;
    u32 n_lines;
};

struct pprof_mapping {
    u64 start, limit, offset;
    str file, build_id;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct pprof_label {
    str key, text; /* text: or else num in unit */
    i64 num;
    str unit;
};

struct pprof_sample {
    u32 *locations; /* indices, the leaf first */
    u32 n_locations;
    i64 *values; /* one for each of types */
    struct pprof_label *labels;
    u32 n_labels;
};

struct pprof {
    struct arena *arena;
    VEC(struct pprof_type) types;
    VEC(struct pprof_sample) samples;
    VEC(struct pprof_location) locations;
    VEC(struct pprof_function) functions;
    VEC(struct pprof_mapping) mappings;
    struct pprof_type period_type;
    i64 period, time_ns, duration_ns;
    str default_type;
    VEC(str) comments;
};

/* Reads a profile, gzipped or not. */
bool bench_pprof_read(struct arena *a, str text, struct pprof *out, struct err *e);
bool bench_pprof_read_file(struct arena *a, const char *path, struct pprof *out, struct err *e);
/* Writes it gzipped; the bytes are in the arena. */
str bench_pprof_write(struct arena *a, const struct pprof *p);
/* The index of a sample type; -1: there is none. */
int bench_pprof_type_index(const struct pprof *p, str type);

#endif
