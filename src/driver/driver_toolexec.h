/* driver_toolexec.h: gomm as the program that the go command runs its tools through.
 *
 * `gomm toolexec [-runtime=FILE] [-chain=N] tool args...` becomes the tool at once, with three
 * exceptions: the link step (driver_link.h), the link's version, and nothing else.  With
 * -chain, the first N words of what follows are the user's own -toolexec program and its
 * arguments, through which the tool is run as if gomm were not there.
 *
 * Each compile of a build goes through here, so it does as little as it can.
 */
#ifndef GOMM_DRIVER_TOOLEXEC_H
#define GOMM_DRIVER_TOOLEXEC_H

/* args: what follows "toolexec", ending in NULL.  Returns an exit status; comes back only
 * if no other program took this process over. */
int driver_toolexec(char *const *args);

#endif
