#include "load/load_version.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number without a needless zero in front, taken off *s. */
static bool take_number(str *s, str *num)
{
    size_t i = 0;

    while (i < s->n && is_digit(s->p[i])) {
        i++;
    }
    if (i == 0 || (i > 1 && s->p[0] == '0')) {
        return false;
    }
    *num = str_slice(*s, 0, i);
    *s = str_from(*s, i);
    return true;
}

/* Numbers without zeros in front, of any size. */
static int number_cmp(str a, str b)
{
    if (a.n != b.n) {
        return a.n < b.n ? -1 : 1;
    }
    return str_cmp(a, b);
}

struct semver {
    str major, minor, patch, pre, build;
    bool is_short;
};

static bool ident_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* Identifiers with dots between, after '-' or '+'; numbers in a prerelease have no zero in front. */
static bool take_idents(str *s, bool pre, str *out)
{
    size_t i = 1, start = 1;

    for (;; i++) {
        if (i < s->n && ident_char(s->p[i])) {
            continue;
        }
        if (i == start ||
            (pre && i - start > 1 && s->p[start] == '0' && all_digits(str_slice(*s, start, i)))) {
            return false;
        }
        if (i >= s->n || s->p[i] != '.') {
            break;
        }
        start = i + 1;
    }
    *out = str_slice(*s, 0, i);
    *s = str_from(*s, i);
    return true;
}

static bool semver_parse(str v, struct semver *out)
{
    memset(out, 0, sizeof(*out));
    if (v.n == 0 || v.p[0] != 'v') {
        return false;
    }
    v = str_from(v, 1);
    out->minor = out->patch = STR("0");
    if (!take_number(&v, &out->major)) {
        return false;
    }
    out->is_short = true;
    if (v.n == 0) {
        return true;
    }
    if (!str_cut_prefix(&v, STR(".")) || !take_number(&v, &out->minor)) {
        return false;
    }
    if (v.n == 0) {
        return true;
    }
    if (!str_cut_prefix(&v, STR(".")) || !take_number(&v, &out->patch)) {
        return false;
    }
    out->is_short = false;
    if (v.n > 0 && v.p[0] == '-' && !take_idents(&v, true, &out->pre)) {
        return false;
    }
    if (v.n > 0 && v.p[0] == '+' && !take_idents(&v, false, &out->build)) {
        return false;
    }
    return v.n == 0;
}

/* Precedence by semver.org clause 11. */
static int pre_cmp(str a, str b)
{
    if (str_eq(a, b)) {
        return 0;
    }
    if (a.n == 0 || b.n == 0) {
        return a.n == 0 ? 1 : -1; /* the release comes after its prereleases */
    }
    a = str_from(a, 1);
    b = str_from(b, 1);
    for (;;) {
        str x, y, resta, restb;
        bool morea = str_cut(a, STR("."), &x, &resta), moreb = str_cut(b, STR("."), &y, &restb);

        if (!str_eq(x, y)) {
            bool nx = all_digits(x), ny = all_digits(y);

            if (nx != ny) {
                return nx ? -1 : 1;
            }
            return nx ? number_cmp(x, y) : str_cmp(x, y);
        }
        if (!morea || !moreb) {
            return morea == moreb ? 0 : morea ? 1 : -1;
        }
        a = resta;
        b = restb;
    }
}

bool load_semver_valid(str v)
{
    struct semver s;

    return semver_parse(v, &s);
}

int load_semver_cmp(str a, str b)
{
    struct semver x, y;
    bool okx = semver_parse(a, &x), oky = semver_parse(b, &y);
    int c;

    if (!okx || !oky) {
        return okx == oky ? 0 : okx ? 1 : -1;
    }
    if ((c = number_cmp(x.major, y.major)) != 0 || (c = number_cmp(x.minor, y.minor)) != 0 ||
        (c = number_cmp(x.patch, y.patch)) != 0) {
        return c;
    }
    return pre_cmp(x.pre, y.pre);
}

str load_semver_major(str v)
{
    struct semver s;

    return semver_parse(v, &s) ? str_slice(v, 0, 1 + s.major.n) : (str){0};
}

