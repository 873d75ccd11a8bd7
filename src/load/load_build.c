#include "load/load_build.h"

#include <string.h>

static const char *const known_os[] = {
    "aix",   "android", "darwin", "dragonfly", "freebsd", "hurd",    "illumos", "ios",     "js",
    "linux", "nacl",    "netbsd", "openbsd",   "plan9",   "solaris", "wasip1",  "windows", "zos",
};
static const char *const unix_os[] = {
    "aix",     "android", "darwin", "dragonfly", "freebsd", "hurd",
    "illumos", "ios",     "linux",  "netbsd",    "openbsd", "solaris",
};
static const char *const known_arch[] = {
    "386",     "amd64",  "amd64p32", "arm",      "armbe",     "arm64",       "arm64be", "loong64",
    "mips",    "mipsle", "mips64",   "mips64le", "mips64p32", "mips64p32le", "ppc",     "ppc64",
    "ppc64le", "riscv",  "riscv64",  "s390",     "s390x",     "sparc",       "sparc64", "wasm",
};

static bool listed(const char *const *list, size_t n, str s)
{
    for (size_t i = 0; i < n; i++) {
        if (s.n > 0 && list[i][0] == s.p[0] && str_is(s, list[i])) {
            return true;
        }
    }
    return false;
}

bool load_known_os(str s, u32 minor)
{
    /* wasip1 came with Go 1.21; before, x_wasip1.go was for everyone. */
    return listed(known_os, ARRAY_LEN(known_os), s) && !(minor < 21 && str_is(s, "wasip1"));
}

bool load_known_arch(str s)
{
    return listed(known_arch, ARRAY_LEN(known_arch), s);
}

void load_tags_add(struct load_tags *t, str tag)
{
    strmap_put(&t->set, tag, NULL)->u = 1;
}

bool load_tags_has(const struct load_tags *t, str tag)
{
    if (str_is(tag, "boringcrypto")) {
        tag = STR("goexperiment.boringcrypto"); /* its old name */
    }
    return strmap_get(&t->set, tag) != NULL;
}

void load_tags_init(struct arena *a, struct load_tags *t, str goos, str goarch, u32 minor, bool cgo,
                    str tags)
{
    size_t start = 0;

    memset(t, 0, sizeof(*t));
    t->goos = goos;
    t->goarch = goarch;
    t->minor = minor;
    load_tags_add(t, goos);
    load_tags_add(t, goarch);
    load_tags_add(t, STR("gc"));
    if (cgo) {
        load_tags_add(t, STR("cgo"));
    }
    if (str_is(goos, "android")) {
        load_tags_add(t, STR("linux"));
    } else if (str_is(goos, "illumos")) {
        load_tags_add(t, STR("solaris"));
    } else if (str_is(goos, "ios")) {
        load_tags_add(t, STR("darwin"));
    }
    if (listed(unix_os, ARRAY_LEN(unix_os), goos)) {
        load_tags_add(t, STR("unix"));
    }
    for (u32 i = 1; i <= minor; i++) {
        load_tags_add(t, str_fmt(a, "go1.%u", i));
    }
    for (size_t i = 0; i <= tags.n; i++) {
        if (i == tags.n || tags.p[i] == ',' || tags.p[i] == ' ' || tags.p[i] == '\t') {
            if (i > start) {
                load_tags_add(t, str_slice(tags, start, i));
            }
            start = i + 1;
        }
    }
}

void load_tags_release(struct load_tags *t)
{
    strmap_release(&t->set);
}

bool load_file_name_matches(const struct load_tags *t, str name)
{
    str last = {0}, before = {0};
    i64 at = str_find_byte(name, '.');

    if (at >= 0) {
        name = str_slice(name, 0, (size_t)at);
    }
    /* What stands before the first _ is no tag: linux.go is for all. */
    at = str_find_byte(name, '_');
    if (at < 0) {
        return true;
    }
    name = str_from(name, (size_t)at + 1);
    at = str_find_last_byte(name, '_');
    last = at < 0 ? name : str_from(name, (size_t)at + 1);
    if (str_is(last, "test")) {
        if (at < 0) {
            return true;
        }
        name = str_slice(name, 0, (size_t)at);
        at = str_find_last_byte(name, '_');
        last = at < 0 ? name : str_from(name, (size_t)at + 1);
    }
    if (at >= 0) {
        name = str_slice(name, 0, (size_t)at);
        at = str_find_last_byte(name, '_');
        before = at < 0 ? name : str_from(name, (size_t)at + 1);
        if (load_known_os(before, t->minor) && load_known_arch(last)) {
            return load_tags_has(t, last) && load_tags_has(t, before);
        }
    }
    if (load_known_os(last, t->minor) || load_known_arch(last)) {
        return load_tags_has(t, last);
    }
    return true;
}

