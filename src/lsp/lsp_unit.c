/* lsp_unit.c: documents, units, and their workers as the server sees them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "lsp/lsp_int.h"

enum {
    UNIT_BUSY = 2,        /* workers that analyse at once */
    UNIT_ALIVE = 6,       /* workers that are kept */
    UNIT_PROGRESS = 400,  /* ms after which progress is shown */
    UNIT_PATIENCE = 60000, /* ms after which an analysis is given up */
};

static u64 unit_ms(u64 ms)
{
    return ms * 1000000;
}

/* ---- what is told to the client ---- */

static void unit_publish(struct lsp_server *s, str uri, str array)
{
    const struct lsp_doc *d = lsp_doc_find(s, uri);
    struct strbuf b = {0};
    struct jsonw w;

    jsonw_init(&w, &b, 0);
    jsonw_str(&w, uri);
    jsonw_finish(&w);
    struct strbuf quoted = b;
    b = (struct strbuf){0};
    strbuf_puts(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":");
    strbuf_put(&b, strbuf_str(&quoted));
    strbuf_putc(&b, ',');
    strbuf_release(&quoted);
    if (d) {
        strbuf_printf(&b, "\"version\":%lld,", (long long)d->version);
    }
    strbuf_puts(&b, "\"diagnostics\":");
    strbuf_put(&b, array);
    strbuf_puts(&b, "}}");
    lsp_send(s, strbuf_str(&b));
    strbuf_release(&b);
}

static void progress_value(struct lsp_server *s, struct lsp_unit *u, const char *kind)
{
    struct lsp_message m;

    lsp_begin_notification(&m, "$/progress");
    jsonw_put_int(&m.w, "token", (i64)u->progress);
    jsonw_key(&m.w, "value"), jsonw_object(&m.w);
    jsonw_put_str(&m.w, "kind", str_of(kind));
    if (str_is(str_of(kind), "begin")) {
        struct arena_scratch t = arena_scratch_begin(NULL);
        jsonw_put_str(&m.w, "title", str_fmt(t.arena, "gomm: %.*s", STR_ARG(path_base(u->dir))));
        jsonw_put_bool(&m.w, "cancellable", false);
        arena_scratch_end(t);
    }
    lsp_end(s, &m);
}

static void progress_begin(struct lsp_server *s, struct lsp_unit *u)
{
    struct lsp_message m;

    lsp_begin_request(s, &m, "window/workDoneProgress/create");
    u->progress = s->next_id;
    jsonw_put_int(&m.w, "token", (i64)u->progress);
    lsp_end(s, &m);
    progress_value(s, u, "begin");
}

static void progress_end(struct lsp_server *s, struct lsp_unit *u)
{
    if (u->progress) {
        progress_value(s, u, "end");
        u->progress = 0;
    }
}

/* ---- questions ---- */

static void wait_drop(struct lsp_unit *u, size_t i)
{
    mem_free((char *)(uintptr_t)u->waits.v[i].id.p);
    mem_free((char *)(uintptr_t)u->waits.v[i].body.p);
    memmove(&u->waits.v[i], &u->waits.v[i + 1], (u->waits.n - i - 1) * sizeof *u->waits.v);
    u->waits.n--;
}

static void waits_refuse(struct lsp_server *s, struct lsp_unit *u, int code, const char *why)
{
    while (u->waits.n > 0) {
        lsp_answer_error(s, u->waits.v[0].id, code, why);
        wait_drop(u, 0);
    }
}

static str unit_copy(str v)
{
    char *p = mem_alloc(v.n + 1);

    memcpy(p, v.n ? v.p : "", v.n);
    p[v.n] = 0;
    return (str){p, v.n};
}

static void wait_send(struct lsp_unit *u, struct lsp_wait *w)
{
    struct strbuf b = {0};

    strbuf_printf(&b, "%llu\n", (unsigned long long)w->number);
    strbuf_put(&b, w->body);
    lsp_frame_write(&u->worker.out, strbuf_str(&b));
    strbuf_release(&b);
    w->sent = true;
}

/* ---- workers ---- */

static void worker_release(struct lsp_unit *u)
{
    struct lsp_worker *w = &u->worker;

    close(w->fd);
    lsp_frames_release(&w->in);
    strbuf_release(&w->out);
    *w = (struct lsp_worker){0};
}

/* What it was asked is asked again of the next one. */
static void worker_kill(struct lsp_server *s, struct lsp_unit *u)
{
    if (u->worker.pid == 0) {
        return;
    }
    kill(u->worker.pid, SIGKILL);
    while (waitpid(u->worker.pid, NULL, 0) < 0 && errno == EINTR) {
    }
    worker_release(u);
    progress_end(s, u);
    for (size_t i = 0; i < u->waits.n; i++) {
        u->waits.v[i].sent = false;
    }
}

