#include "load/load_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "syntax/source.h"

enum { HEAD_SIZE = 4096 };

struct scan {
    struct arena *a;
    const struct load_fs *fs;
    const struct load_tags *tags;
    bool cgo, tests, listed;
    struct load_dir *d;
    char *head; /* HEAD_SIZE bytes for beginnings of files */
    str first_file;
};

static void mistake(struct scan *s, str text)
{
    if (s->d->error.n == 0) {
        s->d->error = text;
    }
}

/* The beginning of a file; *whole if that is all of it. */
static bool read_head(struct scan *s, str path, str *text, bool *whole, struct err *e)
{
    bool over = load_fs_overlaid(s->fs, path);
    size_t n = 0;
    int fd;

    *whole = true;
    if (over) {
        return load_fs_read(s->fs, s->a, path, text, e);
    }
    fd = open(path.p, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_os(e, errno, "open %.*s", STR_ARG(path));
    }
    for (;;) {
        ssize_t got = read(fd, s->head + n, HEAD_SIZE - n);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int os = errno;

            close(fd);
            return err_os(e, os, "read %.*s", STR_ARG(path));
        }
        n += (size_t)got;
        if (got == 0 || n == HEAD_SIZE) {
            break;
        }
    }
    close(fd);
    *whole = n < HEAD_SIZE;
    *text = (str){s->head, n};
    return true;
}

static int other_ext(str name)
{
    static const struct {
        const char *ext;
        int group; /* 1 C, 2 C++, 3 Objective-C, 4 Fortran, 5 .s, 6 what needs no telling apart, 7 .S */
    } known[] = {
        {".c", 1},  {".cc", 2},   {".cpp", 2},     {".cxx", 2},  {".m", 3},
        {".h", 6},  {".hh", 6},   {".hpp", 6},     {".hxx", 6},  {".f", 4},
        {".F", 4},  {".for", 4},  {".f90", 4},     {".s", 5},    {".S", 7},
        {".sx", 7}, {".swig", 6}, {".swigcxx", 6}, {".syso", 8},
    };
    str ext = path_ext(name);

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_is(ext, known[i].ext)) {
            return known[i].group;
        }
    }
    return 0;
}

static void add_name(struct arena *a, str *list, str name)
{
    *list = list->n == 0 ? name : str_fmt(a, "%.*s %.*s", STR_ARG(*list), STR_ARG(name));
}

static void add_file(struct scan *s, str name, enum load_file_kind kind, const struct load_head *h)
{
    struct load_dir_file f = {.name = name, .kind = kind};

    if (h) {
        f.head = *h;
    }
    vec_push_in(s->a, &s->d->files, f);
    s->d->n[kind]++;
}

static void scan_other(struct scan *s, str name, str path)
{
    int group = other_ext(name);
    bool whole, matches;
    struct err e;
    str text;

    if (group == 0 || !load_file_name_matches(s->tags, name)) {
        return;
    }
    if (group != 8) {
        if (!read_head(s, path, &text, &whole, &e) ||
            !load_head_matches(s->tags, text, &matches, &e) || !matches) {
            return;
        }
    }
    switch (group) {
    case 1: add_name(s->a, &s->d->c_files, name); break;
    case 2: add_name(s->a, &s->d->cxx_files, name); break;
    case 3: add_name(s->a, &s->d->m_files, name); break;
    case 4: add_name(s->a, &s->d->f_files, name); break;
    case 5: s->d->has_asm = true; break;
    default: break;
    }
    add_file(s, name, LOAD_FILE_OTHER, NULL);
}

/* What no import path may hold (GOROOT/src/go/build/read.go, isValidImport). */
static bool valid_import(str path)
{
    for (str rest = path; rest.n > 0;) {
        u32 r;
        size_t w = str_decode_rune(rest, &r);

        if (r <= ' ' || r == 127 || r == STR_RUNE_ERROR || (r >= 0x80 && r <= 0xA0) ||
            r == 0x3000 || (r < 128 && strchr("!\"#$%&'()*,:;<=>?[\\]^{|}`", (int)r))) {
            return false;
        }
        rest = str_from(rest, w);
    }
    return path.n > 0;
}