/* -- expressions ------------------------------------------------------------------------------- */

/* //go:build lines: or = and {"||" and}, and = not {"&&" not}, not = ["!"] atom.  Both sides are always
 * read.  The number of operands is bounded as in go/build/constraint, and with it the depth. */
enum { EXPR_MAX = 1000, OLD_MAX = 100 };

struct expr {
    const struct load_tags *t;
    str s;
    size_t at;
    str tok; /* empty at the end */
    bool is_tag;
    u32 size;
    bool failed;
    struct err *e;
};

static bool fail(struct expr *x, const char *what, str arg)
{
    if (!x->failed) {
        err_set(x->e, "%s%.*s", what, STR_ARG(arg));
    }
    x->failed = true;
    x->tok = (str){0};
    return false;
}

/* Letters beyond ASCII are taken for letters, except for space, signs and punctuation of the common
 * blocks. */
static bool tag_rune(u32 r)
{
    if (r < 128) {
        return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9') ||
               r == '_' || r == '.';
    }
    return r == 0xAA || r == 0xB5 || r == 0xBA ||
           (r >= 0xC0 && r != 0xD7 && r != 0xF7 && !(r >= 0x2000 && r <= 0x20CF) &&
            !(r >= 0x2190 && r <= 0x2BFF) && !(r >= 0x3000 && r <= 0x3004) && r != STR_RUNE_ERROR);
}

static void lex(struct expr *x)
{
    size_t start;
    u32 r;

    x->is_tag = false;
    x->tok = (str){0};
    if (x->failed) {
        return;
    }
    while (x->at < x->s.n && (x->s.p[x->at] == ' ' || x->s.p[x->at] == '\t')) {
        x->at++;
    }
    if (x->at >= x->s.n) {
        return;
    }
    start = x->at;
    switch (x->s.p[start]) {
    case '(':
    case ')':
    case '!': x->at++; break;
    case '&':
    case '|':
        if (start + 1 >= x->s.n || x->s.p[start + 1] != x->s.p[start]) {
            fail(x, "invalid syntax at ", str_slice(x->s, start, start + 1));
            return;
        }
        x->at += 2;
        break;
    default:
        while (x->at < x->s.n) {
            size_t w = str_decode_rune(str_from(x->s, x->at), &r);

            if (!tag_rune(r)) {
                break;
            }
            x->at += w;
        }
        if (x->at == start) {
            size_t w = str_decode_rune(str_from(x->s, start), &r);

            fail(x, "invalid syntax at ", str_slice(x->s, start, start + w));
            return;
        }
        x->is_tag = true;
    }
    x->tok = str_slice(x->s, start, x->at);
}

static bool eval_or(struct expr *x);

static bool eval_atom(struct expr *x)
{
    bool v;
    str tok = x->tok;

    if (str_is(tok, "(")) {
        v = eval_or(x);
        if (x->failed) {
            return false;
        }
        if (!str_is(x->tok, ")")) {
            return fail(x, "missing close paren", (str){0});
        }
        lex(x);
        return v;
    }
    if (!x->is_tag) {
        /* Go says of a ( that is never closed so too. */
        if (tok.n == 0) {
            str open = str_slice(x->s, 0, x->at);
            int depth = 0;

            for (size_t i = 0; i < open.n; i++) {
                depth += open.p[i] == '(' ? 1 : open.p[i] == ')' ? -1 : 0;
            }
            return fail(x, depth > 0 ? "missing close paren" : "unexpected end of expression",
                        (str){0});
        }
        return fail(x, "unexpected token ", tok);
    }
    lex(x);
    return load_tags_has(x->t, tok);
}

static bool eval_not(struct expr *x)
{
    if (++x->size > EXPR_MAX) {
        return fail(x, "build expression too large", (str){0});
    }
    lex(x);
    if (x->failed) {
        return false;
    }
    if (str_is(x->tok, "!")) {
        lex(x);
        if (str_is(x->tok, "!")) {
            return fail(x, "double negation not allowed", (str){0});
        }
        return !x->failed && !eval_atom(x);
    }
    return eval_atom(x);
}

static bool eval_and(struct expr *x)
{
    bool v = eval_not(x);

    while (!x->failed && str_is(x->tok, "&&")) {
        bool w = eval_not(x);

        v = v && w;
    }
    return v;
}

static bool eval_or(struct expr *x)
{
    bool v = eval_and(x);

    while (!x->failed && str_is(x->tok, "||")) {
        bool w = eval_and(x);

        v = v || w;
    }
    return v;
}

/* The text after word if the line begins so and the word ends there. */
static bool after_word(str *line, str word)
{
    str s = str_trim(*line), rest;

    if (!str_cut_prefix(&s, word)) {
        return false;
    }
    rest = str_trim(s);
    if (rest.n == s.n && s.n > 0) {
        return false;
    }
    *line = rest;
    return true;
}