bool load_semver_canonical(str v)
{
    struct semver s;

    return semver_parse(v, &s) && !s.is_short &&
           (s.build.n == 0 || str_is(s.build, "+incompatible"));
}

/* Kind is "" for a release, and for a language version such as 1.21, whose patch is then empty:
 * 1.21 < 1.21rc1 < 1.21.0.  Before 1.21 there was no such difference: 1.20 is 1.20.0. */
struct gover {
    str major, minor, patch, kind, pre;
};

static bool gover_parse(str v, struct gover *g)
{
    size_t i = 0;

    memset(g, 0, sizeof(*g));
    if (!take_number(&v, &g->major)) {
        return false;
    }
    if (v.n == 0) {
        g->minor = g->patch = STR("0");
        return true;
    }
    if (!str_cut_prefix(&v, STR(".")) || !take_number(&v, &g->minor)) {
        return false;
    }
    if (v.n == 0) {
        if (number_cmp(g->minor, STR("21")) < 0) {
            g->patch = STR("0");
        }
        return true;
    }
    if (str_cut_prefix(&v, STR("."))) {
        return take_number(&v, &g->patch) && v.n == 0;
    }
    while (i < v.n && v.p[i] >= 'a' && v.p[i] <= 'z') {
        i++;
    }
    if (i == 0) {
        return false;
    }
    g->kind = str_slice(v, 0, i);
    v = str_from(v, i);
    return v.n == 0 || (take_number(&v, &g->pre) && v.n == 0);
}

bool load_gover_valid(str v)
{
    struct gover g;

    return gover_parse(v, &g);
}

int load_gover_cmp(str a, str b)
{
    struct gover x, y;
    bool okx = gover_parse(a, &x), oky = gover_parse(b, &y);
    int c;

    if (!okx || !oky) {
        return okx == oky ? 0 : okx ? 1 : -1;
    }
    if ((c = number_cmp(x.major, y.major)) != 0 || (c = number_cmp(x.minor, y.minor)) != 0 ||
        (c = number_cmp(x.patch, y.patch)) != 0 || (c = str_cmp(x.kind, y.kind)) != 0) {
        return c;
    }
    return number_cmp(x.pre, y.pre);
}

str load_gover_lang(str v)
{
    struct gover g;

    if (!gover_parse(v, &g)) {
        return (str){0};
    }
    if (g.minor.p < v.p || g.minor.p >= v.p + v.n ||
        (str_is(g.major, "1") && str_is(g.minor, "0"))) {
        return g.major;
    }
    return str_slice(v, 0, (size_t)(g.minor.p - v.p) + g.minor.n);
}

bool load_gover_directive(str *v, bool lax)
{
    struct gover g;
    str s = *v, major, minor;

    if (gover_parse(s, &g) && g.major.p[0] != '0' && g.minor.p >= s.p && g.minor.p < s.p + s.n &&
        (g.kind.n == 0 || g.pre.n > 0)) {
        return true;
    }
    if (!lax) {
        return false;
    }
    str_cut_prefix(&s, STR("v"));
    *v = s;
    if (!take_number(&s, &major) || major.p[0] == '0' || !str_cut_prefix(&s, STR(".")) ||
        !take_number(&s, &minor) || (s.n > 0 && is_digit(s.p[0]))) {
        return false;
    }
    *v = str_slice(*v, 0, (size_t)(minor.p - v->p) + minor.n);
    return true;
}

str load_escape(struct arena *a, str path)
{
    size_t upper = 0, j = 0;
    char *p;

    for (size_t i = 0; i < path.n; i++) {
        upper += path.p[i] >= 'A' && path.p[i] <= 'Z';
    }
    if (upper == 0) {
        return path;
    }
    p = arena_alloc(a, path.n + upper + 1);
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];

        if (c >= 'A' && c <= 'Z') {
            p[j++] = '!';
            c = (char)(c - 'A' + 'a');
        }
        p[j++] = c;
    }
    p[j] = 0;
    return (str){p, j};
}

static bool equal_fold(str a, const char *b)
{
    for (size_t i = 0; i < a.n; i++) {
        char c = a.p[i];

        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if (b[i] == 0 || c != b[i]) {
            return false;
        }
    }
    return b[a.n] == 0;
}

