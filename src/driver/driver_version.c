#include "driver/driver_version.h"

_Static_assert(DRIVER_GO_MINOR_MIN == 19 && DRIVER_GO_MINOR_MAX == 26,
               "DRIVER_SUPPORTED_TEXT names the versions");

int driver_version_minor(str text)
{
    str word;
    while (str_next_field(&text, &word)) {
        if (!str_cut_prefix(&word, STR("go1."))) {
            continue;
        }
        int minor = 0;
        size_t i = 0;
        while (i < word.n && i < 4 && word.p[i] >= '0' && word.p[i] <= '9') {
            minor = minor * 10 + (word.p[i++] - '0');
        }
        if (i > 0) {
            return minor;
        }
    }
    return -1;
}

bool driver_version_supported(int minor)
{
    return minor >= DRIVER_GO_MINOR_MIN && minor <= DRIVER_GO_MINOR_MAX;
}
