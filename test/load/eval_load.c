/* eval_load.c: prints what the loader finds, one package a line, for comparison with `go list`.
 *
 *   eval_load [-C=dir] [-goroot=dir] [-goos=x] [-goarch=x] [-tags=x] [-mod=x] [-overlay=file] [-race] [-nocgo]
 *             [-test] [-bodies] [-time] [-errors] [-threads=n] [packages]
 *
 * Fields, separated by tabs: import path, name, std, module path, version, go version, matched, Go files,
 * cgo files, imports.  -errors prints the errors instead, and what remedies them; -embeds the patterns of
 * //go:embed lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "load/load.h"

static void put(struct strbuf *b, str s)
{
    strbuf_put(b, s);
}

static void put_name(struct strbuf *b, const struct load_package *p)
{
    put(b, p->path);
    if (p->variant != LOAD_PLAIN) {
        strbuf_printf(b, " [%.*s.test]", STR_ARG(p->for_test->path));
    }
}

static void put_package(struct strbuf *b, const struct load_package *p)
{
    const struct load_module *m = p->module;
    bool first = true;

    put_name(b, p);
    strbuf_printf(b, "\t%.*s\t%s\t", STR_ARG(p->name), p->std ? "true" : "false");
    if (m) {
        strbuf_printf(b, "%.*s\t%.*s\t%.*s\t", STR_ARG(m->path), STR_ARG(m->version),
                      STR_ARG(m->go_version));
    } else {
        strbuf_puts(b, "\t\t\t");
    }
    strbuf_printf(b, "%s\t", p->matched ? "true" : "false");
    for (int cgo = 0; cgo < 2; cgo++) {
        first = true;
        for (u32 i = 0; i < p->n_files; i++) {
            if (p->files[i].cgo == (cgo == 1)) {
                strbuf_printf(b, "%s%.*s", first ? "" : ",", STR_ARG(path_base(p->files[i].path)));
                first = false;
            }
        }
        strbuf_putc(b, '\t');
    }
    for (u32 i = 0; i < p->n_imports; i++) {
        const struct load_import *im = &p->imports[i];

        if (i > 0) {
            strbuf_putc(b, ',');
        }
        if (im->pkg) {
            put_name(b, im->pkg);
        } else {
            put(b, im->path);
        }
    }
    strbuf_putc(b, '\n');
}

static void put_error(struct strbuf *b, const struct load *l, const struct load_package *p,
                      const struct load_error *e)
{
    if (p) {
        strbuf_printf(b, "%.*s\t", STR_ARG(p->path));
    } else {
        strbuf_puts(b, "-\t");
    }
    if (e->pos != 0) {
        struct span s = sources_span_raw(l->sources, e->pos);

        strbuf_printf(b, "%.*s:%u:%u: ", STR_ARG(path_base(s.file)), s.line, s.col);
    } else if (e->file.n > 0) {
        strbuf_printf(b, "%.*s: ", STR_ARG(path_base(e->file)));
    }
    put(b, e->text);
    if (e->remedy.n > 0) {
        strbuf_printf(b, " | %.*s", STR_ARG(e->remedy));
    }
    strbuf_putc(b, '\n');
}

static bool flag(const char *arg, const char *name, str *value)
{
    size_t n = strlen(name);

    if (strncmp(arg, name, n) == 0 && arg[n] == '=') {
        *value = str_of(arg + n + 1);
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct load_config c = {0};
    bool time = false, errors = false, embeds = false;
    struct strbuf b = {0};
    str *patterns = calloc((size_t)argc, sizeof(*patterns)), threads = {0};
    size_t n = 0;
    struct pool *pool;
    struct load *l;
    struct err e;
    u64 n_threads = 0;

    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];

        if (flag(a, "-C", &c.dir) || flag(a, "-goroot", &c.goroot) || flag(a, "-goos", &c.goos) ||
            flag(a, "-goarch", &c.goarch) || flag(a, "-tags", &c.tags) || flag(a, "-mod", &c.mod) ||
            flag(a, "-overlay", &c.overlay) || flag(a, "-threads", &threads)) {
            continue;
        }
        if (strcmp(a, "-race") == 0) {
            c.race = true;
        } else if (strcmp(a, "-nocgo") == 0) {
            c.cgo_off = true;
        } else if (strcmp(a, "-test") == 0) {
            c.tests = true;
        } else if (strcmp(a, "-bodies") == 0) {
            c.bodies_of_deps = true;
        } else if (strcmp(a, "-time") == 0) {
            time = true;
        } else if (strcmp(a, "-errors") == 0) {
            errors = true;
        } else if (strcmp(a, "-embeds") == 0) {
            embeds = true;
        } else if (a[0] == '-') {
            fprintf(stderr, "eval_load: no such flag: %s\n", a);
            return 2;
        } else {
            patterns[n++] = str_of(a);
        }
    }
    str_u64(threads, &n_threads);
    pool = pool_new((u32)n_threads);
    l = load_packages(&c, patterns, n, pool, &e);
    if (!l) {
        fprintf(stderr, "eval_load: %s\n", e.text);
        return 2;
    }
    for (u32 i = 0; i < l->n_errors; i++) {
        put_error(&b, l, NULL, &l->errors[i]);
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        for (u32 j = 0; j < l->pkgs[i]->n_errors; j++) {
            put_error(&b, l, l->pkgs[i], &l->pkgs[i]->errors[j]);
        }
    }
    if (!errors) {
        fputs(strbuf_cstr(&b), stderr);
        strbuf_reset(&b);
    }
    for (u32 i = 0; !errors && !time && i < l->n_pkgs; i++) {
        if (embeds) {
            put_name(&b, l->pkgs[i]);
            for (u32 j = 0; j < l->pkgs[i]->n_embeds; j++) {
                strbuf_printf(&b, "\t%.*s", STR_ARG(l->pkgs[i]->embeds[j]));
            }
            strbuf_putc(&b, '\n');
        } else {
            put_package(&b, l->pkgs[i]);
        }
    }
    if (time) {
        u64 lines = 0, bytes = 0;
        u32 files = sources_count(l->sources);

        for (u32 i = 0; i < files; i++) {
            str t = sources_at(l->sources, i)->text;

            bytes += t.n;
            for (size_t k = 0; k < t.n; k++) {
                lines += t.p[k] == '\n';
            }
        }
        strbuf_printf(
            &b, "%u packages, %u files, %llu lines, %llu bytes; find %.1f ms, parse %.1f ms\n",
            l->n_pkgs, files, (unsigned long long)lines, (unsigned long long)bytes,
            (double)l->ns_find / 1e6, (double)l->ns_parse / 1e6);
    }
    fwrite(strbuf_cstr(&b), 1, b.n, stdout);
    strbuf_release(&b);
    load_free(l);
    pool_free(pool);
    free(patterns);
    return 0;
}
