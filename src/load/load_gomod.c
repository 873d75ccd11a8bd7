#include "load/load_gomod.h"

#include <string.h>

#include "load/load_version.h"

enum tok_kind {
    TOK_EOF,
    TOK_NEWLINE,
    TOK_COMMENT, /* to the end of its line, which it takes along */
    TOK_WORD,
    TOK_STRING,
    TOK_PUNCT,
};

struct tok {
    enum tok_kind kind;
    bool line_comment; /* nothing else stands on its line */
    str text;
    u32 line, col; /* col counts runes from 1 */
};

typedef VEC(struct tok) toks;

struct parser {
    struct arena *a;
    str text, name;
    size_t at;
    u32 line, col;
    struct tok tok; /* the one ahead */
    bool broken;    /* a mistake of form: nothing more is read */
    enum load_gomod_kind kind;
    u32 minor;
    struct load_gomod *m;
    toks words;
    u32 start_line, start_col; /* of the line that is read */
};

static void error_at(struct parser *p, u32 line, u32 col, str what)
{
    str s = col > 1 ? str_fmt(p->a, "%.*s:%u:%u: %.*s", STR_ARG(p->name), line, col, STR_ARG(what))
                    : str_fmt(p->a, "%.*s:%u: %.*s", STR_ARG(p->name), line, STR_ARG(what));

    vec_push_in(p->a, &p->m->errors, s);
}

BASE_PRINTF(2, 3) static bool complain(struct parser *p, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    error_at(p, p->start_line, p->start_col, str_vfmt(p->a, fmt, ap));
    va_end(ap);
    return false;
}

static void broken(struct parser *p, u32 line, u32 col, const char *what)
{
    if (!p->broken) {
        error_at(p, line, col, str_of(what));
    }
    p->broken = true;
    p->tok = (struct tok){.kind = TOK_EOF, .line = line, .col = col};
}

/* -- words ------------------------------------------------------------------------------------- */

static void step(struct parser *p)
{
    u32 r;
    size_t w = str_decode_rune(str_from(p->text, p->at), &r);

    p->at += w;
    if (r == '\n') {
        p->line++;
        p->col = 1;
    } else {
        p->col++;
    }
}

static char ahead(const struct parser *p, size_t k)
{
    return p->at + k < p->text.n ? p->text.p[p->at + k] : 0;
}

/* Space and control characters are in no word.  Beyond Latin-1 anything is taken for printable: module
 * paths are checked later. */
static bool word_rune(u32 r)
{
    if (r < 128) {
        return r > ' ' && r != 127 && !strchr("()[]{},", (int)r);
    }
    return r > 0xA0 && r != 0xAD && r != 0x2028 && r != 0x2029 && r != 0x3000 &&
           r != STR_RUNE_ERROR;
}

static void string_token(struct parser *p)
{
    u32 line = p->line, col = p->col;
    char quote = ahead(p, 0);

    step(p);
    for (;;) {
        char c = ahead(p, 0);

        if (p->at >= p->text.n) {
            broken(p, line, col, "unexpected EOF in string");
            return;
        }
        if (c == '\n') {
            broken(p, p->line, p->col, "unexpected newline in string");
            return;
        }
        step(p);
        if (c == quote) {
            break;
        }
        if (c == '\\' && quote != '`') {
            if (p->at >= p->text.n) {
                broken(p, line, col, "unexpected EOF in string");
                return;
            }
            step(p);
        }
    }
    p->tok.kind = TOK_STRING;
}

