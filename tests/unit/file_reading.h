/* SPDX-License-Identifier: MIT */
/* A directory with rules in it, and what comes of reading a file, as root in the laboratory. */
#ifndef UNIT_FILE_READING_H
#define UNIT_FILE_READING_H

#include "file.h"
#include "scratch.h"
#include "unit.h"

#include <sys/stat.h>

#define CONF      SCRATCH "/a.conf"
#define DIRECTORY SCRATCH "/directory"
#define INNER     DIRECTORY "/b.conf"

extern const struct trust trust;

/* What was read last, put together from its blocks. */
extern size_t blocks_count;
extern struct stat text_stat;

/* A cmocka test setup: CONF has the text "text", INNER "inner". A cmocka group teardown. */
int setup(void **state);
int teardown(void **state);

/* NONE: it was read. Otherwise the error is complete. No descriptor and no memory is left. */
enum vmnetacl_code read_with(const char *path, const struct trust *wanted, struct vmnetacl_error *error);

/* With trust: it is read, or fails with this code, or with this errno. */
void assert_reads(const char *path);
void assert_code(const char *path, enum vmnetacl_code want);
void assert_errno(const char *path, int want);

/* CONF is read, and has this text. */
void assert_text(const char *want);

#endif
