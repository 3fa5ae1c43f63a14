/* SPDX-License-Identifier: MIT */
/*
 * What a source of rules is to the policy that combines several of them: something that reads a file or a directory and
 * adds the rules in it to a ruleset. A source is one file that fills in a struct source; the table in source.c names
 * it, and nothing else knows it.
 */
#ifndef VMNETACL_SOURCE_H
#define VMNETACL_SOURCE_H

#include "file.h"
#include "lines.h"
#include "ruleset.h"
#include "vmnetacl.h"

/* What loading one source needs, and what becomes of it. */
struct loading {
    const struct vmnetacl_origin *origin;
    const char *source;           /* the name of what is being loaded */
    struct ruleset *ruleset;      /* empty at first; what is in it after a failure is worthless */
    struct vmnetacl_error *other; /* for a caller other than the reader; its code is NONE as long as all is public */
    struct vmnetacl_error *error; /* why it failed; worthless otherwise */
    /* To look for every error: called with each one in a line or of a file in error, and loading goes on after it.
       NULL: the first error ends it. */
    void (*report)(const struct loading *loading, void *data);
    void *report_data;
};

struct source {
    const char *name;
    const char *system_path;
    const char *(*path)(const struct vmnetacl_origin *origin); /* where origin has it; NULL: at the usual place */
    bool has_subjects;      /* its rules name their subject; else each is for everybody */
    const char *local_file; /* the file below path for the administrator's own rules; NULL: path is the file */

    /*
     * Read every rule. OK; NOTFOUND when there is nothing at path, the top file or directory; UNAVAIL, TRYAGAIN with
     * loading->error filled in.
     */
    enum vmnetacl_status (*load)(struct loading *loading, const char *path);
};

extern const struct source source_files;
extern const struct source source_qemu;

/* The source that is called so; NULL when there is none. */
const struct source *source_find(const char *name, size_t name_len);

/*
 * Find the first buffer of this source, from index *at of the origin's buffers on, and set *at to its index. NULL when
 * there is none, as in an origin without buffers.
 */
const struct vmnetacl_buffer *origin_find_buffer(const struct vmnetacl_origin *origin, const char *source, size_t *at);

/* Where the source reads from: as origin says, or the usual place. */
const char *source_path(const struct source *source, const struct vmnetacl_origin *origin);

/* What status a load goes on with after an error in a part of it: OK when the error was reported. */
enum vmnetacl_status loading_go_on(struct loading *loading, enum vmnetacl_status status);

/* TRYAGAIN, with the error filled in. path may be NULL. */
enum vmnetacl_status loading_fail_memory(struct loading *loading, const char *path);

/* Open a file of loading->source: from the origin's buffers, if it has any, or from the file system. As file_open(). */
enum vmnetacl_status loading_open(struct loading *loading, const char *path, const struct trust *trust,
                                  struct file *file);

/*
 * Read a file that is open, block by block: read_lines takes every line of each, and ends the reading with a
 * status other than OK. data is handed on to it.
 */
enum vmnetacl_status
loading_read(struct loading *loading, struct file *file,
             enum vmnetacl_status (*read_lines)(struct loading *loading, struct lines *lines, void *data), void *data);

/*
 * Note that not everybody may read what is at path, or finds the same there: what is loaded holds only for callers with
 * the credentials that read it. The first such path is kept.
 */
void loading_note_private(struct loading *loading, const char *path);

/* What the origin trusts: files of up to VMNETACL_FILE_MAX bytes, and no group may write anywhere. */
struct trust loading_trust(const struct vmnetacl_origin *origin);

#endif