static void next(struct parser *p)
{
    size_t start;

    if (p->broken) {
        return;
    }
    while (ahead(p, 0) == ' ' || ahead(p, 0) == '\t' || ahead(p, 0) == '\r') {
        step(p);
    }
    start = p->at;
    p->tok = (struct tok){.line = p->line, .col = p->col};
    if (p->at >= p->text.n) {
        p->tok.kind = TOK_EOF;
        return;
    }
    if (ahead(p, 0) == '/' && ahead(p, 1) == '/') {
        i64 nl = str_find_last_byte(str_slice(p->text, 0, p->at), '\n');
        str before = str_slice(p->text, (size_t)(nl + 1), p->at);

        p->tok.line_comment = str_trim(before).n == 0;
        while (p->at < p->text.n && ahead(p, 0) != '\n') {
            step(p);
        }
        p->tok.kind = TOK_COMMENT;
        p->tok.text = str_trim_right(str_slice(p->text, start, p->at));
        if (p->at < p->text.n) {
            step(p);
        }
        return;
    }
    if (ahead(p, 0) == '/' && ahead(p, 1) == '*') {
        broken(p, p->line, p->col, "mod files must use // comments (not /* */ comments)");
        return;
    }
    if (ahead(p, 0) == '\n') {
        step(p);
        p->tok.kind = TOK_NEWLINE;
        return;
    }
    if (ahead(p, 0) != 0 && strchr("()[]{},", ahead(p, 0))) {
        step(p);
        p->tok.kind = TOK_PUNCT;
    } else if (ahead(p, 0) == '"' || ahead(p, 0) == '`') {
        string_token(p);
        if (p->broken) {
            return;
        }
    } else {
        for (;;) {
            u32 r = 0;

            if (p->at >= p->text.n || (ahead(p, 0) == '/' && ahead(p, 1) == '/')) {
                break;
            }
            if (ahead(p, 0) == '/' && ahead(p, 1) == '*') {
                broken(p, p->line, p->col, "mod files must use // comments (not /* */ comments)");
                return;
            }
            str_decode_rune(str_from(p->text, p->at), &r);
            if (!word_rune(r)) {
                break;
            }
            step(p);
        }
        if (p->at == start) {
            u32 r;
            size_t w = str_decode_rune(str_from(p->text, p->at), &r);

            broken(p, p->line, p->col,
                   r < ' ' || r == 127
                       ? str_cstr(p->a, str_fmt(p->a, "unexpected input character '\\x%02x'", r))
                       : str_cstr(p->a, str_fmt(p->a, "unexpected input character `%.*s`", (int)w,
                                                p->text.p + p->at)));
            return;
        }
        p->tok.kind = TOK_WORD;
    }
    p->tok.text = str_slice(p->text, start, p->at);
}

static bool at_eol(const struct parser *p)
{
    return p->tok.kind == TOK_EOF || p->tok.kind == TOK_NEWLINE || p->tok.kind == TOK_COMMENT;
}

static bool is_punct(const struct parser *p, char c)
{
    return p->tok.kind == TOK_PUNCT && p->tok.text.p[0] == c;
}

/* -- directives -------------------------------------------------------------------------------- */

static bool bad_string(struct parser *p, str s, str *out, const char **why)
{
    if (s.n > 0 && s.p[0] == '"') {
        *why = "invalid syntax";
        return !load_unquote(p->a, s, out);
    }
    *why = "unquoted string cannot contain quote";
    *out = s;
    return str_find_byte(s, '"') >= 0 || str_find_byte(s, '\'') >= 0 || str_find_byte(s, '`') >= 0;
}

static bool get_string(struct parser *p, str s, str *out)
{
    const char *why;

    return !bad_string(p, s, out, &why) || complain(p, "invalid quoted string: %s", why);
}

/* v as it is written out: v1 is v1.0.0, build metadata other than +incompatible is dropped. */
static bool canonical(struct arena *a, str v, str *out)
{
    str base = v, build = {0};
    i64 plus = str_find_byte(v, '+');
    u32 dots = 0;

    if (!load_semver_valid(v)) {
        return false;
    }
    *out = v;
    if (load_semver_canonical(v)) {
        return true;
    }
    if (plus >= 0) {
        base = str_slice(v, 0, (size_t)plus);
        build = str_from(v, (size_t)plus);
    }
    for (size_t i = 0; i < base.n && base.p[i] != '-'; i++) {
        dots += base.p[i] == '.';
    }
    *out = str_fmt(a, "%.*s%s%s", STR_ARG(base),
                   dots >= 2   ? ""
                   : dots == 1 ? ".0"
                               : ".0.0",
                   str_is(build, "+incompatible") ? "+incompatible" : "");
    return true;
}

static bool get_version(struct parser *p, const char *verb, str path, str s, str *out)
{
    const char *why;
    str v;

    if (bad_string(p, s, &v, &why)) {
        return complain(p, "%s %.*s: version \"%.*s\" invalid: %s", verb, STR_ARG(path), STR_ARG(s),
                        why);
    }
    if (!canonical(p->a, v, out)) {
        return complain(p, "%s %.*s: version \"%.*s\" invalid: must be of the form v1.2.3", verb,
                        STR_ARG(path), STR_ARG(v));
    }
    return true;
}