static void add_imports(struct scan *s, load_dir_imports *list, const struct load_head *h)
{
    for (size_t i = 0; i < h->imports.n; i++) {
        struct load_dir_import im = {h->imports.v[i].path, base_u32(s->d->files.n) - 1,
                                     h->imports.v[i].off};

        if (valid_import(im.path)) {
            vec_push_in(s->a, list, im);
        } else if (s->d->error.n == 0 && !h->bad) {
            mistake(s, str_fmt(s->a, "invalid import path: %.*s", STR_ARG(im.path)));
            s->d->error_file = im.file;
            s->d->error_off = im.off;
            s->d->error_placed = true;
        }
    }
}

/* Sets the package's name by the first file, or complains of one that says otherwise. */
static bool check_package(struct scan *s, str name, bool test, const struct load_head *h)
{
    struct load_dir *d = s->d;
    str pkg = h->package;
    bool xtest = false;

    if (test && str_has_suffix(pkg, STR("_test")) && !str_eq(d->package, pkg)) {
        xtest = true;
        str_cut_suffix(&pkg, STR("_test"));
    }
    if (pkg.n == 0) {
        return false; /* the parser will say why */
    }
    if (d->package.n == 0) {
        d->package = str_dup(s->a, pkg);
        s->first_file = name;
    } else if (!str_eq(pkg, d->package)) {
        mistake(s, str_fmt(s->a, "found packages %.*s (%.*s) and %.*s (%.*s) in %.*s",
                           STR_ARG(d->package), STR_ARG(s->first_file), STR_ARG(pkg), STR_ARG(name),
                           STR_ARG(d->dir)));
    }
    return xtest;
}

/* Slices of the reading buffer become texts of their own. */
static void keep(struct arena *a, struct load_head *h)
{
    h->package = str_dup(a, h->package);
    for (size_t i = 0; i < h->imports.n; i++) {
        h->imports.v[i].path = str_dup(a, h->imports.v[i].path);
    }
}

/* Of what the parser will want all of it is read. */
static void scan_go_text(struct scan *s, str name, str path)
{
    struct load_dir *d = s->d;
    bool whole = true, matches = true, test = str_has_suffix(name, STR("_test.go")), xtest;
    struct load_head h;
    enum load_file_kind kind;
    struct err e;
    str text;
    bool all = !test && !load_fs_overlaid(s->fs, path);
    struct arena_mark before = arena_mark(s->a);

    if (all) {
        if (!source_read(s->a, path, &text, &e)) {
            mistake(s, str_dup(s->a, str_of(e.text)));
            return;
        }
    } else if (!read_head(s, path, &text, &whole, &e)) {
        mistake(s, str_dup(s->a, str_of(e.text)));
        return;
    }
    if (!load_head_scan(s->a, text, whole, &h)) {
        if (!load_fs_read(s->fs, s->a, path, &text, &e)) {
            mistake(s, str_dup(s->a, str_of(e.text)));
            return;
        }
        load_head_scan(s->a, text, true, &h);
    }
    if (!load_head_matches(s->tags, text, &matches, &e)) {
        mistake(s, str_fmt(s->a, "%.*s: %s", STR_ARG(name), e.text));
        return;
    }
    if ((!matches && !s->listed) || str_is(h.package, "documentation")) {
        arena_rewind(s->a, before); /* nobody wants its text */
        add_file(s, name, LOAD_FILE_IGNORED, NULL);
        return;
    }
    keep(s->a, &h);
    xtest = check_package(s, name, test, &h);
    if (h.cgo && test) {
        mistake(s, str_fmt(s->a, "use of cgo in test %.*s not supported", STR_ARG(path)));
        h.cgo = false;
    }
    kind = h.cgo   ? (s->cgo ? LOAD_FILE_CGO : LOAD_FILE_IGNORED)
           : xtest ? LOAD_FILE_XTEST
           : test  ? LOAD_FILE_TEST
                   : LOAD_FILE_GO;
    add_file(s, name, kind, &h);
    if (all) {
        d->files.v[d->files.n - 1].text = text;
    }
    if (kind != LOAD_FILE_IGNORED) {
        add_imports(s,
                    kind == LOAD_FILE_XTEST  ? &d->xtest_imports
                    : kind == LOAD_FILE_TEST ? &d->test_imports
                                             : &d->imports,
                    &h);
    }
}

