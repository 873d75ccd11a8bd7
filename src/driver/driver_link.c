#include "driver/driver_link.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "driver/driver_ar.h"
#include "driver/driver_elf.h"
#include "driver/driver_importcfg.h"
#include "driver/driver_patch.h"
#include "driver/driver_version.h"

#define LINK_REMEDY                         \
    "\n\tsupported: " DRIVER_SUPPORTED_TEXT \
    "; -gomm.runtime=stock (or GOMM_RUNTIME=stock) runs Go's own race runtime instead"

/* Enough names to see which; the text of an error has a limit. */
#define LINK_MISSING_SHOWN 160

int driver_link_find_runtime(str archive, struct driver_ar_member *out)
{
    struct driver_ar ar;
    if (driver_ar_open(&ar, archive.p, archive.n) != 0) {
        return -1;
    }
    int r;
    while ((r = driver_ar_next(&ar, out)) > 0) {
        if (driver_elf_defines(out->data, out->size, "__tsan_init")) {
            return 1;
        }
    }
    return r;
}

bool driver_link_replace(struct arena *a, str archive, const struct driver_ar_member *m, str object,
                         str *out, struct err *e)
{
    struct driver_ar ar;
    char header[DRIVER_AR_HEADER_LEN];
    if (driver_ar_open(&ar, archive.p, archive.n) != 0 ||
        driver_ar_header(&ar, m, object.n, header) != 0) {
        return err_set(e, "race runtime of %zu bytes does not fit an archive", object.n);
    }
    struct strbuf b = {0};
    strbuf_reserve(&b, archive.n + object.n);
    strbuf_put(&b, str_slice(archive, 0, m->header_at));
    strbuf_put(&b, (str){header, sizeof header});
    strbuf_put(&b, object);
    if (object.n % 2 != 0) {
        strbuf_putc(&b, '\0');
    }
    strbuf_put(&b, str_from(archive, m->end_at));
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return true;
}

/* The compiler writes the //go:cgo_ directives of a package as JSON lines into the head of
 * _go_.o, between "$$  // cgo" and "$$" (GOROOT/src/cmd/compile/internal/noder/noder.go,
 * cmd/link/internal/ld/go.go).  Package runtime names there each entry point that it calls. */
static str link_cgo_directives(str archive)
{
    struct driver_ar ar;
    struct driver_ar_member m;
    if (driver_ar_open(&ar, archive.p, archive.n) != 0) {
        return (str){0};
    }
    while (driver_ar_next(&ar, &m) > 0) {
        if (strcmp(m.name, "_go_.o") != 0) {
            continue;
        }
        /* The head is text of a few kilobytes; the object behind it has megabytes. */
        str head = str_slice((str){(const char *)m.data, m.size}, 0, 1u << 20);
        i64 from = str_find(head, STR("\n$$  // cgo\n"));
        if (from < 0) {
            return (str){0};
        }
        head = str_from(head, (size_t)from + strlen("\n$$  // cgo\n"));
        i64 to = str_find(head, STR("\n$$\n"));
        return to < 0 ? (str){0} : str_slice(head, 0, (size_t)to);
    }
    return (str){0};
}

static bool link_collect(void *arg, const char *name, bool defined)
{
    if (defined && strncmp(name, "__tsan_", 7) == 0) {
        strmap_put(arg, str_of(name), NULL);
    }
    return true;
}

bool driver_link_missing(struct arena *a, str archive, str object, size_t *n_needed, str *missing,
                         struct err *e)
{
    str text = link_cgo_directives(archive);
    struct strmap have = {0};
    if (driver_elf_symbols(object.p, object.n, link_collect, &have) != 0) {
        strmap_release(&have);
        return err_set(e, "the race runtime is not an ELF object");
    }
    struct strbuf b = {0};
    size_t n = 0;
    i64 at;
    while ((at = str_find(text, STR("\"cgo_import_static\",\"__tsan_"))) >= 0) {
        text = str_from(text, (size_t)at + strlen("\"cgo_import_static\",\""));
        str name, rest;
        if (!str_cut(text, STR("\""), &name, &rest)) {
            break;
        }
        n++;
        if (!strmap_get(&have, name)) {
            strbuf_puts(&b, b.n ? ", " : "");
            strbuf_put(&b, name);
        }
    }
    *n_needed = n;
    *missing = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    strmap_release(&have);
    return n > 0 || err_set(e, "package runtime names no race entry points");
}

/* Whether every entry point that this Go calls is there, before the linker says it less
 * clearly. */
