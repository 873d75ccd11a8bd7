/* driver_version.h: which versions of Go, and which platforms, gomm's race runtime is made for.
 *
 * Ownership: slices of the argument.  Threading: no state.
 */
#ifndef GOMM_DRIVER_VERSION_H
#define GOMM_DRIVER_VERSION_H

#include "base/str.h"

enum { DRIVER_GO_MINOR_MIN = 19, DRIVER_GO_MINOR_MAX = 26 };

#define DRIVER_SUPPORTED_TEXT "Go 1.19 to 1.26 on linux/amd64"
#define DRIVER_GOOS           "linux"
#define DRIVER_GOARCH         "amd64"

/* The N of "go1.N", in a text such as "go1.26.8", "go1.27-devel_0a1b", "devel go1.27-0a1b Mon
 * ..." or "link version go1.19.8 X:boringcrypto"; -1 if there is none. */
int driver_version_minor(str text);

bool driver_version_supported(int minor);

#endif
