/* driver_link_test.c: archives, ELF objects, importcfg, and what the link step makes of them. */
#include "unit.h"

#include <elf.h>

#include "base/io.h"
#include "driver/driver_ar.h"
#include "driver/driver_elf.h"
#include "driver/driver_importcfg.h"
#include "driver/driver_link.h"
#include "driver/driver_version.h"

static struct arena arena;
static const struct driver_link plain = {.tool = "link", .patch = true};

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* ---- makers ---- */

static void put_member(struct strbuf *b, const char *name, str data)
{
    strbuf_printf(b, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", name, 0, 0, 0, 0644u, data.n);
    strbuf_put(b, data);
    if (data.n % 2 != 0) {
        strbuf_putc(b, '\0');
    }
}

/* An object that defines these symbols, and needs one. */
static str make_object(const char *const *names, size_t n)
{
    struct strbuf strings = {0}, b = {0};
    size_t at = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr);
    Elf64_Sym *syms = ARENA_ARRAY(&arena, Elf64_Sym, n + 2);

    strbuf_putc(&strings, 0);
    for (size_t i = 0; i < n; i++) {
        syms[i + 1].st_name = (Elf64_Word)strings.n;
        syms[i + 1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
        syms[i + 1].st_shndx = 1;
        strbuf_put(&strings, (str){names[i], strlen(names[i]) + 1});
    }
    syms[n + 1].st_name = (Elf64_Word)strings.n;
    syms[n + 1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
    strbuf_put(&strings, STR("abort\0"));

    Elf64_Ehdr eh = {.e_type = ET_REL,
                     .e_machine = EM_X86_64,
                     .e_version = EV_CURRENT,
                     .e_shoff = sizeof(Elf64_Ehdr),
                     .e_ehsize = sizeof(Elf64_Ehdr),
                     .e_shentsize = sizeof(Elf64_Shdr),
                     .e_shnum = 3};
    memcpy(eh.e_ident, ELFMAG, SELFMAG);
    eh.e_ident[EI_CLASS] = ELFCLASS64;
    eh.e_ident[EI_DATA] = ELFDATA2LSB;
    Elf64_Shdr sh[3] = {{0},
                        {.sh_type = SHT_SYMTAB,
                         .sh_offset = at,
                         .sh_size = (n + 2) * sizeof(Elf64_Sym),
                         .sh_link = 2,
                         .sh_entsize = sizeof(Elf64_Sym)},
                        {.sh_type = SHT_STRTAB,
                         .sh_offset = at + (n + 2) * sizeof(Elf64_Sym),
                         .sh_size = strings.n}};
    strbuf_put(&b, (str){(const char *)&eh, sizeof eh});
    strbuf_put(&b, (str){(const char *)sh, sizeof sh});
    strbuf_put(&b, (str){(const char *)syms, (n + 2) * sizeof *syms});
    strbuf_put(&b, strbuf_str(&strings));
    str s = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    strbuf_release(&strings);
    return s;
}

static const char *const stock_names[] = {"__tsan_init", "__tsan_read", "other"};
static const char *const short_names[] = {"__tsan_init"};

static str make_race_archive(void)
{
    struct strbuf b = {0};
    strbuf_puts(&b, DRIVER_AR_MAGIC);
    put_member(&b, "__.PKGDEF", STR("go object linux amd64\n"));
    put_member(&b, "_go_.o", STR("odd"));
    put_member(&b, "race_linux.syso", make_object(stock_names, ARRAY_LEN(stock_names)));
    put_member(&b, "last.o", STR("end"));
    str s = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static str make_runtime_archive(void)
{
    struct strbuf b = {0};
    strbuf_puts(&b, DRIVER_AR_MAGIC);
    put_member(&b, "__.PKGDEF", STR("x"));
    put_member(&b, "_go_.o",
               STR("go object linux amd64\n\n$$  // cgo\n"
                   "[[\"cgo_export_static\",\"main\"],[\"cgo_import_static\",\"__tsan_init\"],"
                   "[\"cgo_import_static\",\"__tsan_read\"],[\"cgo_import_static\",\"malloc\"]]"
                   "\n$$\n\n!\nbinary \"cgo_import_static\",\"__tsan_not_this\""));
    str s = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* ---- archives ---- */

static void ar_members(void **state)
{
    str archive = make_race_archive();
    struct driver_ar ar;
    struct driver_ar_member m;

    (void)state;
    assert_int_equal(driver_ar_open(&ar, archive.p, archive.n), 0);
    assert_int_equal(driver_ar_next(&ar, &m), 1);
    assert_string_equal(m.name, "__.PKGDEF");
    assert_int_equal(m.size, 22);
    assert_int_equal(driver_ar_next(&ar, &m), 1);
    assert_string_equal(m.name, "_go_.o");
    assert_int_equal(m.size, 3);
    assert_memory_equal(m.data, "odd", 3);
    assert_int_equal(m.end_at - m.header_at, 64); /* with its padding */
    assert_int_equal(driver_ar_next(&ar, &m), 1);
    assert_string_equal(m.name, "race_linux.syso");
    assert_int_equal(driver_ar_next(&ar, &m), 1);
    assert_int_equal(driver_ar_next(&ar, &m), 0);
    assert_int_equal(driver_ar_next(&ar, &m), 0);
}

static void ar_damaged(void **state)
{
    str archive = make_race_archive();
    struct driver_ar ar;
    struct driver_ar_member m;

    (void)state;
    assert_int_equal(driver_ar_open(&ar, "!<arch>", 7), -1);
    assert_int_equal(driver_ar_open(&ar, "!<arcH>\n", 8), -1);
    /* Cut anywhere, the walk ends with an error or at a boundary, and never leaves the bytes. */
    for (size_t n = DRIVER_AR_MAGIC_LEN; n < archive.n; n++) {
        char *copy = mem_alloc(n);
        int r;

        memcpy(copy, archive.p, n);
        assert_int_equal(driver_ar_open(&ar, copy, n), 0);
        while ((r = driver_ar_next(&ar, &m)) > 0) {
            assert_true((const char *)m.data + m.size <= copy + n);
        }
        mem_free(copy);
    }
    /* A size that is no number, and one that is too big. */
    char bad[DRIVER_AR_MAGIC_LEN + DRIVER_AR_HEADER_LEN];
    memcpy(bad, archive.p, sizeof bad);
    bad[DRIVER_AR_MAGIC_LEN + 48] = 'x';
    assert_int_equal(driver_ar_open(&ar, bad, sizeof bad), 0);
    assert_int_equal(driver_ar_next(&ar, &m), -1);
    memset(bad + DRIVER_AR_MAGIC_LEN + 48, '9', 10);
    assert_int_equal(driver_ar_open(&ar, bad, sizeof bad), 0);
    assert_int_equal(driver_ar_next(&ar, &m), -1);
}

static void ar_replaced(void **state)
{
    str archive = make_race_archive(), out;
    str object = STR("an odd number of byte"); /* 21 */
    struct driver_ar_member m;
    struct driver_ar ar;

    (void)state;
    assert_int_equal(driver_link_find_runtime(archive, &m), 1);
    assert_string_equal(m.name, "race_linux.syso");
    assert_true(driver_link_replace(&arena, archive, &m, object, &out, NULL));
    assert_int_equal(driver_ar_open(&ar, out.p, out.n), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(driver_ar_next(&ar, &m), 1);
    }
    assert_string_equal(m.name, "race_linux.syso");
    assert_int_equal(m.size, object.n);
    assert_memory_equal(m.data, object.p, object.n);
    assert_int_equal(driver_ar_next(&ar, &m), 1);
    assert_string_equal(m.name, "last.o");
    assert_memory_equal(m.data, "end", 3);
    assert_int_equal(driver_ar_next(&ar, &m), 0);
    assert_int_equal(driver_link_find_runtime(out, &m), 0);
    assert_int_equal(driver_link_find_runtime(STR("no archive"), &m), -1);
}

/* ---- ELF ---- */

static void elf_symbols(void **state)
{
    str o = make_object(stock_names, ARRAY_LEN(stock_names));

    (void)state;
    assert_true(driver_elf_defines(o.p, o.n, "__tsan_init"));
    assert_true(driver_elf_defines(o.p, o.n, "other"));
    assert_false(driver_elf_defines(o.p, o.n, "abort")); /* only needed */
    assert_false(driver_elf_defines(o.p, o.n, "__tsan"));
    assert_false(driver_elf_defines("text", 4, "text"));
}

static void elf_damaged(void **state)
{
    str o = make_object(stock_names, ARRAY_LEN(stock_names));

    (void)state;
    for (size_t n = 0; n < o.n; n++) {
        char *copy = mem_alloc(n);
        memcpy(copy, o.p, n);
        assert_false(driver_elf_defines(copy, n, "nowhere"));
        mem_free(copy);
    }
    /* Each byte of the headers in turn wrong: anything but a crash. */
    for (size_t i = 0; i < sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr); i++) {
        char *copy = mem_alloc(o.n);
        memcpy(copy, o.p, o.n);
        copy[i] = (char)0xFF;
        (void)driver_elf_defines(copy, o.n, "nowhere");
        mem_free(copy);
    }
}

/* ---- importcfg ---- */

static void importcfg(void **state)
{
    str text = STR("# comment\npackagefile fmt=/a/fmt.a\n\npackageshlib x=/y\n"
                   "packagefile runtime/race=/r=1.a\nmodinfo \"a\\n\"\npackagefile =x\n");
    struct driver_packagefile pf;
    str rest = text;

    (void)state;
    assert_true(driver_importcfg_next(&rest, &pf));
    assert_str(pf.package, "fmt");
    assert_str(pf.file, "/a/fmt.a");
    assert_true(driver_importcfg_next(&rest, &pf));
    assert_str(pf.package, "runtime/race");
    assert_str(pf.file, "/r=1.a");
    assert_false(driver_importcfg_next(&rest, &pf));
    assert_str(driver_importcfg_find(text, STR("fmt")), "/a/fmt.a");
    assert_int_equal(driver_importcfg_find(text, STR("runtime")).n, 0);
    assert_str(driver_importcfg_replace(&arena, text, STR("runtime/race"), STR("/new.a")),
               "# comment\npackagefile fmt=/a/fmt.a\n\npackageshlib x=/y\n"
               "packagefile runtime/race=/new.a\nmodinfo \"a\\n\"\npackagefile =x\n");
}

/* ---- the link step ---- */

static void entry_points(void **state)
{
    str archive = make_runtime_archive(), missing;
    struct err e;
    size_t n;

    (void)state;
    assert_true(
        driver_link_missing(&arena, archive, make_object(stock_names, 3), &n, &missing, &e));
    assert_int_equal(n, 2);
    assert_str(missing, "");
    assert_true(
        driver_link_missing(&arena, archive, make_object(short_names, 1), &n, &missing, &e));
    assert_str(missing, "__tsan_read");
    assert_false(driver_link_missing(&arena, make_race_archive(), make_object(short_names, 1), &n,
                                     &missing, &e));
    assert_false(driver_link_missing(&arena, archive, STR("no object"), &n, &missing, &e));
}

static str in_dir(const char *dir, const char *name)
{
    return str_fmt(&arena, "%s/%s", dir, name);
}

static void rewrite(void **state)
{
    const char *dir = io_temp_dir("gomm-unit-", NULL);
    struct driver_runtime rt = {.object = make_object(stock_names, 3), .id = STR("id")};
    str race = in_dir(dir, "race.a"), runtime = in_dir(dir, "runtime.a"), cfg = in_dir(dir, "cfg");
    str text, archive;
    struct argv out = {0};
    struct driver_ar_member m;
    struct err e;

    (void)state;
    assert_non_null(dir);
    assert_true(io_write_file(race.p, make_race_archive(), 0644, NULL));
    assert_true(io_write_file(runtime.p, make_runtime_archive(), 0644, NULL));
    text = str_fmt(&arena,
                   "packagefile runtime=%s\npackagefile runtime/race=%s\n"
                   "packagefile runtime/race/internal/amd64v1=%s\n",
                   runtime.p, runtime.p, race.p);
    assert_true(io_write_file(cfg.p, text, 0644, NULL));
    char *args[] = {(char[]){"-o"},
                    (char[]){"x"},
                    (char[]){"-importcfg"},
                    str_cstr(&arena, cfg),
                    (char[]){"-s"},
                    (char[]){"-w"},
                    (char[]){"-buildmode=exe"},
                    (char[]){"-s"},
                    (char[]){"-w"},
                    (char[]){"main.a"},
                    NULL};
    assert_true(driver_link_rewrite(&arena, &rt, &plain, args, &out, &e));
    /* Go's own -s is gone, the user's stays. */
    static const char *const want[] = {"-o", "x",  "-importcfg", NULL, "-w", "-buildmode=exe",
                                       "-s", "-w", "main.a"};
    assert_int_equal(out.n, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        if (want[i]) {
            assert_string_equal(out.v[i], want[i]);
        }
    }
    assert_true(io_read_file(&arena, out.v[3], &text, NULL));
    str swapped = driver_importcfg_find(text, STR("runtime/race/internal/amd64v1"));
    assert_true(str_has_prefix(swapped, str_of(dir)));
    assert_false(str_eq(swapped, race));
    assert_str(driver_importcfg_find(text, STR("runtime/race")), runtime.p);
    assert_true(io_read_file(&arena, str_cstr(&arena, swapped), &archive, NULL));
    assert_int_equal(driver_link_find_runtime(archive, &m), 1);
    assert_int_equal(m.size, rt.object.n);
    argv_release(&out);

    /* Without the race detector everything stays. */
    assert_true(io_write_file(cfg.p, STR("packagefile fmt=/x\n"), 0644, NULL));
    assert_true(driver_link_rewrite(&arena, &rt, &plain, args, &out, &e));
    assert_int_equal(out.n, 10);
    assert_string_equal(out.v[4], "-s");
    assert_string_equal(out.v[3], cfg.p);
    argv_release(&out);
    io_temp_remove(dir);
}

static void versions(void **state)
{
    struct driver_runtime rt = {.id = STR("0123")};
    str out;
    struct err e;

    (void)state;
    assert_int_equal(driver_version_minor(STR("go1.26.8")), 26);
    assert_int_equal(driver_version_minor(STR("link version go1.19.8 X:a")), 19);
    assert_int_equal(driver_version_minor(STR("devel go1.27-0a1b Mon Jan 1")), 27);
    assert_int_equal(driver_version_minor(STR("go1.22rc1")), 22);
    assert_int_equal(driver_version_minor(STR("go2.1")), -1);
    assert_int_equal(driver_version_minor(STR("devel +0a1b")), -1);
    assert_int_equal(driver_version_minor(STR("go1.")), -1);
    assert_true(driver_version_supported(19) && driver_version_supported(26));
    assert_false(driver_version_supported(18) || driver_version_supported(27));
    assert_false(driver_version_supported(-1));

    assert_true(driver_link_version(&arena, &rt, &plain, STR("link version go1.26.8\n"), &out, &e));
    assert_str(out, "link version go1.26.8 gomm:0123\n");
    assert_true(driver_link_version(
        &arena, &rt, &plain, STR("link version devel go1.26-x buildID=a/b/c/d\n"), &out, &e));
    assert_str(out, "link version devel go1.26-x buildID=a/b/c/d.gomm:0123\n");
    assert_false(driver_link_version(&arena, &rt, &plain, STR("link version go1.18\n"), &out, &e));
    assert_false(driver_link_version(&arena, &rt, &plain, STR("hello\n"), &out, &e));
    assert_false(driver_link_version(&arena, &rt, &plain, STR(""), &out, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ar_members),   cmocka_unit_test(ar_damaged),
        cmocka_unit_test(ar_replaced),  cmocka_unit_test(elf_symbols),
        cmocka_unit_test(elf_damaged),  cmocka_unit_test(importcfg),
        cmocka_unit_test(entry_points), cmocka_unit_test(rewrite),
        cmocka_unit_test(versions),
    };

    return cmocka_run_group_tests_name("driver_link", tests, NULL, release);
}
