/* share_static.h: hints from the source alone: atomics and mutexes that lie on one cache line and are used by different
 * functions.  Nothing is proven by that, and the finding says so.
 *
 * What is looked at: fields of a struct, and elements of an array, of sync.Mutex, sync.RWMutex and the types of sync/atomic,
 * and fields whose address is given to functions of sync/atomic.  The object is taken to begin a line.
 * goalign (github.com/vkuzmin-uber/goalign) looks at the same, without the functions.
 *
 * Ownership: findings are in the list's arena.  Threading: one thread at a time.
 */
#ifndef GOMM_SHARE_STATIC_H
#define GOMM_SHARE_STATIC_H

#include "base/diag.h"
#include "share/share_place.h"

/* Of the packages that were asked for (load_package.matched), as notes SHARE9.  line: bytes of a cache line.  Of what
 * findings that are in the list already speak, nothing is said again. */
void share_static(const struct share_places *p, u32 line, struct finding_list *list);

#endif