static bool check_major(struct parser *p, const char *verb, str path, str version)
{
    struct err e;

    if (load_check_path_major(path, version, &e)) {
        return true;
    }
    return complain(p, "%s %.*s: %s", verb, STR_ARG(path), e.text);
}

bool load_is_dir_path(str s)
{
    if (load_path_is_local(s) || str_has_prefix(s, STR(".\\")) || str_has_prefix(s, STR("..\\"))) {
        return true;
    }
    if (s.n > 0 && (s.p[0] == '/' || s.p[0] == '\\')) {
        return true;
    }
    return s.n >= 2 && s.p[1] == ':' &&
           ((s.p[0] >= 'A' && s.p[0] <= 'Z') || (s.p[0] >= 'a' && s.p[0] <= 'z'));
}

static str word(const struct parser *p, size_t i)
{
    return p->words.v[i].text;
}

static bool add_replace(struct parser *p, size_t from)
{
    size_t n = p->words.n - from, arrow = n >= 2 && str_is(word(p, from + 1), "=>") ? 1 : 2;
    struct load_replace r = {0};

    if (n < arrow + 2 || n > arrow + 3 || !str_is(word(p, from + arrow), "=>")) {
        return complain(p,
                        "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace "
                        "module/path [v1.2.3] => ../local/directory");
    }
    if (!get_string(p, word(p, from), &r.old.path)) {
        return false;
    }
    if (arrow == 2 && (!get_version(p, "replace", r.old.path, word(p, from + 1), &r.old.version) ||
                       !check_major(p, "replace", r.old.path, r.old.version))) {
        return false;
    }
    if (!get_string(p, word(p, from + arrow + 1), &r.new_.path)) {
        return false;
    }
    if (n == arrow + 2) {
        if (!load_is_dir_path(r.new_.path)) {
            return complain(p, str_find_byte(r.new_.path, '@') >= 0
                                   ? "replacement module must match format 'path version', not "
                                     "'path@version'"
                                   : "replacement module without version must be directory path "
                                     "(rooted or starting with . or ..)");
        }
        if (str_find_byte(r.new_.path, '\\') >= 0) {
            return complain(p, "replacement directory appears to be Windows path (on a non-windows "
                               "system)");
        }
    } else {
        if (!get_version(p, "replace", r.new_.path, word(p, from + arrow + 2), &r.new_.version)) {
            return false;
        }
        if (load_is_dir_path(r.new_.path)) {
            return complain(p, "replacement module directory path \"%.*s\" cannot have version",
                            STR_ARG(r.new_.path));
        }
    }
    vec_push_in(p->a, &p->m->replace, r);
    return true;
}

/* Retractions do not concern whoever builds; their form is checked in the main module. */
static bool add_retract(struct parser *p, size_t from)
{
    size_t n = p->words.n - from, used;
    str v;

    if (p->kind == LOAD_GOMOD_DEPENDENCY) {
        return true;
    }
    if (n == 0 || str_is(word(p, from), "(")) {
        return complain(p, "expected '[' or version");
    }
    if (!str_is(word(p, from), "[")) {
        if (!get_version(p, "retract", (str){0}, word(p, from), &v)) {
            return false;
        }
        used = 1;
    } else {
        static const char *const want[] = {"version after '['", "',' after version",
                                           "version after ','", "']' after version"};
        static const char *const punct[] = {NULL, ",", NULL, "]"};

        for (size_t i = 0; i < 4; i++) {
            if (n <= 1 + i || (punct[i] && !str_is(word(p, from + 1 + i), punct[i]))) {
                return complain(p, "expected %s", want[i]);
            }
            if (!punct[i] && !get_version(p, "retract", (str){0}, word(p, from + 1 + i), &v)) {
                return false;
            }
        }
        used = 5;
    }
    if (n > used) {
        return complain(p, "unexpected token after version: \"%.*s\"",
                        STR_ARG(word(p, from + used)));
    }
    return true;
}