static bool go_build_text(str *line)
{
    return str_has_prefix(*line, STR("//go:build")) && after_word(line, STR("//go:build"));
}

static bool plus_build_text(str *line)
{
    str s = *line;

    if (!str_cut_prefix(&s, STR("//")) || !after_word(&s, STR("+build"))) {
        return false;
    }
    *line = s;
    return true;
}

static bool valid_tag(str s)
{
    for (str rest = s; rest.n > 0;) {
        u32 r;
        size_t w = str_decode_rune(rest, &r);

        if (!tag_rune(r)) {
            return false;
        }
        rest = str_from(rest, w);
    }
    return s.n > 0;
}

/* "// +build a,!b c": clauses by spaces are alternatives, literals by commas must all hold.  What is no tag
 * never holds. */
static bool eval_plus_build(const struct load_tags *t, str text, bool *value, struct err *e)
{
    str clause;
    u32 size = 0;
    bool any = false;

    *value = false;
    while (str_next_field(&text, &clause)) {
        bool all = true, more;

        if (any && ++size > OLD_MAX) {
            return err_set(e, "build expression too complex for old syntax");
        }
        do {
            str lit;
            bool neg, v;

            more = str_cut(clause, STR(","), &lit, &clause);
            if (str_is(lit, "!") || str_has_prefix(lit, STR("!!"))) {
                lit = STR("ignore");
            }
            neg = str_cut_prefix(&lit, STR("!"));
            v = load_tags_has(t, valid_tag(lit) ? lit : STR("ignore"));
            all = all && v != neg;
            if (more && ++size > OLD_MAX) {
                return err_set(e, "build expression too complex for old syntax");
            }
        } while (more);
        *value = *value || all;
        any = true;
    }
    if (!any) {
        *value = load_tags_has(t, STR("ignore"));
    }
    return true;
}

bool load_constraint_eval(const struct load_tags *t, str line, bool *value, struct err *e)
{
    struct expr x = {.t = t, .e = e};

    if (go_build_text(&line)) {
        x.s = line;
        *value = eval_or(&x);
        if (!x.failed && x.tok.n > 0) {
            fail(&x, "unexpected token ", x.tok);
        }
        return !x.failed;
    }
    if (plus_build_text(&line)) {
        return eval_plus_build(t, line, value, e);
    }
    return err_set(e, "not a build constraint");
}

/* -- the head of a file ------------------------------------------------------------------------ */

/* Leaves a comment that is open; what follows on the line, or an empty text. */
static str skip_block_comments(str line, bool *open)
{
    for (;;) {
        if (*open) {
            i64 end = str_find(line, STR("*/"));

            if (end < 0) {
                return (str){0};
            }
            *open = false;
            line = str_trim(str_from(line, (size_t)end + 2));
        } else if (str_has_prefix(line, STR("/*"))) {
            *open = true;
            line = str_from(line, 2);
        } else {
            return line;
        }
    }
}

bool load_head_matches(const struct load_tags *t, str head, bool *matches, struct err *e)
{
    str rest, line, go_build = {0}, old;
    size_t old_end = 0; /* +build lines count up to the last blank line before other text */
    bool ended = false, in_comment = false;
    struct err why;

    str_cut_prefix(&head, STR("\xEF\xBB\xBF"));
    rest = head;
    *matches = true;
    while (rest.n > 0) {
        i64 nl = str_find_byte(rest, '\n');

        line = nl < 0 ? rest : str_slice(rest, 0, (size_t)nl);
        rest = nl < 0 ? (str){0} : str_from(rest, (size_t)nl + 1);
        line = str_trim(line);
        if (line.n == 0 && !ended) {
            old_end = head.n - rest.n;
            continue;
        }
        if (!str_has_prefix(line, STR("//"))) {
            ended = true;
        }
        if (!in_comment) {
            str l = line;

            if (go_build_text(&l)) {
                if (go_build.n > 0) {
                    return err_set(e, "multiple //go:build comments");
                }
                go_build = line;
            }
        }
        line = skip_block_comments(line, &in_comment);
        if (line.n > 0 && !str_has_prefix(line, STR("//"))) {
            break;
        }
    }
    if (go_build.n > 0) {
        if (!load_constraint_eval(t, go_build, matches, &why)) {
            return err_set(e, "parsing //go:build line: %s", why.text);
        }
        return true;
    }
    old = str_slice(head, 0, old_end);
    if (str_find(old, STR("+build")) < 0) {
        return true;
    }
    while (str_next_line(&old, &line)) {
        bool v;

        line = str_trim(line);
        if (plus_build_text(&(str){line.p, line.n}) && load_constraint_eval(t, line, &v, NULL)) {
            *matches = *matches && v;
        }
    }
    return true;
}
