/* parse_build.c: what Go version a //go:build line demands.
 *
 * Grammar and meaning: `go help buildconstraint`; GOROOT/src/go/build/constraint/{expr,vers}.go,
 * also for what is no well-formed line.  A version is demanded if the constraint cannot hold
 * without the tag: of x && y the higher, of x || y the lower, of !x none.
 */
#include "syntax/parse_state.h"
#include "syntax/unicode.h"

enum { NO_VERSION = -1, MAX_SIZE = 1000 };

struct build {
    str text;
    size_t at;
    char op; /* ( ) ! & |, a for a tag, 0 at the end */
    str tag;
    bool bad;
    u32 size;
};

static void next(struct build *b)
{
    size_t n = 0;

    while (b->at < b->text.n && (b->text.p[b->at] == ' ' || b->text.p[b->at] == '\t')) {
        b->at++;
    }
    if (b->at == b->text.n) {
        b->op = 0;
        return;
    }
    b->op = b->text.p[b->at];
    switch (b->op) {
    case '(':
    case ')':
    case '!': b->at++; return;
    case '&':
    case '|':
        if (b->at + 1 == b->text.n || b->text.p[b->at + 1] != b->op) {
            b->bad = true;
        }
        b->at = base_min(b->at + 2, b->text.n);
        return;
    default: break;
    }
    b->tag = str_from(b->text, b->at);
    while (n < b->tag.n) {
        u32 r;
        size_t w = str_decode_rune(str_from(b->tag, n), &r);

        if (!unicode_is_letter(r) && !unicode_is_digit(r) && r != '_' && r != '.') {
            break;
        }
        n += w;
    }
    b->tag.n = n;
    b->at += n;
    b->op = 'a';
    b->bad |= n == 0;
}

static int tag_version(str tag)
{
    i64 dot = str_find(tag, STR("go1."));
    u64 v;

    if (str_eq(tag, STR("go1"))) {
        return 0;
    }
    if (dot < 0 || !str_u64(str_from(tag, (size_t)dot + 4), &v) || v > INT32_MAX) {
        return NO_VERSION;
    }
    return (int)v;
}

static int any_of(struct build *b, bool not );

static int operand(struct build *b, bool not )
{
    int v = NO_VERSION;

    if (b->bad || ++b->size > MAX_SIZE) {
        b->bad = true;
        return v;
    }
    next(b);
    if (b->op == '!') {
        not = !not ;
        next(b);
        b->bad |= b->op == '!';
    }
    if (b->op == '(') {
        v = any_of(b, not );
        b->bad |= b->op != ')';
    } else if (b->op == 'a') {
        v = not ? NO_VERSION : tag_version(b->tag);
    } else {
        b->bad = true;
    }
    if (!b->bad) {
        next(b);
    }
    return v;
}

static int join(int x, int y, bool higher)
{
    return (x > y) == higher ? x : y;
}

static int all_of(struct build *b, bool not )
{
    int v = operand(b, not );

    while (b->op == '&' && !b->bad) {
        v = join(v, operand(b, not ), !not );
    }
    return v;
}

static int any_of(struct build *b, bool not )
{
    int v = all_of(b, not );

    while (b->op == '|' && !b->bad) {
        v = join(v, all_of(b, not ), not );
    }
    return v;
}

int parse_build_version(str line)
{
    struct build b = {.text = str_trim(line)};
    int v;

    if (!str_cut_prefix(&b.text, STR("//go:build")) ||
        (b.text.n > 0 && b.text.p[0] != ' ' && b.text.p[0] != '\t')) {
        return NO_VERSION;
    }
    v = any_of(&b, false);
    return b.bad || b.op != 0 ? NO_VERSION : v;
}
