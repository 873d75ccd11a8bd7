/* driver_toolexec.h: gomm as the program that the go command runs its tools through.
 *
 * `gomm toolexec [-runtime=FILE] [-patch=off] [-v] [-chain=N] tool args...` becomes the tool at once, with three
 * exceptions: the link step (driver_link.h), the link's version, and nothing else.  With
 * -chain, the first N words of what follows are the user's own -toolexec program and its
 * arguments, through which the tool is run as if gomm were not there.
 *
 * Each compile of a build goes through here, so it does as little as it can.
 */
#ifndef GOMM_DRIVER_TOOLEXEC_H
#define GOMM_DRIVER_TOOLEXEC_H

/* In the environment of programs that shall inherit gomm (-gomm.inherit): GOFLAGS names gomm alone
 * as the -toolexec program, since in Go 1.19 no flag in GOFLAGS can hold a blank.  What
 * would stand between "toolexec" and the tool is in this variable, as a list of words. */
#define DRIVER_TOOLEXEC_ENV "GOMM_TOOLEXEC"

/* args: the tool and its arguments. */
int driver_toolexec_inherited(char *const *args);

/* args: what follows "toolexec", ending in NULL.  Returns an exit status; comes back only
 * if no other program took this process over. */
int driver_toolexec(char *const *args);

#endif
