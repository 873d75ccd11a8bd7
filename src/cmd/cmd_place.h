/* cmd_place.h: what the front end knows of a place in a program. */
#ifndef GOMM_CMD_PLACE_H
#define GOMM_CMD_PLACE_H

#include "base/str.h"

/* Prints the names and selectors of a line (col 0), or what stands at a column: type, size, layout, callee.
 * Loads and checks the package of the file.  The exit status. */
int cmd_place(str file, u32 line, u32 col);

#endif
