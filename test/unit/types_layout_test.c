/* types_layout_test.c: sizes, alignments, offsets, pointer maps.  test/layout compares with the compiler. */
#include "types_unit.h"

/* Size and alignment with 8-byte and with 4-byte words; where the collector sees pointers (8-byte words). */
static const struct {
    const char *type;
    i64 size64, align64, size32, align32;
    const char *ptrs;
} cases[] = {
    {"bool", 1, 1, 1, 1, ""},
    {"int", 8, 8, 4, 4, ""},
    {"int64", 8, 8, 8, 4, ""},
    {"float64", 8, 8, 8, 4, ""},
    {"complex64", 8, 4, 8, 4, ""},
    {"complex128", 16, 8, 16, 4, ""},
    {"string", 16, 8, 8, 4, "1"},
    {"uintptr", 8, 8, 4, 4, ""},
    {"unsafe.Pointer", 8, 8, 4, 4, "1"},
    {"*int", 8, 8, 4, 4, "1"},
    {"func()", 8, 8, 4, 4, "1"},
    {"map[string]int", 8, 8, 4, 4, "1"},
    {"chan int", 8, 8, 4, 4, "1"},
    {"[]byte", 24, 8, 12, 4, "1"},
    {"any", 16, 8, 8, 4, "01"},
    {"error", 16, 8, 8, 4, "01"},
    {"[0]int64", 0, 8, 0, 4, ""},
    {"[3]int16", 6, 2, 6, 2, ""},
    {"[3]string", 48, 8, 24, 4, "10101"},
    {"[2]any", 32, 8, 16, 4, "0101"},
    {"[0]*int", 0, 8, 0, 4, ""},
    {"struct{}", 0, 1, 0, 1, ""},
    {"struct{ a byte; b int64; c byte }", 24, 8, 16, 4, ""},
    {"struct{ a int64; b, c byte }", 16, 8, 12, 4, ""},
    {"struct{ a int32; b struct{} }", 8, 4, 8, 4, ""},
    {"struct{ a struct{}; b int32 }", 4, 4, 4, 4, ""},
    {"struct{ a, b struct{} }", 0, 1, 0, 1, ""},
    {"struct{ a [0]func() }", 0, 8, 0, 4, ""},
    {"struct{ a byte; b *byte; c int; d []int; e int }", 56, 8, 28, 4, "0101"},
    {"struct{ a byte; b struct{ c byte; d *int } }", 24, 8, 12, 4, "001"},
    {"[2]struct{ n int; p *int }", 32, 8, 16, 4, "0101"},
    {"T", 16, 8, 8, 4, "1"},
    {"G[byte]", 2, 1, 2, 1, ""},
    {"G[*T]", 16, 8, 8, 4, "1"},
    {"struct{ x atomic.Int64; y byte }", 16, 8, 16, 8, ""},
    {"[1 << 30]byte", 1 << 30, 1, 1 << 30, 1, ""},
    {"[1 << 30][1 << 30][1 << 10]byte", -1, 1, -1, 1, ""},
    {"struct{ a, b [1 << 30][1 << 30][1 << 2]byte; c int }", -1, 1, -1, 1, ""},
};