static bool link_check_entry_points(struct arena *a, const struct driver_runtime *rt, str cfg,
                                    struct err *e)
{
    str file = driver_importcfg_find(cfg, STR("runtime"));
    if (file.n == 0) {
        return true; /* -linkshared: the archive is not at hand */
    }
    struct io_map map;
    if (!io_map_file(&map, str_cstr(a, file), e)) {
        return false;
    }
    size_t n;
    str missing = {0};
    bool ok = driver_link_missing(a, map.text, rt->object, &n, &missing, e);
    io_unmap(&map);
    if (!ok) {
        return err_set(e, "cannot tell which race entry points this Go needs: %.*s: %s" LINK_REMEDY,
                       STR_ARG(file), e->text);
    }
    if (missing.n > 0) {
        if (missing.n > LINK_MISSING_SHOWN) {
            missing.n = (size_t)str_find_last_byte(str_slice(missing, 0, LINK_MISSING_SHOWN), ',');
            missing = str_fmt(a, "%.*s, ...", STR_ARG(missing));
        }
        return err_set(
            e, "this Go calls race entry points that gomm's runtime lacks: %.*s" LINK_REMEDY,
            STR_ARG(missing));
    }
    return true;
}

/* One archive of package runtime/race or below: replaced if it holds the race runtime.
 * 1: replaced, 0: it has none, -1: failed. */
static int link_swap_archive(struct arena *a, const struct driver_runtime *rt, str dir,
                             const struct driver_packagefile *pf, str *cfg, struct err *e)
{
    struct io_map map;
    if (!io_map_file(&map, str_cstr(a, pf->file), e)) {
        return -1;
    }
    struct driver_ar_member m;
    int found = driver_link_find_runtime(map.text, &m);
    if (found < 0) {
        err_set(e, "%.*s: not a Go archive, or damaged", STR_ARG(pf->file));
    }
    str archive;
    if (found > 0 && !driver_link_replace(a, map.text, &m, rt->object, &archive, e)) {
        found = -1;
    }
    io_unmap(&map);
    if (found > 0) {
        str path = path_join(a, dir, STR("gomm.race.a"));
        if (!io_write_file(str_cstr(a, path), archive, 0644, e)) {
            return -1;
        }
        *cfg = driver_importcfg_replace(a, *cfg, pf->package, path);
    }
    return found;
}

/* The archives of the packages runtime and main with other race hooks, if that can be done; else all stays as it
 * is.  *main is the name of package main's archive. */
static bool link_patch(struct arena *a, const struct driver_runtime *rt,
                       const struct driver_link *how, str dir, str *cfg, str *main, struct err *e)
{
    str file = driver_importcfg_find(*cfg, STR("runtime"));
    struct driver_patch p = {.linker = how->tool, .dir = dir};
    struct io_map map, main_map;
    struct err why;
    str new_runtime, new_main;
    if (!how->patch || file.n == 0 || !driver_patch_fits(rt->object)) {
        return true;
    }
    if (!io_map_file(&map, str_cstr(a, file), e)) {
        return false;
    }
    bool ok = io_map_file(&main_map, str_cstr(a, *main), &why);
    if (ok) {
        p.runtime = map.text;
        p.main = main_map.text;
        ok = driver_patch_archives(a, &p, &new_runtime, &new_main, &why);
        io_unmap(&main_map);
    }
    io_unmap(&map);
    if (!ok) {
        if (how->verbose) {
            fprintf(stderr, "gomm: race hooks are not patched: %s\n", why.text);
        }
        return true;
    }
    str path = path_join(a, dir, STR("gomm.runtime.a"));
    *main = path_join(a, dir, STR("gomm.main.a"));
    *cfg = driver_importcfg_replace(a, *cfg, STR("runtime"), path);
    return io_write_file(str_cstr(a, path), new_runtime, 0644, e) &&
           io_write_file(str_cstr(a, *main), new_main, 0644, e);
}

/* The importcfg with which to link, written beside the old one; an empty *out if this is not
 * a link with the race detector.  *main: see link_patch. */