static bool is_indirect(str comment)
{
    str f[3] = {{0}, {0}, {0}}, s;

    if (!str_cut_prefix(&comment, STR("//"))) {
        return false;
    }
    s = comment;
    str_next_field(&s, &f[0]);
    str_next_field(&s, &f[1]);
    return (str_is(f[0], "indirect") && f[1].n == 0) || str_is(f[0], "indirect;");
}

enum verb {
    VERB_NONE,
    VERB_MODULE,
    VERB_GO,
    VERB_TOOLCHAIN,
    VERB_GODEBUG,
    VERB_REQUIRE,
    VERB_EXCLUDE,
    VERB_REPLACE,
    VERB_RETRACT,
    VERB_TOOL,
    VERB_IGNORE,
    VERB_USE,
};

/* since: the minor version of Go 1 that brought the directive; of those, blocks: it can have ( ). */
static const struct verb_info {
    const char *name;
    enum verb verb;
    u32 since;
    bool in_mod, in_work, lax, block;
} verbs[] = {
    {"module", VERB_MODULE, 0, true, false, true, true},
    {"go", VERB_GO, 0, true, true, true, false},
    {"toolchain", VERB_TOOLCHAIN, 21, true, true, false, false},
    {"godebug", VERB_GODEBUG, 23, true, true, false, true},
    {"require", VERB_REQUIRE, 0, true, false, true, true},
    {"exclude", VERB_EXCLUDE, 0, true, false, false, true},
    {"replace", VERB_REPLACE, 0, true, true, false, true},
    {"retract", VERB_RETRACT, 0, true, false, true, true},
    {"tool", VERB_TOOL, 24, true, false, false, true},
    {"ignore", VERB_IGNORE, 25, true, false, true, true},
    {"use", VERB_USE, 0, false, true, false, true},
};

static const struct verb_info *find_verb(const struct parser *p, str s)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        const struct verb_info *v = &verbs[i];

        if (str_is(s, v->name) && (p->minor == 0 || v->since <= p->minor) &&
            (p->kind == LOAD_GOMOD_WORK ? v->in_work : v->in_mod)) {
            return v;
        }
    }
    return NULL;
}

static bool one_string(struct parser *p, size_t from, str *out, const char *usage)
{
    if (p->words.n != from + 1) {
        return complain(p, "%s", usage);
    }
    return get_string(p, word(p, from), out);
}

static bool add_go(struct parser *p, size_t from)
{
    str v, lang;

    if (p->m->go.n > 0) {
        return complain(p, "repeated go statement");
    }
    if (p->words.n != from + 1) {
        return complain(p, "go directive expects exactly one argument");
    }
    v = word(p, from);
    lang = load_gover_lang(v);
    if (!load_gover_directive(&v, p->kind == LOAD_GOMOD_DEPENDENCY) ||
        (p->minor > 0 && p->minor < 21 && p->kind != LOAD_GOMOD_DEPENDENCY && !str_eq(lang, v))) {
        return complain(p, "invalid go version '%.*s': must match format %s",
                        STR_ARG(word(p, from)), p->minor > 0 && p->minor < 21 ? "1.23" : "1.23.0");
    }
    p->m->go = v;
    return true;
}

static bool add_requirement(struct parser *p, enum verb verb, size_t from, str comment)
{
    const char *name = verb == VERB_REQUIRE ? "require" : "exclude";
    struct load_modver m;

    if (p->words.n != from + 2) {
        return complain(p, "usage: %s module/path v1.2.3", name);
    }
    if (!get_string(p, word(p, from), &m.path) ||
        !get_version(p, name, m.path, word(p, from + 1), &m.version) ||
        !check_major(p, name, m.path, m.version)) {
        return false;
    }
    if (verb == VERB_REQUIRE) {
        vec_push_in(p->a, &p->m->require, (struct load_require){m, is_indirect(comment)});
    } else {
        vec_push_in(p->a, &p->m->exclude, m);
    }
    return true;
}

static bool has_quote(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("\"`',", s.p[i]) && s.p[i] != 0) {
            return true;
        }
    }
    return false;
}

