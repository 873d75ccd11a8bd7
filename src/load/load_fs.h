/* load_fs.h: directories, each read once, with an overlay (-overlay) and texts of an editor laid over them.
 *
 * Ownership: listings live in the arena that was given.  Threading: load_fs_dir and what is built on it
 * fill a cache and are one thread's; load_fs_read and load_fs_overlaid may be called from any.
 */
#ifndef GOMM_LOAD_FS_H
#define GOMM_LOAD_FS_H

#include "base/err.h"
#include "base/map.h"
#include "base/str.h"

struct load_text; /* load.h */

enum load_fs_kind { LOAD_FS_FILE, LOAD_FS_DIR, LOAD_FS_LINK_DIR, LOAD_FS_OTHER };

struct load_fs_entry {
    str name;
    enum load_fs_kind kind; /* of what a symbolic link leads to, but LINK_DIR for a directory */
};

struct load_fs_dir {
    str path;
    bool exists;
    bool go_files;                 /* there is a *.go */
    bool go_mod;                   /* there is a go.mod that is a file */
    struct load_fs_entry *entries; /* sorted by bytes */
    u32 n;
};

struct load_fs {
    struct arena *a;
    struct strmap dirs; /* clean absolute path → struct load_fs_dir */
    struct strmap
        overlay; /* clean absolute path → its replacement's C string, "" if it is deleted */
    struct strmap over_dirs; /* directory → strmap of names: overlaid files and their parents */
    struct strmap texts; /* clean absolute path → str: what stands there instead of any file */
};

void load_fs_init(struct load_fs *fs, struct arena *a);
void load_fs_release(struct load_fs *fs);
/* Lays texts over the files, and over what load_fs_overlay has laid there; they are borrowed. */
void load_fs_texts(struct load_fs *fs, const struct load_text *v, size_t n);
/* Reads an overlay file; relative names in it are relative to dir. */
bool load_fs_overlay(struct load_fs *fs, str file, str dir, struct err *e);

/* path is clean and absolute; a directory that is not there is one with exists = false. */
const struct load_fs_dir *load_fs_dir(struct load_fs *fs, str path);
void load_fs_forget(struct load_fs *fs, str path); /* the next load_fs_dir reads it again */
const struct load_fs_entry *load_fs_find(const struct load_fs_dir *d, str name);
bool load_fs_is_dir(struct load_fs *fs, str path);
bool load_fs_is_file(struct load_fs *fs, str path);

/* Does something else stand for the file, or nothing any more? */
bool load_fs_overlaid(const struct load_fs *fs, str path);
bool load_fs_is_text(const struct load_fs *fs, str path); /* by load_fs_texts */
bool load_fs_read(const struct load_fs *fs, struct arena *a, str path, str *out, struct err *e);

#endif
