/* SPDX-License-Identifier: MIT */
/*
 * Rule files that are in memory alone: takes the place of file_open(), file_read() and file_close() in a program that
 * is linked with -Wl,--wrap for each, so that rules can be decided on by the thousand, without privilege or files.
 */
#ifndef UNIT_MEMORY_FILES_H
#define UNIT_MEMORY_FILES_H

#include "model.h"

/* From now on these files are all that there is. They must outlive their use. */
void memory_files_set(const struct model_file *files, size_t files_count);

/* The same, but all files except files[0] have one inode number, as when each was gone before the next was made. */
void memory_files_set_inode_shared(const struct model_file *files, size_t files_count);

/* Load files[0] as bridge.conf. OK, UNAVAIL, TRYAGAIN; the policy is the caller's to free. */
enum vmnetacl_status memory_files_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error);

/* The library's verdict on a bridge, or the status of the load that failed. */
enum vmnetacl_status memory_files_decide(const char *bridge);

#endif