/* The words of a line from `from` on are the arguments of verb. */
static bool directive(struct parser *p, enum verb verb, size_t from, str comment)
{
    str s;

    switch (verb) {
    case VERB_NONE: return complain(p, "unknown directive: %.*s", STR_ARG(word(p, 0)));
    case VERB_GO: return add_go(p, from);
    case VERB_TOOLCHAIN:
        if (p->m->toolchain.n > 0) {
            return complain(p, "repeated toolchain statement");
        }
        if (p->words.n != from + 1) {
            return complain(p, "toolchain directive expects exactly one argument");
        }
        s = word(p, from);
        if (!str_is(s, "default") && !str_is(s, "go1") && !str_has_prefix(s, STR("go1."))) {
            return complain(
                p, "invalid toolchain version '%.*s': must match format go1.23.0 or default",
                STR_ARG(s));
        }
        p->m->toolchain = s;
        return true;
    case VERB_MODULE:
        if (p->m->module.n > 0) {
            return complain(p, "repeated module statement");
        }
        return one_string(p, from, &p->m->module, "usage: module module/path");
    case VERB_GODEBUG:
        if (p->words.n != from + 1 || has_quote(word(p, from)) ||
            str_find_byte(word(p, from), '=') < 0) {
            return complain(p, "usage: godebug key=value");
        }
        return true;
    case VERB_REQUIRE:
    case VERB_EXCLUDE: return add_requirement(p, verb, from, comment);
    case VERB_REPLACE: return add_replace(p, from);
    case VERB_RETRACT: return add_retract(p, from);
    case VERB_TOOL:
        if (!one_string(p, from, &s, "tool directive expects exactly one argument")) {
            return false;
        }
        vec_push_in(p->a, &p->m->tool, s);
        return true;
    case VERB_IGNORE:
        if (!one_string(p, from, &s, "ignore directive expects exactly one argument")) {
            return false;
        }
        vec_push_in(p->a, &p->m->ignore, s);
        return true;
    case VERB_USE:
        if (!one_string(p, from, &s, "usage: use local/dir")) {
            return false;
        }
        vec_push_in(p->a, &p->m->use, s);
        return true;
    }
    return true;
}

/* -- lines and blocks -------------------------------------------------------------------------- */

/* The words up to the end of the line; its comment. */
static str read_line(struct parser *p)
{
    str comment = {0};

    vec_reset(&p->words);
    p->start_line = p->tok.line;
    p->start_col = p->tok.col;
    while (!at_eol(p)) {
        vec_push(&p->words, p->tok);
        next(p);
    }
    if (p->tok.kind == TOK_COMMENT) {
        comment = p->tok.text;
    }
    next(p);
    return comment;
}

static void read_block(struct parser *p, const struct verb_info *v, bool wanted)
{
    u32 line = p->start_line, col = p->start_col;

    for (;;) {
        if (p->tok.kind == TOK_NEWLINE || p->tok.kind == TOK_COMMENT) {
            next(p);
        } else if (p->tok.kind == TOK_EOF) {
            if (!p->broken) {
                broken(p, p->tok.line, p->tok.col,
                       str_cstr(p->a,
                                str_fmt(p->a,
                                        "syntax error (unterminated block started at %.*s:%u:%u)",
                                        STR_ARG(p->name), line, col)));
            }
            return;
        } else if (is_punct(p, ')')) {
            next(p);
            if (!at_eol(p)) {
                broken(p, p->tok.line, p->tok.col,
                       "syntax error (expected newline after closing paren)");
                return;
            }
            next(p);
            return;
        } else {
            str comment = read_line(p);

            if (!p->broken && wanted && p->words.n > 0) {
                directive(p, v->verb, 0, comment);
            }
        }
    }
}