static void check_all(const char *goarch)
{
    struct unit_types u;
    struct strbuf b = {0};
    bool wide = strcmp(goarch, "386") != 0;
    unit_types_init(&u, goarch);
    unit_types_add(&u, "sync/atomic",
                   "package atomic; type align64 struct{}; type Int64 struct { _ struct{}; _ align64; v int64 }");
    strbuf_puts(&b, "package p\nimport (\"unsafe\"; \"sync/atomic\")\n"
                    "type T struct{ next *T; n int }\ntype G[P any] struct{ p P; b byte }\n"
                    "var _ unsafe.Pointer\nvar _ atomic.Int64\n");
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        strbuf_printf(&b, "type X%u %s\n", i, cases[i].type);
    }
    unit_types_add(&u, "p", strbuf_cstr(&b));
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type *t = unit_type(&u, str_fmt(&u.a, "X%u", i).p);
        i64 size = wide ? cases[i].size64 : cases[i].size32;
        i64 align = wide ? cases[i].align64 : cases[i].align32;
        if (layout_size(&u.prog->sizes, t) != size) {
            fail_msg("%s on %s: %lld bytes", cases[i].type, goarch,
                     (long long)layout_size(&u.prog->sizes, t));
        }
        if (size >= 0 && layout_align(&u.prog->sizes, t) != align) {
            fail_msg("%s on %s: aligned to %lld", cases[i].type, goarch,
                     (long long)layout_align(&u.prog->sizes, t));
        }
        char map[65] = "";
        u64 bits = UINT64_MAX;
        u64 n = (u64)layout_ptrdata(&u.prog->sizes, t) / u.prog->sizes.ptr;
        layout_ptrmap(&u.prog->sizes, t, &bits, 64);
        for (u64 j = 0; j < n && j < 64; j++) {
            map[j] = bits >> j & 1 ? '1' : '0';
        }
        if (wide && strcmp(map, cases[i].ptrs) != 0) {
            fail_msg("%s: pointers at %s", cases[i].type, map);
        }
        /* Beyond the last one nothing is set, and the last one is. */
        assert_true(n >= 64 || bits >> n == 0);
        assert_true(n == 0 || n > 64 || (bits >> (n - 1) & 1));
    }
    strbuf_release(&b);
    unit_types_free(&u);
}

static void amd64(void **state)
{
    (void)state;
    check_all("amd64");
    check_all("arm64");
}

static void narrow(void **state)
{
    (void)state;
    check_all("386");
}

static void offsets(void **state)
{
    (void)state;
    struct unit_types u;
    i64 off[5];
    unit_types_check(&u, "package p\n"
                         "type T struct{ a byte; b int16; c byte; d int64; e struct{} }\n"
                         "type U struct{ a byte; b [1<<62]int16; c byte }\n");
    layout_offsets(&u.prog->sizes, as_struct(type_under(unit_type(&u, "T"))), off);
    const i64 want[] = {0, 2, 4, 8, 16};
    assert_memory_equal(off, want, sizeof want);
    layout_offsets(&u.prog->sizes, as_struct(type_under(unit_type(&u, "U"))), off);
    assert_int_equal(off[0], 0);
    assert_int_equal(off[2], -1);
    unit_types_free(&u);
}

static void varies(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, "package p\n"
                         "type G[P any] struct{ p P }\n"
                         "type H[P any] struct{ p *P; s []P }\n"
                         "type A[P any] [4]G[P]\n"
                         "type C struct{ g G[int]; h H[string] }\n");
    assert_true(layout_varies(unit_type(&u, "G")));
    assert_false(layout_varies(unit_type(&u, "H")));
    assert_true(layout_varies(unit_type(&u, "A")));
    assert_false(layout_varies(unit_type(&u, "C")));
    unit_types_free(&u);
}

/* Arrays far larger than a map has room for. */
static void large_maps(void **state)
{
    (void)state;
    struct unit_types u;
    u64 bits[3] = {0, 0, UINT64_MAX};
    unit_types_check(&u, "package p\ntype T [1 << 40]struct{ p *int; n int }\ntype U struct{ a [1 << 40]int; p *T }\n");
    layout_ptrmap(&u.prog->sizes, unit_type(&u, "T"), bits, 128);
    assert_true(bits[0] == UINT64_C(0x5555555555555555) && bits[1] == bits[0] && bits[2] == UINT64_MAX);
    layout_ptrmap(&u.prog->sizes, unit_type(&u, "U"), bits, 128);
    assert_true(bits[0] == 0 && bits[1] == 0);
    assert_int_equal(layout_ptrdata(&u.prog->sizes, unit_type(&u, "U")), (INT64_C(8) << 40) + 8);
    unit_types_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amd64),  cmocka_unit_test(narrow),     cmocka_unit_test(offsets),
        cmocka_unit_test(varies), cmocka_unit_test(large_maps),
    };

    return cmocka_run_group_tests_name("types_layout", tests, NULL, NULL);
}