/* Names of devices on Windows, which no element of a path may be up to its first dot. */
static bool windows_device(str s)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (equal_fold(s, names[i])) {
            return true;
        }
    }
    return s.n == 4 && s.p[3] >= '1' && s.p[3] <= '9' &&
           (equal_fold(str_slice(s, 0, 3), "com") || equal_fold(str_slice(s, 0, 3), "lpt"));
}

static bool check_element(str path, str elem, struct err *e)
{
    str base = elem;
    size_t dots = 0;
    i64 at;

    for (size_t i = 0; i < elem.n; i++) {
        dots += elem.p[i] == '.';
    }
    if (elem.n == 0) {
        return err_set(e, "malformed import path \"%.*s\": empty path element", STR_ARG(path));
    }
    if (dots == elem.n) {
        return err_set(e, "malformed import path \"%.*s\": invalid path element \"%.*s\"",
                       STR_ARG(path), STR_ARG(elem));
    }
    if (elem.p[elem.n - 1] == '.') {
        return err_set(e, "malformed import path \"%.*s\": trailing dot in path element",
                       STR_ARG(path));
    }
    for (str rest = elem; rest.n > 0;) {
        u32 r;
        size_t w = str_decode_rune(rest, &r);

        if (!(r < 128 && (ident_char((char)r) || r == '.' || r == '_' || r == '~' || r == '+'))) {
            return err_set(e, "malformed import path \"%.*s\": invalid char '%.*s'", STR_ARG(path),
                           STR_ARG(str_slice(rest, 0, w)));
        }
        rest = str_from(rest, w);
    }
    at = str_find_byte(base, '.');
    if (at >= 0) {
        base = str_slice(base, 0, (size_t)at);
    }
    if (windows_device(base)) {
        return err_set(
            e,
            "malformed import path \"%.*s\": \"%.*s\" disallowed as path element component on "
            "Windows",
            STR_ARG(path), STR_ARG(base));
    }
    at = str_find_last_byte(base, '~');
    if (at >= 0 && all_digits(str_from(base, (size_t)at + 1))) {
        return err_set(e,
                       "malformed import path \"%.*s\": trailing tilde and digits in path element",
                       STR_ARG(path));
    }
    return true;
}

bool load_check_import_path(str path, struct err *e)
{
    const char *why = NULL;
    str rest = path, elem;
    bool more;

    if (!str_is_utf8(path)) {
        return err_set(e, "malformed import path: invalid UTF-8");
    }
    if (path.n == 0) {
        why = "empty string";
    } else if (path.p[0] == '-') {
        why = "leading dash";
    } else if (str_contains(path, STR("//"))) {
        why = "double slash";
    } else if (path.p[path.n - 1] == '/') {
        why = "trailing slash";
    }
    if (why) {
        return err_set(e, "malformed import path \"%.*s\": %s", STR_ARG(path), why);
    }
    do {
        more = str_cut(rest, STR("/"), &elem, &rest);
        if (!check_element(path, elem, e)) {
            return false;
        }
    } while (more);
    return true;
}

/* What of a module path says its major version: "/v2", ".v3"; false: one that cannot be. */
static bool path_major(str path, str *major)
{
    size_t i = path.n;
    bool gopkg = str_has_prefix(path, STR("gopkg.in/")), dot = false;
    str m;

    *major = (str){0};
    if (gopkg) {
        str p = path;

        str_cut_suffix(&p, STR("-unstable"));
        i = p.n;
        path = p;
    }
    while (i > 0 && (is_digit(path.p[i - 1]) || (!gopkg && path.p[i - 1] == '.'))) {
        dot |= path.p[i - 1] == '.';
        i--;
    }
    if (i <= 1 || path.p[i - 1] != 'v' || path.p[i - 2] != (gopkg ? '.' : '/') ||
        (!gopkg && i == path.n)) {
        return !gopkg;
    }
    m = str_from(path, i - 2);
    if (dot || m.n <= 2 || (m.p[2] == '0' && !(gopkg && str_is(m, ".v0"))) || str_is(m, "/v1")) {
        return false;
    }
    *major = m;
    return true;
}