static void read_statement(struct parser *p)
{
    const struct verb_info *v;
    bool lax = p->kind == LOAD_GOMOD_DEPENDENCY, wanted;
    str comment = {0}, all = {0};

    vec_reset(&p->words);
    p->start_line = p->tok.line;
    p->start_col = p->tok.col;
    do {
        struct tok t = p->tok;

        vec_push(&p->words, t);
        next(p);
        if (t.kind == TOK_PUNCT && t.text.p[0] == '(' && p->words.n > 1) {
            bool empty = false;

            if (is_punct(p, ')')) {
                struct tok close = p->tok;

                next(p);
                empty = at_eol(p);
                if (!empty) {
                    vec_push(&p->words, close);
                    continue;
                }
            } else if (!at_eol(p)) {
                continue;
            }
            /* A block. */
            p->words.n--;
            all = str_slice(p->text, (size_t)(word(p, 0).p - p->text.p),
                            (size_t)(word(p, p->words.n - 1).p - p->text.p) +
                                word(p, p->words.n - 1).n);
            v = find_verb(p, word(p, 0));
            wanted = p->words.n == 1 && v && v->block && (!lax || v->lax);
            if (!wanted && !lax) {
                complain(p, "unknown block type: %.*s", STR_ARG(all));
            }
            next(p);
            if (!empty) {
                read_block(p, v, wanted);
            }
            return;
        }
    } while (!at_eol(p));
    if (p->tok.kind == TOK_COMMENT) {
        comment = p->tok.text;
    }
    next(p);
    if (p->broken) {
        return;
    }
    v = find_verb(p, word(p, 0));
    if (lax && (!v || !v->lax)) {
        return;
    }
    directive(p, v ? v->verb : VERB_NONE, 1, comment);
}

bool load_gomod_parse(struct arena *a, str text, str name, enum load_gomod_kind kind, u32 minor,
                      struct load_gomod *m)
{
    struct parser p = {.a = a, .text = text, .name = name, .line = 1, .col = 1};

    memset(m, 0, sizeof(*m));
    p.kind = kind;
    p.minor = minor;
    p.m = m;
    next(&p);
    while (p.tok.kind != TOK_EOF) {
        if (p.tok.kind == TOK_NEWLINE || p.tok.kind == TOK_COMMENT) {
            next(&p);
        } else {
            read_statement(&p);
        }
    }
    vec_release(&p.words);
    return m->errors.n == 0;
}

/* -- vendor/modules.txt ------------------------------------------------------------------------ */

static struct load_vendored *vendored(struct arena *a, struct load_vendor *v, struct load_modver m)
{
    for (size_t i = v->mods.n; i-- > 0;) {
        if (str_eq(v->mods.v[i].mod.path, m.path) && str_eq(v->mods.v[i].mod.version, m.version)) {
            return &v->mods.v[i];
        }
    }
    vec_push_in(a, &v->mods, (struct load_vendored){.mod = m});
    return &v->mods.v[v->mods.n - 1];
}

/* "# path v1.2.3 [=> other [v1.2.4]]", "# path => other": the module, or NULL for what is neither. */
static struct load_vendored *vendored_line(struct arena *a, struct load_vendor *v, str line)
{
    struct load_modver m = {0};
    struct load_vendored *d;
    str f[6];
    size_t n = 0, i = 2;

    while (n < ARRAY_LEN(f) && str_next_field(&line, &f[n])) {
        n++;
    }
    if (n < 3) {
        return NULL;
    }
    m.path = f[1];
    if (load_semver_valid(f[2])) {
        m.version = f[2];
        i = 3;
    } else if (!str_is(f[2], "=>")) {
        return NULL;
    }
    d = vendored(a, v, m);
    if (n >= i + 2 && str_is(f[i], "=>") &&
        (n == i + 2 || (n == i + 3 && load_semver_valid(f[i + 2])))) {
        d->replaced = true;
        d->replacement.path = f[i + 1];
        d->replacement.version = n == i + 3 ? f[i + 2] : (str){0};
    }
    return d;
}

void load_vendor_parse(struct arena *a, str text, struct load_vendor *v)
{
    struct load_vendored *d = NULL;
    str line, part;

    memset(v, 0, sizeof(*v));
    while (str_next_line(&text, &line)) {
        if (str_has_prefix(line, STR("# "))) {
            d = vendored_line(a, v, line);
            continue;
        }
        if (str_is(str_trim(line), "## workspace")) {
            v->workspace = true;
            continue;
        }
        if (!d) {
            continue;
        }
        if (str_cut_prefix(&line, STR("## "))) {
            while (str_next_sep(&line, ';', &part)) {
                part = str_trim(part);
                if (str_is(part, "explicit")) {
                    d->is_explicit = true;
                } else if (str_cut_prefix(&part, STR("go "))) {
                    d->go_version = part;
                }
            }
            continue;
        }
        line = str_trim(line);
        if (load_check_import_path(line, NULL)) {
            vec_push_in(a, &d->packages, line);
            d->used = true;
        }
    }
}
