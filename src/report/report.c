#include "report/report.h"

#include <math.h>
#include <stdarg.h>

#include "base/path.h"
#include "report/report_codes.h"

void report_init(struct report *r, struct arena *a)
{
    *r = (struct report){.arena = a, .findings = {.arena = a}};
}

void report_note(struct report *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str s = str_vfmt(r->arena, fmt, ap);
    va_end(ap);
    vec_push_in(r->arena, &r->notes, s);
}

/* Is there a failure of which more is known than that a test raced: a test without a race, a package as a whole? */
static bool report_other_failures(const struct report *r)
{
    bool failed = false;
    for (size_t i = 0; i < r->failures.n; i++) {
        failed |= !r->failures.v[i].raced || r->failures.v[i].test.n == 0;
    }
    return failed;
}

int report_status(const struct report *r)
{
    struct arena_scratch s = arena_scratch_begin(r->arena);
    struct report_codes fail;
    size_t races = 0, races_fail = 0, others_fail = 0;
    bool broken = false;
    if (!report_codes_parse(s.arena, r->fail.n > 0 ? r->fail : STR("warning"), true, &fail, NULL)) {
        fail = (struct report_codes){0}; /* of a stored result, by hand: everything counts */
    }
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        bool fails = f->suppressed == FINDING_SHOWN && report_codes_match(&fail, f);
        bool race = str_has_prefix(f->code, STR("RACE"));
        races += race;
        races_fail += race && fails;
        others_fail += !race && fails;
    }
    for (size_t i = 0; i < r->packages.n; i++) {
        broken |= r->packages.v[i].status == REPORT_BUILD_FAILED;
    }
    arena_scratch_end(s);
    /* Races of which no finding tells cannot be excused. */
    bool raced = r->race_failures > 0 && races == 0;
    for (size_t i = 0; i < r->failures.n; i++) {
        raced |= r->failures.v[i].raced && races == 0;
    }
    for (size_t i = 0; i < r->packages.n; i++) {
        raced |= r->packages.v[i].status == REPORT_FAIL && races == 0;
    }
    bool failed = races_fail > 0 || others_fail > 0 || (!fail.none && (report_other_failures(r) || raced));
    return broken ? BASE_EXIT_FAILURE : failed ? BASE_EXIT_FINDINGS : BASE_EXIT_CLEAN;
}

const char *report_package_status_name(enum report_package_status s)
{
    switch (s) {
    case REPORT_PASS: return "pass";
    case REPORT_FAIL: return "fail";
    case REPORT_NO_TESTS: return "no tests";
    case REPORT_BUILD_FAILED: return "build failed";
    case REPORT_SKIPPED: return "skipped";
    }
    BUG("package status %d", (int)s);
}

bool report_package_status_read(str name, enum report_package_status *out)
{
    static const enum report_package_status all[] = {REPORT_PASS, REPORT_FAIL, REPORT_NO_TESTS,
                                                     REPORT_BUILD_FAILED, REPORT_SKIPPED};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(name, report_package_status_name(all[i]))) {
            *out = all[i];
            return true;
        }
    }
    return false;
}

str report_file(const struct report *r, struct arena *a, str file)
{
    return path_is_abs(file) && r->dir.n > 0 ? path_short(a, r->dir, file) : file;
}

str report_place(const struct report *r, struct arena *a, struct span s, str near)
{
    if (s.file.n == 0) {
        return STR("?");
    }
    str file = str_eq(s.file, near) ? (str){0} : report_file(r, a, s.file);
    if (s.line == 0) {
        return file;
    }
    if (s.col == 0) {
        return str_fmt(a, "%.*s:%u", STR_ARG(file), s.line);
    }
    return str_fmt(a, "%.*s:%u:%u", STR_ARG(file), s.line, s.col);
}

str report_number(struct arena *a, double v)
{
    double y = fabs(v);
    if (v == 0 || (y >= 1 && fabs(v - round(v)) < 0.004 * y)) {
        return str_fmt(a, "%.0f", v);
    }
    return str_fmt(a, "%.*f", y >= 1000 ? 0 : y >= 100 ? 1 : y >= 1 ? 2 : y >= 0.01 ? 3 : 5, v);
}

str report_count(struct arena *a, size_t n, const char *singular, const char *plural)
{
    return n == 0 ? str_fmt(a, "no %s", plural)
                  : str_fmt(a, "%zu %s", n, n == 1 ? singular : plural);
}
