/* cmd_escape_m.c: `gomm escape -m`, and the list for people until it has more to say. */
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/cmd_escape.h"

/* The compiler prints absolute names, and the go command shortens them: in whatever a package's compilation says, its
 * directory and, since Go 1.21, each one above it (GOROOT/src/cmd/go/internal/work/shell.go, reportCmd).  That rule
 * compares text, not parts of paths.  Go 1.19's compiler knows files of other packages of GOROOT by a name that begins
 * with $GOROOT. */
str cmd_escape_file(const struct cmd_escape *c, const struct load_package *p, str file)
{
    struct arena *a = c->show.arena;
    str root = c->load->config.goroot;
    enum { PARENTS = 21 };
    for (str dir = p->dir; dir.n > 0 && path_is_abs(file);) {
        str near = path_short(a, c->cwd, dir);
        if (str_has_prefix(file, dir) && !str_eq(near, dir)) {
            return str_join(a, (str[]){near, str_from(file, dir.n)}, 2, (str){0});
        }
        str up = path_dir(a, dir);
        if (str_eq(up, dir) || c->escape->profile->minor < PARENTS) {
            break;
        }
        dir = up;
    }
    if (!c->escape->profile->unified && root.n > 0 && path_is_below(file, root) && !path_is_below(file, p->dir)) {
        return str_fmt(a, "$GOROOT%.*s", STR_ARG(str_from(file, root.n)));
    }
    return file;
}

static void escape_put_note(struct cmd_escape *c, const struct load_package *p, const struct ir_note *n, str *file,
                            str *shown)
{
    struct span at = escape_note_span(c->escape, n);
    if (at.file.n > 0) {
        /* Notes of one file mostly follow each other. */
        if (!str_eq(at.file, *file)) {
            *file = at.file;
            *shown = cmd_escape_file(c, p, at.file);
        }
        strbuf_put(&c->out, *shown);
        strbuf_putc(&c->out, ':');
        strbuf_put_u64(&c->out, at.line);
        if (at.col != 0 && at.col < CMD_ESCAPE_COLUMNS) {
            strbuf_putc(&c->out, ':');
            strbuf_put_u64(&c->out, at.col);
        }
        strbuf_put(&c->out, STR(": "));
    }
    strbuf_put(&c->out, n->text);
    strbuf_putc(&c->out, '\n');
}

static void escape_put_package(struct cmd_escape *c, const struct load_package *p, bool heap_only)
{
    const struct escape_result *r = &c->escape->results[p->id];
    str file = {0}, shown = {0};
    bool head = false;
    for (u32 i = 0; i < r->n_notes; i++) {
        const struct ir_note *n = &r->notes[i];
        if (heap_only && n->kind != NOTE_MOVED && n->kind != NOTE_ESCAPES) {
            continue;
        }
        if (!head) {
            strbuf_printf(&c->out, "# %.*s\n", STR_ARG(cmd_show_title(&c->show, p)));
            head = true;
        }
        escape_put_note(c, p, n, &file, &shown);
    }
}

static int escape_put_all(struct cmd_escape *c, bool heap_only)
{
    enum { OUTPUT_MAX = 1 << 18 }; /* more need not be there at once */
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        if (cmd_escape_wanted(c, c->load->pkgs[i])) {
            escape_put_package(c, c->load->pkgs[i], heap_only);
        }
        if (c->out.n >= OUTPUT_MAX) {
            bool ok = cmd_print(strbuf_str(&c->out));
            strbuf_reset(&c->out);
            if (!ok) {
                return BASE_EXIT_FAILURE;
            }
        }
    }
    return c->bad_packages > 0 ? BASE_EXIT_FINDINGS : BASE_EXIT_CLEAN;
}

int cmd_escape_messages(struct cmd_escape *c)
{
    return escape_put_all(c, false);
}
