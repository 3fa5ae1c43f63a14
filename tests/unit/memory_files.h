/* SPDX-License-Identifier: MIT */
/*
 * Buffers that are read a line at a time, each line in memory of just its size: a sanitizer sees a read after it, or
 * of the line before. Takes the place of file_open_buffer(), file_read() and file_close() in a program that is linked
 * with -Wl,--wrap for each; buffers are given to vmnetacl_load_from() as ever.
 */
#ifndef UNIT_MEMORY_FILES_H
#define UNIT_MEMORY_FILES_H

#include <stdbool.h>

/* All buffers but the first have one inode number, as when each was gone before the next was made. */
extern bool memory_files_share_inode;

#endif
