/* fuzz_share_events.c: event files about cache lines, and what is made of them.  No input may crash share_log or share_find. */
#include <stddef.h>

#include "share/share_find.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct program *prog;
    struct arena a = {0};
    struct share_places places;
    struct share_seen seen = {.log = {.arena = &a}, .native_ns = 10, .n = 1};
    struct share_findings found = {.arena = &a};
    struct finding_list list = {.arena = &a};
    if (!prog) {
        prog = program_new(intern_new(), sources_new(), sizes_for(STR("amd64")), 26);
    }
    share_places_init(&places, &a, prog);
    share_log_text(&seen.log, (str){(const char *)data, size});
    share_find(&places, &seen, 1, &found);
    for (size_t i = 0; i < found.v.n; i++) {
        share_tell(&found.v.v[i], STR("/m"), &list);
    }
    share_places_release(&places);
    arena_release(&a);
    return 0;
}