static bool link_swap(struct arena *a, const struct driver_runtime *rt,
                      const struct driver_link *how, const char *importcfg, str *out, str *main,
                      struct err *e)
{
    str cfg;
    *out = (str){0};
    if (!io_read_file(a, importcfg, &cfg, e)) {
        return false;
    }
    if (driver_importcfg_find(cfg, STR("runtime/race")).n == 0) {
        return true;
    }
    str dir = path_dir(a, str_of(importcfg));
    str rest = cfg, new_cfg = cfg;
    struct driver_packagefile pf;
    bool found = false;
    while (driver_importcfg_next(&rest, &pf)) {
        if (!str_is(pf.package, "runtime/race") &&
            !str_has_prefix(pf.package, STR("runtime/race/"))) {
            continue;
        }
        int r = link_swap_archive(a, rt, dir, &pf, &new_cfg, e);
        if (r < 0) {
            return false;
        }
        found |= r > 0;
    }
    if (!found) {
        return err_set(e, "no known race runtime in package runtime/race of this Go" LINK_REMEDY);
    }
    if (!link_check_entry_points(a, rt, cfg, e) ||
        !link_patch(a, rt, how, dir, &new_cfg, main, e)) {
        return false;
    }
    *out = path_join(a, dir, STR("gomm.importcfg.link"));
    return io_write_file(str_cstr(a, *out), new_cfg, 0644, e);
}

/* The value of -importcfg in a link's arguments, or NULL. */
static const char *link_importcfg(char *const *args)
{
    for (size_t i = 0; args[i]; i++) {
        if (strcmp(args[i], "-importcfg") == 0) {
            return args[i + 1];
        }
        if (strncmp(args[i], "-importcfg=", 11) == 0) {
            return args[i] + 11;
        }
    }
    return NULL;
}

/* Programs can have other hooks; libraries in Go's own ABI (plugin, shared) take theirs from the program. */
static bool link_is_program(char *const *args)
{
    const char *mode = "exe";
    for (; *args; args++) {
        if (strncmp(*args, "-buildmode=", 11) == 0) {
            mode = *args + 11;
        }
    }
    return strcmp(mode, "plugin") != 0 && strcmp(mode, "shared") != 0;
}

bool driver_link_rewrite(struct arena *a, const struct driver_runtime *rt,
                         const struct driver_link *how, char *const *args, struct argv *out,
                         struct err *e)
{
    const char *importcfg = link_importcfg(args);
    str cfg = {0};
    struct driver_link h = *how;
    size_t n = 0;
    while (args[n]) {
        n++;
    }
    str main = str_of(n > 0 ? args[n - 1] : NULL); /* the one argument that is no flag */
    h.patch &= link_is_program(args);
    if (importcfg && !link_swap(a, rt, &h, importcfg, &cfg, &main, e)) {
        return false;
    }
    if (cfg.n == 0) {
        argv_push_all(out, args);
        return true;
    }
    bool own_flags = true; /* up to -buildmode: flags that go itself decided on */
    for (size_t i = 0; i < n; i++) {
        if (i == n - 1) {
            argv_push_str(out, main);
        } else if (strcmp(args[i], "-importcfg") == 0) {
            argv_push(out, args[i++]);
            argv_push_str(out, cfg);
        } else if (strncmp(args[i], "-importcfg=", 11) == 0) {
            argv_pushf(out, "-importcfg=%.*s", STR_ARG(cfg));
        } else if (own_flags && strcmp(args[i], "-s") == 0 && args[i + 1] &&
                   strcmp(args[i + 1], "-w") == 0) {
            /* go test and go run link with "-s -w".  Reports name global variables from the
             * symbol table, which -s omits; -w alone still leaves out the bulk, DWARF.  A -s of
             * the user's own comes later, from -ldflags, and stays. */
            continue;
        } else {
            own_flags = own_flags && strncmp(args[i], "-buildmode=", 11) != 0;
            argv_push(out, args[i]);
        }
    }
    return true;
}

bool driver_link_version(struct arena *a, const struct driver_runtime *rt,
                         const struct driver_link *how, str answer, str *out, struct err *e)
{
    str line = str_trim(answer), rest = line, tool = {0}, word = {0}, version = {0};
    str_next_field(&rest, &tool);
    str_next_field(&rest, &word);
    if (!str_is(word, "version") || !str_next_field(&rest, &version)) {
        return err_set(e, "unexpected answer of link -V=full: %.*s", STR_ARG(line));
    }
    if (!driver_version_supported(driver_version_minor(line))) {
        return err_set(e, "gomm's race runtime is not made for this Go (%.*s)" LINK_REMEDY,
                       STR_ARG(line));
    }
    /* Of a release the go command uses the whole line; of a development version, what follows
     * the last slash of the last word, "buildID=..." (cmd/go/internal/work/buildid.go,
     * toolID).  So the id goes to the end of the line, and into that word if there is one. */
    i64 space = str_find_last_byte(line, ' ');
    bool in_word = str_has_prefix(str_from(line, (size_t)space + 1), STR("buildID="));
    *out = str_fmt(a, "%.*s%sgomm:%.*s%s\n", STR_ARG(line), in_word ? "." : " ", STR_ARG(rt->id),
                   how->patch ? "" : "-unpatched");
    return true;
}