static void scan_go(struct scan *s, str name, str path)
{
    if (!s->listed && !load_file_name_matches(s->tags, name)) {
        add_file(s, name, LOAD_FILE_IGNORED, NULL);
        return;
    }
    if (!s->tests && str_has_suffix(name, STR("_test.go"))) {
        add_file(s, name, LOAD_FILE_TEST, NULL);
        return;
    }
    scan_go_text(s, name, path);
}

static int by_path(const void *a, const void *b)
{
    const struct load_dir_import *x = a, *y = b;
    int c = str_cmp(x->path, y->path);

    if (c != 0) {
        return c;
    }
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    return x->off < y->off ? -1 : x->off > y->off;
}

static void sort_imports(load_dir_imports *v)
{
    size_t n = 0;

    if (v->n == 0) {
        return;
    }
    qsort(v->v, v->n, sizeof(*v->v), by_path);
    for (size_t i = 0; i < v->n; i++) {
        if (n == 0 || !str_eq(v->v[n - 1].path, v->v[i].path)) {
            v->v[n++] = v->v[i];
        }
    }
    v->n = n;
}

static void scan_one(struct scan *s, str name)
{
    str path;

    if (name.n == 0 || name.p[0] == '_' || name.p[0] == '.') {
        return;
    }
    path = str_join(s->a, (str[]){s->d->dir, name}, 2, STR("/"));
    if (str_has_suffix(name, STR(".go"))) {
        scan_go(s, name, path);
    } else {
        scan_other(s, name, path);
    }
}

void load_dir_scan(struct arena *a, const struct load_fs *fs, const struct load_tags *tags,
                   bool cgo, bool tests, const struct load_fs_dir *listing, const str *files,
                   size_t n_files, struct load_dir *d)
{
    struct arena_scratch scratch = arena_scratch_begin(a);
    struct scan s = {.a = a,
                     .fs = fs,
                     .tags = tags,
                     .cgo = cgo,
                     .tests = tests,
                     .listed = files != NULL,
                     .d = d};

    s.head = arena_alloc(scratch.arena, HEAD_SIZE);
    d->dir = listing->path;
    d->exists = listing->exists;
    d->scanned = true;
    if (files) {
        for (size_t i = 0; i < n_files; i++) {
            scan_one(&s, files[i]);
        }
    } else {
        for (u32 i = 0; i < listing->n; i++) {
            if (listing->entries[i].kind == LOAD_FS_FILE) {
                scan_one(&s, listing->entries[i].name);
            }
        }
    }
    sort_imports(&d->imports);
    sort_imports(&d->test_imports);
    sort_imports(&d->xtest_imports);
    arena_scratch_end(scratch);
    if (!tests && d->n[LOAD_FILE_GO] + d->n[LOAD_FILE_CGO] == 0 && d->files.n > 0) {
        *d = (struct load_dir){0}; /* what is wrong with it tests may have to tell */
        load_dir_scan(a, fs, tags, cgo, true, listing, files, n_files, d);
    }
}

str load_dir_no_go(struct arena *a, const struct load_dir *d)
{
    const char *why = "no Go files in";

    if (d->n[LOAD_FILE_IGNORED] > 0) {
        why = "build constraints exclude all Go files in";
    } else if (d->n[LOAD_FILE_TEST] + d->n[LOAD_FILE_XTEST] > 0) {
        why = "no non-test Go files in";
    }
    return str_fmt(a, "%s %.*s", why, STR_ARG(d->dir));
}
