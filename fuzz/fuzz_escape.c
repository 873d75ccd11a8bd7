/* fuzz_escape.c: whatever the checker accepts is analysed, and what it does not is left out. */
#include "escape/escape.h"

static void analyse(struct load *l, struct program *p, int minor, bool no_inline)
{
    struct escape_config config = {.go_minor = minor, .no_inline = no_inline, .keep_units = true, .keep_flows = true};
    struct escape *e = escape_new(l, p, &config);
    escape_run(e);
    escape_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct load l = {.arena = &a, .names = intern_new(), .sources = sources_new(), .config.goarch = STR("amd64")};
    struct load_package lp = {.path = STR("x"), .name = STR("x"), .matched = true}, *all[] = {&lp};
    struct source *src = sources_add_text(l.sources, STR("x.go"), (str){(const char *)data, size}, NULL);
    struct ast *f = parse_file(&a, l.names, src, PARSE_ALL);
    struct program *p = program_new(l.names, l.sources, sizes_for(l.config.goarch), 26);
    struct package *k = check_package(p, lp.path, &f, 1, 0, 0, NULL, NULL), *pkgs[] = {k};

    k->src = &lp;
    l.pkgs = all, l.n_pkgs = 1;
    p->pkgs = pkgs, p->n_pkgs = 1;
    analyse(&l, p, data && size ? 19 + data[size - 1] % 8 : 26, size & 1);
    program_free(p);
    arena_release(&a), intern_free(l.names), sources_free(l.sources);
    return 0;
}
