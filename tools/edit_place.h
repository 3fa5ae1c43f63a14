/* SPDX-License-Identifier: MIT */
/*
 * The file that is edited, a copy for the editor, and beside the file a lock against a second edit. The copy is in a
 * directory of its own: who may write to that of the file, such as the group of /etc/qemu, could put a symbolic link in
 * place of the copy, and have the editor of root read and write any file.
 */
#pragma once

#include "text.h"

#include <sys/stat.h>
#include <sys/types.h>

struct edit_place {
    char *directory;    /* without a symbolic link */
    char *path;         /* the file, in that directory */
    const char *source; /* "files", "qemu" or "switch" */
    char *private;      /* the directory of the copy */
    char *copy;         /* NAME in it */
    char *fresh;        /* .NAME.new, which becomes the file: the library ignores it, since it begins with a dot */
    char *lock;         /* .NAME.lock */
    struct text text;   /* what the file had; nothing when it is new */
    int fd;             /* the file; -1: it does not exist */
    struct stat status; /* of the file, unless it does not exist */
};

/*
 * Find the file, lock it and make the copy. Ends the program when the file is no place of rules, or is being edited.
 * From then on, copy and lock are removed when the program ends, also by a signal.
 */
void edit_place_open(struct edit_place *place, const char *path);

/* The process that a signal to this one is handed on to; 0: none. */
void edit_place_set_child(pid_t child);

/*
 * Put this text into the file's place, with the file's owner, mode, access control list and label: at no time is there
 * another or half a text. Ends the program when that fails, or the file has changed; the copy then remains.
 */
void edit_place_install(const struct edit_place *place, const struct text *text);

/* Remove copy and lock, and free it. */
void edit_place_close(struct edit_place *place);
