/* escape_entry_test.c: entries of the disk cache: what was written is read, what was damaged is not. */
#include "unit.h"

#include "escape/escape_entry.h"

static const struct hash128 key = {0x123456789abcdef0, 42};

static const struct escape_entry_file files[] = {{0, 0}, {1, 1}, {2, 0}};
static const struct parse_skip skips[] = {{10, 20, 0}, {5, 6, 7}};
static const struct escape_entry_func funcs[] = {
    {.file = 0, .decl = 3, .flags = 16, .pragma = 1, .cost = 7, .tags = 0, .n_tags = 2},
    {.file = 1, .decl = 0, .flags = 32, .cost = -1, .tags = 2, .n_tags = 1},
    {.file = 1, .decl = 9},
};
static const i8 tags[3 * ESCAPE_ENTRY_LEAKS] = {0, -1, -1};
static const struct hash128 pkgs[] = {{1, 2}, {3, 4}};
static const struct escape_entry_ref inlined[] = {{1, 0, 5}};
static const struct escape_entry_note notes[] = {
    {.pkg = ESCAPE_ENTRY_OWN, .file = 1, .off = 4, .kind = 2, .derefs = -1, .result = 3, .text = 0, .n_text = 5},
    {.pkg = 0, .file = 77, .text = 5, .n_text = 2},
    {.pkg = ESCAPE_ENTRY_AUTO},
};

static struct escape_entry example(void)
{
    return (struct escape_entry){
        .key = key, .n_files = 2, .n_skips = 2, .n_funcs = 3, .n_tags = 3, .n_pkgs = 2, .n_inlined = 1, .n_notes = 3,
        .n_text = 7, .has_notes = true, .pkgs = pkgs, .files = files, .skips = skips, .funcs = funcs,
        .inlined = inlined, .notes = notes, .tags = tags, .text = "x fleesx",
    };
}

/* Written and read again; the bytes are at an address of malloc's. */
static bool again(const struct escape_entry *e, struct strbuf *b, struct escape_entry *out)
{
    escape_entry_write(e, b);
    return escape_entry_read(strbuf_str(b), key, out);
}

static void round_trip(void **state)
{
    struct escape_entry e = example(), r;
    struct strbuf b = {0};

    (void)state;
    assert_true(again(&e, &b, &r));
    assert_int_equal(r.n_funcs, 3);
    assert_true(r.has_notes);
    assert_memory_equal(r.files, files, sizeof files);
    assert_memory_equal(r.skips, skips, sizeof skips);
    assert_memory_equal(r.funcs, funcs, sizeof funcs);
    assert_memory_equal(r.pkgs, pkgs, sizeof pkgs);
    assert_memory_equal(r.inlined, inlined, sizeof inlined);
    assert_memory_equal(r.notes, notes, sizeof notes);
    assert_memory_equal(r.tags, tags, sizeof tags);
    assert_memory_equal(r.text, e.text, 7);
    assert_ptr_equal(escape_entry_find(&r, 1, 0), &r.funcs[1]);
    assert_ptr_equal(escape_entry_find(&r, 1, 9), &r.funcs[2]);
    assert_null(escape_entry_find(&r, 0, 0));
    assert_null(escape_entry_find(&r, 1, 10));
    strbuf_release(&b);
}

static void nothing_in_it(void **state)
{
    static const struct escape_entry_file end = {0, 0};
    struct escape_entry e = {.key = key, .files = &end}, r;
    struct strbuf b = {0};

    (void)state;
    assert_true(again(&e, &b, &r));
    assert_null(escape_entry_find(&r, 0, 0));
    strbuf_release(&b);
}

static void damaged(void **state)
{
    struct escape_entry e = example(), r;
    struct strbuf b = {0};

    (void)state;
    assert_true(again(&e, &b, &r));
    str s = strbuf_str(&b);
    for (size_t n = 0; n < s.n; n++) {
        assert_false(escape_entry_read((str){s.p, n}, key, &r));
    }
    for (size_t i = 0; i < s.n; i++) {
        char *at = (char *)(uintptr_t)&s.p[i];
        *at ^= 1;
        assert_false(escape_entry_read(s, key, &r));
        *at ^= 1;
    }
    assert_true(escape_entry_read(s, key, &r));
    assert_false(escape_entry_read(s, (struct hash128){key.hi, key.lo + 1}, &r));
    strbuf_putc(&b, 0);
    assert_false(escape_entry_read(strbuf_str(&b), key, &r));
    strbuf_release(&b);
}

/* The sum is right, but it refers to what is not there. */
static void out_of_bounds(void **state)
{
    struct escape_entry e, r;
    struct strbuf b = {0};

    (void)state;
#define REFUSED(field, type, n, member, wrong)            \
    do {                                                  \
        type copy[n];                                     \
        memcpy(copy, field, sizeof copy);                 \
        copy[(n) - 1].member = (wrong);                   \
        e = example();                                    \
        e.field = copy;                                   \
        assert_false(again(&e, &b, &r));                  \
    } while (0)
    REFUSED(funcs, struct escape_entry_func, 3, file, 2);
    REFUSED(funcs, struct escape_entry_func, 3, n_tags, 4);
    REFUSED(funcs, struct escape_entry_func, 3, tags, 4);
    REFUSED(funcs, struct escape_entry_func, 3, decl, 0); /* twice */
    REFUSED(files, struct escape_entry_file, 3, skip, 3);
    REFUSED(files, struct escape_entry_file, 3, skip, 0);
    REFUSED(inlined, struct escape_entry_ref, 1, pkg, 2);
    REFUSED(notes, struct escape_entry_note, 3, n_text, 8);
    REFUSED(notes, struct escape_entry_note, 3, text, 8);
    REFUSED(notes, struct escape_entry_note, 3, pkg, 2);
#undef REFUSED
    strbuf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(nothing_in_it),
        cmocka_unit_test(damaged),
        cmocka_unit_test(out_of_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
