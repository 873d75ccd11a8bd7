#include "driver/driver_importcfg.h"

static bool importcfg_line(str line, struct driver_packagefile *out)
{
    str l = str_trim(line);
    if (!str_cut_prefix(&l, STR("packagefile "))) {
        return false;
    }
    /* Go cuts at the first '=' too: import paths hold none. */
    return str_cut(str_trim(l), STR("="), &out->package, &out->file) && out->package.n > 0 &&
           out->file.n > 0;
}

bool driver_importcfg_next(str *rest, struct driver_packagefile *out)
{
    str line;
    while (str_next_line(rest, &line)) {
        if (importcfg_line(line, out)) {
            return true;
        }
    }
    return false;
}

str driver_importcfg_find(str text, str package)
{
    struct driver_packagefile pf;
    while (driver_importcfg_next(&text, &pf)) {
        if (str_eq(pf.package, package)) {
            return pf.file;
        }
    }
    return (str){0};
}

str driver_importcfg_replace(struct arena *a, str text, str package, str file)
{
    struct strbuf b = {0};
    strbuf_reserve(&b, text.n + file.n);
    str line;
    while (str_next_line(&text, &line)) {
        struct driver_packagefile pf;
        if (importcfg_line(line, &pf) && str_eq(pf.package, package)) {
            strbuf_printf(&b, "packagefile %.*s=", STR_ARG(package));
            strbuf_put(&b, file);
        } else {
            strbuf_put(&b, line);
        }
        strbuf_putc(&b, '\n');
    }
    str out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return out;
}
