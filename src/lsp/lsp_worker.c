/* lsp_worker.c: a worker's life: it analyses, says what it found, and answers until the server has no more use for it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include "base/io.h"
#include "lsp/lsp_view.h"

struct work {
    struct arena arena;
    struct lsp_server *server;
    struct lsp_unit *unit;
    int fd;
    lsp_views views;
};

/* ---- to the server ---- */

static void work_send(struct work *w, str body)
{
    struct strbuf b = {0};

    lsp_frame_write(&b, body);
    if (!io_write_fd(w->fd, "server", strbuf_str(&b), NULL)) {
        _exit(0); /* it has gone, or lost interest */
    }
    strbuf_release(&b);
}

static void work_tell(struct work *w, char what, str text)
{
    struct strbuf b = {0};

    strbuf_putc(&b, what);
    strbuf_put(&b, text);
    work_send(w, strbuf_str(&b));
    strbuf_release(&b);
}

static void tell_file(struct work *w, const struct lsp_file *f)
{
    struct strbuf b = {0}, head = {0};
    struct jsonw j;

    jsonw_init(&j, &b, 0);
    jsonw_array(&j);
    u32 n = lsp_diagnose(f, &j);
    jsonw_end(&j);
    jsonw_finish(&j);
    strbuf_printf(&head, "%.*s\n%u\n", STR_ARG(f->uri), n);
    strbuf_put(&head, strbuf_str(&b));
    work_tell(w, LSP_TELL_DIAGNOSTICS, strbuf_str(&head));
    strbuf_release(&head);
    strbuf_release(&b);
}

/* Documents, and other files of their packages: these only have errors. */
static void tell_files(struct work *w)
{
    struct strmap told = {0};
    struct lsp_file f;
    bool fresh;

    for (size_t i = 0; i < w->server->docs.n; i++) {
        const struct lsp_doc *d = w->server->docs.v[i];
        if (d->unit != w->unit) {
            continue;
        }
        strmap_put(&told, d->path, NULL);
        if (lsp_view_file(&w->views, d->path, &f)) {
            tell_file(w, &f);
        } else {
            work_tell(w, LSP_TELL_DIAGNOSTICS, str_fmt(&w->arena, "%.*s\n0\n[]", STR_ARG(d->uri)));
        }
    }
    for (size_t i = 0; i < w->views.n; i++) {
        const struct load *l = w->views.v[i]->load;
        for (u32 k = 0; l && k < l->n_pkgs; k++) {
            for (u32 j = 0; l->pkgs[k]->matched && j < l->pkgs[k]->n_files; j++) {
                str path = l->pkgs[k]->files[j].path;
                strmap_put(&told, path, &fresh);
                if (fresh && lsp_view_file(&w->views, path, &f)) {
                    tell_file(w, &f);
                }
            }
        }
    }
    strmap_release(&told);
}

/* What it depends on and somebody may edit: packages of main modules and of replaced ones. */
static void tell_near(struct work *w)
{
    struct strbuf b = {0};

    for (size_t i = 0; i < w->views.n; i++) {
        const struct load *l = w->views.v[i]->load;
        for (u32 k = 0; l && k < l->n_pkgs; k++) {
            const struct load_package *p = l->pkgs[k];
            if (!p->std && (!p->module || p->module->main || p->module->replace_path.n > 0)) {
                strbuf_put(&b, p->dir);
                strbuf_putc(&b, '\n');
            }
        }
    }
    work_tell(w, LSP_TELL_NEAR, strbuf_str(&b));
    strbuf_release(&b);
}

static void tell_ready(struct work *w, u64 start)
{
    u64 load = 0, check = 0, escape = 0, all = base_now_ns() - start;

    for (size_t i = 0; i < w->views.n; i++) {
        load += w->views.v[i]->ns_load;
        check += w->views.v[i]->ns_check;
        escape += w->views.v[i]->ns_escape;
    }
    str text = str_fmt(&w->arena, "%.*s: analysed in %.0f ms (load %.0f, check %.0f, escape %.0f, show %.0f)", STR_ARG(w->unit->dir),
                       (double)all / 1e6, (double)load / 1e6, (double)check / 1e6, (double)escape / 1e6,
                       (double)(all - load - check - escape) / 1e6);
    work_tell(w, LSP_TELL_READY, text);
}

/* ---- answers ---- */

static void work_answer(struct work *w, str method, struct jsonr params, struct jsonw *out)
{
    struct lsp_file f;
    str path;
    bool there = lsp_uri_path(&w->arena, jsonr_str_or(jsonr_get(params, "textDocument"), "uri", (str){0}), &path) &&
                 lsp_view_file(&w->views, path, &f);

    if (!there || (!f.info && !str_is(method, "textDocument/codeAction"))) {
        jsonw_null(out);
    } else if (str_is(method, "textDocument/hover")) {
        lsp_hover(&f, lsp_read_pos(jsonr_get(params, "position")), out);
    } else if (str_is(method, "textDocument/inlayHint")) {
        lsp_hints(&f, lsp_read_range(jsonr_get(params, "range")), out);
    } else {
        lsp_actions(&f, lsp_read_range(jsonr_get(params, "range")), jsonr_get(params, "context"), out);
    }
}

static void work_question(struct work *w, str body)
{
    struct jsonr msg;
    struct lsp_message m;
    struct strbuf b = {0};
    str number, text, id;

    if (!str_cut(body, STR("\n"), &number, &text) || !jsonr_parse(text, &msg, NULL)) {
        return; /* the server has read it before */
    }
    struct arena_mark mark = arena_mark(&w->arena);
    lsp_read_id(&w->arena, msg, "id", &id);
    lsp_begin_answer(&m, id);
    work_answer(w, jsonr_str_or(msg, "method", (str){0}), jsonr_get(msg, "params"), &m.w);
    lsp_finish(&m);
    strbuf_put(&b, number);
    strbuf_putc(&b, '\n');
    strbuf_put(&b, strbuf_str(&m.b));
    work_tell(w, LSP_TELL_ANSWER, strbuf_str(&b));
    strbuf_release(&b);
    strbuf_release(&m.b);
    jsonr_free(msg);
    arena_rewind(&w->arena, mark);
}

static void work_serve(struct work *w)
{
    static char piece[1 << 16];
    struct lsp_frames in = {0};
    str body;

    for (;;) {
        ssize_t n = read(w->fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return;
        }
        lsp_frames_put(&in, (str){piece, (size_t)n});
        while (lsp_frames_next(&in, &body) == LSP_FRAME_BODY) {
            work_question(w, body);
        }
    }
}

/* What it prints by mistake must not come between the server's messages. */
static void work_apart(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (null >= 0) {
        dup2(null, 0);
        dup2(null, 1);
    }
}

_Noreturn void lsp_work(struct lsp_server *s, struct lsp_unit *u, int fd)
{
    static struct work w;
    struct err e;
    u64 start = base_now_ns();

    w.server = s;
    w.unit = u;
    w.fd = fd;
    work_apart();
    if (!lsp_views_open(&w.arena, s, u->dir, &w.views, &e)) {
        work_tell(&w, LSP_TELL_MESSAGE, str_fmt(&w.arena, "1\ngomm: %s", e.text));
    }
    tell_near(&w);
    tell_files(&w);
    tell_ready(&w, start);
    work_serve(&w);
    _exit(0);
}
