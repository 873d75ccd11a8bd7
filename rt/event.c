/* event.c: see event.h. */
#include "event.h"

#include <gomm/events.h>

#include "flags.h"
#include "os.h"

int event_fd = -1;

static void json_frame(void *arg, const struct code *c, u32 index)
{
    struct text *t = arg;

    if (index > 0) {
        text_char(t, ',');
    }
    text_add(t, "{\"fn\":");
    text_json(t, c->fn);
    text_add(t, ",\"file\":");
    text_json(t, c->file);
    text_add(t, ",\"line\":");
    text_dec(t, c->line);
    text_add(t, ",\"off\":");
    text_dec(t, c->off);
    text_char(t, '}');
}

void json_start(struct text *t, const char *event)
{
    text_add(t, "{\"v\":");
    text_dec(t, GOMM_EVENTS_VERSION);
    text_add(t, ",\"event\":");
    text_json(t, event);
    text_add(t, ",\"pid\":");
    text_dec(t, (u64)os_getpid());
}

void json_number(struct text *t, const char *name, u64 v)
{
    text_char(t, ',');
    text_json(t, name);
    text_char(t, ':');
    text_dec(t, v);
}

void json_bool(struct text *t, const char *name, int v)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, v ? ":true" : ":false");
}

void json_addr(struct text *t, const char *name, uptr v)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":\"0x");
    text_hex(t, v, 12);
    text_char(t, '"');
}

void json_stack(struct text *t, const char *name, u32 stack, int skip_runtime)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":[");
    code_frames(stack, skip_runtime, json_frame, t);
    text_char(t, ']');
}

enum { FEW_FRAMES = 12 };

static void json_frame_few(void *arg, const struct code *c, u32 index)
{
    if (index < FEW_FRAMES) {
        json_frame(arg, c, index);
    }
}

void json_stack_few(struct text *t, const char *name, u32 stack)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":[");
    code_frames(stack, 0, json_frame_few, t);
    text_char(t, ']');
}

void json_place(struct text *t, const struct place *p)
{
    text_add(t, ",\"object\":");
    if (p->kind == PLACE_UNKNOWN) {
        text_add(t, "null");
        return;
    }
    text_add(t, p->kind == PLACE_HEAP ? "{\"kind\":\"heap\"" : "{\"kind\":\"global\",\"name\":");
    if (p->kind == PLACE_GLOBAL) {
        text_json(t, p->name);
    }
    json_addr(t, "base", p->base);
    json_number(t, "size", p->size);
    json_number(t, "offset", p->offset);
    if (p->kind == PLACE_HEAP) {
        json_stack(t, "stack", p->site, 1);
    }
    text_char(t, '}');
}

void event_write(struct text *t)
{
    text_add(t, "}\n");
    if (!t->truncated) {
        text_flush(t, event_fd);
    }
    text_free(t);
}

void event_init(void)
{
    char exe[4096];
    sptr n;
    struct text t;

    if (!flags.events || !flags.events[0]) {
        return;
    }
    event_fd = os_open(flags.events, OS_O_WRONLY | OS_O_CREAT | OS_O_APPEND | OS_O_CLOEXEC, 0644);
    if (event_fd < 0) {
        return;
    }
    n = os_readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    text_init(&t);
    json_start(&t, "start");
    text_add(&t, ",\"exe\":");
    text_json(&t, exe);
    event_write(&t);
}
