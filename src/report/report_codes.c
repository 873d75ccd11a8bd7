#include "report/report_codes.h"

#include "report/report.h"

static str upper(struct arena *a, str s)
{
    char *p = str_cstr(a, s);
    for (size_t i = 0; i < s.n; i++) {
        p[i] = p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 'a' + 'A') : p[i];
    }
    return (str){p, s.n};
}

bool report_code_parse(struct arena *a, str text, struct report_code_item *out, struct err *e)
{
    size_t n;
    const struct report_rule *rules = report_rules(&n);
    bool begins = false;
    *out = (struct report_code_item){.code = upper(a, text)};
    for (size_t i = 0; i < n && out->code.n > 0; i++) {
        str code = str_of(rules[i].code);
        out->exact |= str_eq(code, out->code);
        begins |= str_has_prefix(code, out->code);
    }
    return begins || err_set(e, "there is no code %.*s: gomm explain lists them", STR_ARG(text));
}

static bool severity_parse(str text, struct report_code_item *out)
{
    static const enum finding_severity all[] = {FINDING_NOTE, FINDING_WARNING, FINDING_ERROR};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(text, finding_severity_name(all[i]))) {
            *out = (struct report_code_item){.severity = all[i]};
            return true;
        }
    }
    return false;
}

bool report_codes_parse(struct arena *a, str text, bool severities, struct report_codes *out, struct err *e)
{
    str rest = text, part;
    *out = (struct report_codes){0};
    while (str_next_sep(&rest, ',', &part)) {
        struct report_code_item item = {0};
        part = str_trim(part);
        if (part.n == 0) {
            continue;
        }
        if (severities && str_is(part, "none")) {
            out->none = true;
            continue;
        }
        bool not = str_cut_prefix(&part, STR("!"));
        if (!(severities && severity_parse(part, &item)) && !report_code_parse(a, part, &item, e)) {
            return false;
        }
        item.out = not;
        vec_push_in(a, &out->items, item);
    }
    if (out->none && out->items.n > 0) {
        return err_set(e, "none stands alone");
    }
    return out->none || out->items.n > 0 ||
           err_set(e, severities ? "want codes (RACE, ESC01), note, warning, error or none" : "want codes (RACE, ESC01)");
}

/* RACE1 stands for RACE11 too, unless there is a rule RACE1. */
bool report_code_covers(const struct report_code_item *item, str code)
{
    return item->exact ? str_eq(code, item->code) : str_has_prefix(code, item->code);
}

static bool item_match(const struct report_code_item *i, const struct finding *f)
{
    return i->code.n == 0 ? f->severity >= i->severity
                          : report_code_covers(i, f->code) || (f->pattern.n > 0 && report_code_covers(i, f->pattern));
}

bool report_codes_match(const struct report_codes *c, const struct finding *f)
{
    bool in = false, only_out = true;
    for (size_t i = 0; i < c->items.n; i++) {
        const struct report_code_item *item = &c->items.v[i];
        bool match = item_match(item, f);
        if (item->out && match) {
            return false;
        }
        in |= match;
        only_out &= item->out;
    }
    return !c->none && (in || only_out);
}

bool report_codes_family(const struct report_codes *c, str prefix)
{
    bool in = false, only_out = true;
    for (size_t i = 0; i < c->items.n; i++) {
        const struct report_code_item *item = &c->items.v[i];
        if (item->out && item->code.n > 0 && str_has_prefix(prefix, item->code)) {
            return false; /* all of the family */
        }
        in |= !item->out && (item->code.n == 0 || str_has_prefix(item->code, prefix) || str_has_prefix(prefix, item->code));
        only_out &= item->out;
    }
    return !c->none && (in || only_out);
}
