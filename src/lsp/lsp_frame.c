#include "lsp/lsp_frame.h"

#include <string.h>

void lsp_frames_release(struct lsp_frames *f)
{
    strbuf_release(&f->in);
    *f = (struct lsp_frames){0};
}

void lsp_frames_put(struct lsp_frames *f, str bytes)
{
    if (f->skip > 0) {
        size_t n = base_min(bytes.n, f->skip);
        f->skip -= n;
        bytes = str_from(bytes, n);
    }
    if (f->done == f->in.n) {
        /* A large message's room is given back. */
        if (f->in.cap > 1 << 20) {
            strbuf_release(&f->in);
        } else {
            strbuf_reset(&f->in);
        }
        f->done = 0;
    } else if (f->done > f->in.n / 2) {
        memmove(f->in.p, f->in.p + f->done, f->in.n - f->done);
        strbuf_truncate(&f->in, f->in.n - f->done);
        f->done = 0;
    }
    strbuf_put(&f->in, bytes);
}

static bool frame_name_is(str name, const char *want)
{
    if (name.n != strlen(want)) {
        return false;
    }
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != want[i]) {
            return false;
        }
    }
    return true;
}

/* The length that a header gives; false: none that is one. */
static bool frame_length(str header, u64 *n)
{
    bool found = false;

    for (str line; str_next_line(&header, &line);) {
        str name, value;
        if (!str_cut(line, STR(":"), &name, &value) || !frame_name_is(str_trim(name), "content-length")) {
            continue;
        }
        if (!str_u64(str_trim(value), n)) {
            return false;
        }
        found = true;
    }
    return found;
}

/* The bytes up to and with the empty line; 0: it is not there yet. */
static size_t frame_header(const struct lsp_frames *f, str in)
{
    for (size_t i = f->begun; i < in.n; i++) {
        if (in.p[i] != '\n') {
            continue;
        }
        if (i == 0 || in.p[i - 1] == '\n' || (in.p[i - 1] == '\r' && (i == 1 || in.p[i - 2] == '\n'))) {
            return i + 1;
        }
    }
    return 0;
}

enum lsp_frame lsp_frames_next(struct lsp_frames *f, str *body)
{
    str in = str_from(strbuf_str(&f->in), f->done);
    size_t header = frame_header(f, in);
    u64 n;

    if (header == 0) {
        if (in.n > LSP_HEADER_MAX) {
            *body = str_slice(in, 0, 80);
            f->done = f->in.n;
            f->begun = 0;
            return LSP_FRAME_BAD;
        }
        f->begun = in.n;
        return LSP_FRAME_NONE;
    }
    if (!frame_length(str_slice(in, 0, header), &n)) {
        *body = str_slice(in, 0, base_min(header, 80));
        f->done += header;
        f->begun = 0;
        return header > 2 ? LSP_FRAME_BAD : lsp_frames_next(f, body); /* empty lines between messages do no harm */
    }
    if (n > LSP_FRAME_MAX) {
        u64 here = base_min(in.n - header, n);
        *body = str_slice(in, 0, header);
        f->done += header + here;
        f->begun = 0;
        f->skip = n - here;
        return LSP_FRAME_LARGE;
    }
    if (in.n - header < n) {
        f->begun = header - 1; /* its end is found again at once */
        return LSP_FRAME_NONE;
    }
    *body = str_slice(in, header, header + n);
    f->done += header + n;
    f->begun = 0;
    return LSP_FRAME_BODY;
}

bool lsp_frames_pending(const struct lsp_frames *f)
{
    return f->skip > 0 || f->done < f->in.n;
}

void lsp_frame_write(struct strbuf *out, str body)
{
    strbuf_printf(out, "Content-Length: %zu\r\n\r\n", body.n);
    strbuf_put(out, body);
}
