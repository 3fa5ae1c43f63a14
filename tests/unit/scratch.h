/* SPDX-License-Identifier: MIT */
/*
 * A directory of our own for rule files that root owns, inside the laboratory (tests/lab/lab.sh). Whatever cannot be
 * made fails the test.
 */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include "file.h"

#include <sys/types.h>

#define SCRATCH "/run/lab/unit"

/* For cmocka: an empty directory before each test, and none after it. Fail without root and without the laboratory. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* The directory is empty again. */
void scratch_empty(void);

/* Write a file at an absolute path: root's, 0644; or with len bytes of text. */
void scratch_write(const char *path, const char *text);
void scratch_write_bytes(const char *path, const char *bytes, size_t len);

void scratch_directory(const char *path, mode_t mode);

/* Load path as bridge.conf, the one source; as vmnetacl_load_from(), but a source that fails makes the load fail. */
enum vmnetacl_status scratch_load(const char *path, struct vmnetacl_policy **policy, struct vmnetacl_error *error);

/* The verdict of the rules at path on a bridge, for who reads them; or the status of the load, when that fails. */
enum vmnetacl_status scratch_decide(const char *path, const char *bridge);

/* Loading the rules at path fails so; code_line_column is like "name-missing 3:5". */
void scratch_assert_fails(const char *path, enum vmnetacl_status status, const char *file,
                          const char *code_line_column);

/* Effective ids of an unprivileged user of the laboratory, and root's again. */
void scratch_as_user(void);
void scratch_as_root(void);

#endif