bool load_check_path_major(str path, str v, struct err *e)
{
    str major = load_semver_major(v), want;

    if (!path_major(path, &want)) {
        return err_set(e, "malformed module path \"%.*s\": invalid version", STR_ARG(path));
    }
    if (str_is(want, ".v1") && str_has_prefix(v, STR("v0.0.0-"))) {
        return true; /* pseudo-versions of gopkg.in were made so once */
    }
    if (want.n == 0) {
        if (str_is(major, "v0") || str_is(major, "v1") || str_has_suffix(v, STR("+incompatible"))) {
            return true;
        }
        want = STR("v0 or v1");
    } else {
        want = str_from(want, 1);
        if (str_eq(major, want)) {
            return true;
        }
    }
    return err_set(e, "version \"%.*s\" invalid: should be %.*s, not %.*s", STR_ARG(v),
                   STR_ARG(want), STR_ARG(major));
}

bool load_path_is_std(str path)
{
    str first, rest;

    str_cut(path, STR("/"), &first, &rest);
    return str_find_byte(first, '.') < 0;
}

bool load_path_has_prefix(str path, str prefix)
{
    return str_has_prefix(path, prefix) &&
           (path.n == prefix.n || prefix.n == 0 || path.p[prefix.n] == '/');
}

bool load_path_is_local(str path)
{
    return str_is(path, ".") || str_is(path, "..") || str_has_prefix(path, STR("./")) ||
           str_has_prefix(path, STR("../"));
}

static int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* n digits of an escape at s[*i]. */
static bool escape_digits(str s, size_t *i, size_t n, int base, u32 *v)
{
    *v = 0;
    for (size_t k = 0; k < n; k++, ++*i) {
        int d = *i < s.n ? hex_value(s.p[*i]) : -1;

        if (d < 0 || d >= base) {
            return false;
        }
        *v = *v * (u32)base + (u32)d;
    }
    return true;
}

static bool unescape(str s, size_t *i, char *p, size_t *n)
{
    static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
    char c;
    const char *at;
    u32 v;

    if (*i >= s.n) {
        return false;
    }
    c = s.p[(*i)++];
    if (c != 0 && (at = strchr(from, c)) != NULL) {
        p[(*n)++] = to[at - from];
        return true;
    }
    if (c == 'x' || (c >= '0' && c <= '7')) {
        if (c != 'x') {
            --*i;
        }
        if (!escape_digits(s, i, c == 'x' ? 2 : 3, c == 'x' ? 16 : 8, &v) || v > 255) {
            return false;
        }
        p[(*n)++] = (char)(u8)v;
        return true;
    }
    if ((c != 'u' && c != 'U') || !escape_digits(s, i, c == 'u' ? 4 : 8, 16, &v) ||
        v > STR_RUNE_MAX || (v >= 0xD800 && v < 0xE000)) {
        return false;
    }
    *n += str_encode_rune(p + *n, v);
    return true;
}

bool load_unquote(struct arena *a, str lit, str *out)
{
    char quote, *p;
    size_t n = 0;

    *out = (str){0};
    if (lit.n < 2 || lit.p[0] != lit.p[lit.n - 1] || (lit.p[0] != '"' && lit.p[0] != '`')) {
        return false;
    }
    quote = lit.p[0];
    lit = str_slice(lit, 1, lit.n - 1);
    if (quote == '"' && str_find_byte(lit, '\\') < 0) {
        *out = lit;
        return str_find_byte(lit, '"') < 0 && str_find_byte(lit, '\n') < 0;
    }
    /* An escape is never shorter than what it stands for. */
    p = arena_alloc(a, lit.n + 4);
    for (size_t i = 0; i < lit.n;) {
        char c = lit.p[i++];

        if (c == quote || (quote == '"' && c == '\n')) {
            return false;
        }
        if (quote == '`' || c != '\\') {
            if (quote != '`' || c != '\r') {
                p[n++] = c;
            }
        } else if (!unescape(lit, &i, p, &n)) {
            return false;
        }
    }
    *out = (str){p, n};
    return true;
}
