/* fuzz_lsp.c: messages in whatever pieces they come, changes of a text by them, diffs. */
#include "lsp/lsp_frame.h"
#include "lsp/lsp_patch.h"
#include "lsp/lsp_text.h"

/* What is replaced is as long as it says, and in the order of the file. */
static void patch(struct arena *a, str diff)
{
    lsp_patches v = {0};

    if (!lsp_patch_read(a, diff, &v)) {
        return;
    }
    for (size_t i = 0; i < v.n; i++) {
        u32 lines = 0;
        for (size_t k = 0; k < v.v[i].before.n; k++) {
            lines += v.v[i].before.p[k] == '\n';
        }
        BUG_IF(lines != v.v[i].n || v.v[i].line == 0);
    }
}

static void message(str body, struct strbuf *text, enum lsp_encoding encoding)
{
    struct jsonr doc;

    if (!jsonr_parse(body, &doc, NULL)) {
        return;
    }
    struct arena a = {0};
    str path;
    lsp_text_change(text, jsonr_kind(doc) == JSONR_ARRAY ? doc : jsonr_get(doc, "contentChanges"), encoding);
    lsp_uri_path(&a, jsonr_str_or(doc, "uri", (str){0}), &path);
    struct lsp_lines l = lsp_lines_of(&a, strbuf_str(text), encoding);
    for (size_t i = 0; i <= text->n; i += 1 + text->n / 64) {
        if (i < text->n && (text->p[i] & 0xC0) == 0x80) {
            continue; /* in the middle of a character there is no position */
        }
        struct lsp_pos p = lsp_pos_of(&l, i);
        BUG_IF(lsp_offset(&l, p) > i || lsp_pos_of(&l, lsp_offset(&l, p)).line != p.line);
    }
    patch(&a, jsonr_str_or(doc, "diff", (str){0}));
    arena_release(&a);
    jsonr_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lsp_frames f = {0};
    struct strbuf text = {0};
    str in = {(const char *)data, size}, body;
    struct arena a = {0};
    size_t piece = size ? data[size - 1] % 61 + 1u : 1;

    strbuf_puts(&text, "package p\n\nvar s = \"\xc3\xa4\xf0\x9f\x98\x80\"\r\nfunc F() {}\n");
    for (; in.n > 0; in = str_from(in, piece)) {
        lsp_frames_put(&f, str_slice(in, 0, piece));
        for (enum lsp_frame k; (k = lsp_frames_next(&f, &body)) != LSP_FRAME_NONE;) {
            message(body, &text, k == LSP_FRAME_BODY && body.n % 2 ? LSP_UTF8 : LSP_UTF16);
        }
    }
    patch(&a, (str){(const char *)data, size});
    arena_release(&a);
    lsp_frames_release(&f);
    strbuf_release(&text);
    return 0;
}