static void worker_close_others(const struct lsp_server *s)
{
    for (size_t i = 0; i < s->units.n; i++) {
        if (s->units.v[i]->worker.pid) {
            close(s->units.v[i]->worker.fd);
        }
    }
}

static void worker_start(struct lsp_server *s, struct lsp_unit *u)
{
    int fds[2];

    worker_kill(s, u);
    u->due = 0;
    u->failed = false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        u->failed = true;
        lsp_show(s, 1, STR("gomm: no socket for an analysis can be had"));
        return;
    }
    fflush(NULL);
    int pid = fork();
    if (pid == 0) {
        close(fds[0]);
        worker_close_others(s);
        lsp_work(s, u, fds[1]);
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        u->failed = true;
        lsp_show(s, 1, STR("gomm: no process for an analysis can be had"));
        return;
    }
    u->worker = (struct lsp_worker){.pid = pid, .fd = fds[0], .began = base_now_ns()};
    u->round++;
}

/* It has closed its end. */
static void worker_ended(struct lsp_server *s, struct lsp_unit *u)
{
    struct arena_scratch t = arena_scratch_begin(NULL);
    int status = 0;
    bool ready = u->worker.ready;

    kill(u->worker.pid, SIGKILL);
    while (waitpid(u->worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    worker_release(u);
    progress_end(s, u);
    if (!ready) {
        u->failed = true;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            lsp_show(s, 2, str_fmt(t.arena, "gomm: the analysis of %.*s ended early (%s %d): please report this", STR_ARG(u->dir),
                                   WIFSIGNALED(status) ? "signal" : "status",
                                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
        }
    }
    waits_refuse(s, u, LSP_INTERNAL_ERROR, "the analysis of the package has ended");
    arena_scratch_end(t);
}

/* ---- what a worker says ---- */

static void tell_diagnostics(struct lsp_server *s, struct lsp_unit *u, str rest)
{
    str uri, count;

    if (!str_cut(rest, STR("\n"), &uri, &rest) || !str_cut(rest, STR("\n"), &count, &rest)) {
        return;
    }
    union map_val *v = strmap_get(&u->shown, uri);
    bool any = !str_is(count, "0");
    if (!any && !(v && v->u) && !lsp_doc_find(s, uri)) {
        return;
    }
    unit_publish(s, uri, rest);
    if (any || v) {
        strmap_put(&u->shown, uri, NULL)->u = any ? u->round : 0;
    }
}

static void tell_answer(struct lsp_server *s, struct lsp_unit *u, str rest)
{
    str text;
    u64 number;

    if (!str_cut(rest, STR("\n"), &text, &rest) || !str_u64(text, &number)) {
        return;
    }
    for (size_t i = 0; i < u->waits.n; i++) {
        if (u->waits.v[i].sent && u->waits.v[i].number == number) {
            lsp_send(s, rest);
            wait_drop(u, i);
            return;
        }
    }
}

static void tell_near(struct lsp_unit *u, str rest)
{
    vec_reset(&u->near);
    arena_reset(&u->names);
    u->near.v = NULL;
    u->near.cap = 0;
    rest = str_dup(&u->names, rest);
    for (str dir; str_next_sep(&rest, '\n', &dir);) {
        vec_push_in(&u->names, &u->near, dir);
    }
}

static bool unit_is_near(const struct lsp_unit *u, str dir)
{
    for (size_t i = 0; i < u->near.n; i++) {
        if (str_eq(u->near.v[i], dir)) {
            return true;
        }
    }
    return false;
}

static void tell_ready(struct lsp_server *s, struct lsp_unit *u)
{
    const struct strmap_entry *e;
    struct lsp_message m;

    u->worker.ready = true;
    progress_end(s, u);
    for (size_t i = 0; strmap_next(&u->shown, &i, &e);) {
        if (e->val.u != 0 && e->val.u != u->round) { /* of a file that has none any more */
            strmap_get(&u->shown, e->key)->u = 0;
            unit_publish(s, e->key, STR("[]"));
        }
    }
    for (size_t i = 0; i < u->waits.n; i++) {
        wait_send(u, &u->waits.v[i]);
    }
    if (!u->edited && s->client.hint_refresh) {
        lsp_begin_request(s, &m, "workspace/inlayHint/refresh");
        lsp_end(s, &m);
    }
    for (size_t i = 0; i < s->units.n && u->edited; i++) { /* packages that import it see it as it is now */
        struct lsp_unit *o = s->units.v[i];
        if (o != u && unit_is_near(o, u->dir) && o->due == 0) {
            o->due = base_now_ns();
        }
    }
    u->edited = false;
}

static void unit_told(struct lsp_server *s, struct lsp_unit *u, str body)
{
    str rest = str_from(body, 1), type;
    i64 n;

    switch (body.n > 0 ? body.p[0] : 0) {
    case LSP_TELL_DIAGNOSTICS: tell_diagnostics(s, u, rest); break;
    case LSP_TELL_ANSWER: tell_answer(s, u, rest); break;
    case LSP_TELL_NEAR: tell_near(u, rest); break;
    case LSP_TELL_MESSAGE:
        if (str_cut(rest, STR("\n"), &type, &rest) && str_i64(type, &n)) {
            lsp_show(s, (int)n, rest);
        }
        break;
    case LSP_TELL_READY:
        lsp_log(s, 4, rest);
        tell_ready(s, u);
        break;
    default: break;
    }
}

void lsp_unit_read(struct lsp_server *s, struct lsp_unit *u)
{
    static char piece[1 << 16];
    ssize_t n = read(u->worker.fd, piece, sizeof piece);
    str body;

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n <= 0) {
        worker_ended(s, u);
        return;
    }
    lsp_frames_put(&u->worker.in, (str){piece, (size_t)n});
    while (lsp_frames_next(&u->worker.in, &body) != LSP_FRAME_NONE) {
        unit_told(s, u, body);
    }
}

void lsp_unit_write(struct lsp_unit *u)
{
    struct lsp_worker *w = &u->worker;
    ssize_t n = send(w->fd, w->out.p + w->written, w->out.n - w->written, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n > 0) {
        w->written += (size_t)n;
    }
    if (w->written == w->out.n) {
        strbuf_reset(&w->out);
        w->written = 0;
    }
}

/* ---- units ---- */

static struct lsp_unit *unit_for(struct lsp_server *s, str dir)
{
    for (size_t i = 0; i < s->units.n; i++) {
        if (str_eq(s->units.v[i]->dir, dir)) {
            return s->units.v[i];
        }
    }
    struct lsp_unit *u = mem_zalloc(sizeof *u);
    u->dir = str_dup(&u->arena, dir);
    u->shown.keys = &u->arena;
    vec_push(&s->units, u);
    return u;
}

static void unit_free(struct lsp_server *s, struct lsp_unit *u)
{
    worker_kill(s, u);
    waits_refuse(s, u, LSP_MODIFIED, "the document was closed");
    vec_release(&u->waits);
    strmap_release(&u->shown);
    arena_release(&u->names);
    arena_release(&u->arena);
    mem_free(u);
}

static void unit_remove(struct lsp_server *s, struct lsp_unit *u)
{
    const struct strmap_entry *e;

    for (size_t i = 0; strmap_next(&u->shown, &i, &e);) {
        if (e->val.u) {
            unit_publish(s, e->key, STR("[]"));
        }
    }
    for (size_t i = 0; i < s->units.n; i++) {
        if (s->units.v[i] == u) {
            s->units.v[i] = vec_last(&s->units);
            s->units.n--;
            break;
        }
    }
    unit_free(s, u);
}

/* What its worker knows is not so any more. */
static void unit_outdate(struct lsp_server *s, struct lsp_unit *u, u32 delay_ms)
{
    worker_kill(s, u);
    waits_refuse(s, u, LSP_MODIFIED, "the document has changed");
    u->used = base_now_ns();
    u->due = u->used + unit_ms(delay_ms);
}

void lsp_units_all(struct lsp_server *s)
{
    for (size_t i = 0; i < s->units.n; i++) {
        struct lsp_unit *u = s->units.v[i];
        worker_kill(s, u);
        u->due = base_now_ns() + unit_ms(s->options.debounce_ms);
    }
}

void lsp_unit_ask(struct lsp_server *s, struct lsp_unit *u, str id, str body)
{
    struct lsp_wait w = {++s->next_id, unit_copy(id), unit_copy(body), false};

    u->used = base_now_ns();
    vec_push(&u->waits, w);
    if (u->worker.ready) {
        wait_send(u, &vec_last(&u->waits));
    } else if (u->failed && u->due == 0) {
        waits_refuse(s, u, LSP_INTERNAL_ERROR, "the package could not be analysed");
    } else if (u->worker.pid == 0) {
        u->due = u->used;
    }
}

bool lsp_unit_cancel(struct lsp_server *s, str id)
{
    for (size_t i = 0; i < s->units.n; i++) {
        struct lsp_unit *u = s->units.v[i];
        for (size_t k = 0; k < u->waits.n; k++) {
            if (str_eq(u->waits.v[k].id, id)) {
                wait_drop(u, k);
                return true;
            }
        }
    }
    return false;
}

static u32 units_busy(const struct lsp_server *s)
{
    u32 n = 0;

    for (size_t i = 0; i < s->units.n; i++) {
        n += s->units.v[i]->worker.pid && !s->units.v[i]->worker.ready;
    }
    return n;
}

/* The one that has waited for a question for the longest time goes; it comes back when there is one. */
static void units_trim(struct lsp_server *s)
{
    for (;;) {
        struct lsp_unit *oldest = NULL;
        u32 n = 0;
        for (size_t i = 0; i < s->units.n; i++) {
            struct lsp_unit *u = s->units.v[i];
            n += u->worker.pid != 0;
            if (u->worker.ready && u->waits.n == 0 && (!oldest || u->used < oldest->used)) {
                oldest = u;
            }
        }
        if (n <= UNIT_ALIVE || !oldest) {
            return;
        }
        worker_kill(s, oldest);
    }
}

static struct lsp_unit *units_due(struct lsp_server *s, u64 now)
{
    struct lsp_unit *best = NULL;

    for (size_t i = 0; i < s->units.n; i++) {
        struct lsp_unit *u = s->units.v[i];
        if (u->due && u->due <= now && (!best || u->used > best->used)) {
            best = u;
        }
    }
    return best;
}

u64 lsp_units_tick(struct lsp_server *s, u64 now)
{
    struct lsp_unit *u;
    u64 next = 0;

    while (units_busy(s) < UNIT_BUSY && (u = units_due(s, now))) {
        worker_start(s, u);
        units_trim(s);
    }
    for (size_t i = 0; i < s->units.n; i++) {
        u64 at = 0;
        u = s->units.v[i];
        if (u->due > now) {
            at = u->due;
        } else if (u->worker.pid && !u->worker.ready) {
            u64 shown = u->worker.began + unit_ms(UNIT_PROGRESS);
            if (now >= shown && !u->progress && s->client.progress) {
                progress_begin(s, u);
            }
            at = now < shown ? shown : u->worker.began + unit_ms(UNIT_PATIENCE);
            if (now > u->worker.began + unit_ms(UNIT_PATIENCE)) {
                struct arena_scratch t = arena_scratch_begin(NULL);
                lsp_show(s, 2, str_fmt(t.arena, "gomm: the analysis of %.*s takes too long", STR_ARG(u->dir)));
                arena_scratch_end(t);
                worker_kill(s, u);
                u->failed = true;
                waits_refuse(s, u, LSP_INTERNAL_ERROR, "the analysis takes too long");
                at = 0;
            }
        }
        next = at && (next == 0 || at < next) ? at : next;
    }
    return next;
}

void lsp_units_end(struct lsp_server *s)
{
    while (s->units.n > 0) {
        unit_free(s, vec_pop(&s->units));
    }
}

/* ---- documents ---- */

struct lsp_doc *lsp_doc_find(const struct lsp_server *s, str uri)
{
    for (size_t i = 0; i < s->docs.n; i++) {
        if (str_eq(s->docs.v[i]->uri, uri)) {
            return s->docs.v[i];
        }
    }
    return NULL;
}

void lsp_doc_open(struct lsp_server *s, str uri, str path, str text, i64 version)
{
    struct lsp_doc *d = mem_zalloc(sizeof *d);

    d->uri = str_dup(&d->arena, uri);
    d->path = str_dup(&d->arena, path);
    d->version = version;
    d->go = str_has_suffix(path, STR(".go"));
    strbuf_put(&d->text, text);
    vec_push(&s->docs, d);
    if (d->go) {
        d->unit = unit_for(s, path_dir(&d->arena, d->path));
        unit_outdate(s, d->unit, 0);
    }
}

void lsp_doc_changed(struct lsp_server *s, struct lsp_doc *d)
{
    if (d->unit) {
        unit_outdate(s, d->unit, s->options.debounce_ms);
        d->unit->edited = true;
    } else {
        lsp_units_all(s); /* go.mod */
    }
}

void lsp_doc_close(struct lsp_server *s, struct lsp_doc *d)
{
    struct lsp_unit *u = d->unit;
    bool last = true;

    for (size_t i = 0; i < s->docs.n; i++) {
        if (s->docs.v[i] == d) {
            s->docs.v[i] = vec_last(&s->docs);
            s->docs.n--;
            break;
        }
    }
    if (u) {
        unit_publish(s, d->uri, STR("[]"));
        if (strmap_get(&u->shown, d->uri)) {
            strmap_put(&u->shown, d->uri, NULL)->u = 0;
        }
        for (size_t i = 0; i < s->docs.n; i++) {
            last = last && s->docs.v[i]->unit != u;
        }
        if (last) {
            unit_remove(s, u);
        } else {
            unit_outdate(s, u, s->options.debounce_ms);
            u->edited = true;
        }
    }
    strbuf_release(&d->text);
    arena_release(&d->arena);
    mem_free(d);
}
