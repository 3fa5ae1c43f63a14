/* SPDX-License-Identifier: MIT */
#pragma once

#include "findings.h"
#include "options.h"

/* The source whose grammar a file has: of --as, or by its name. Ends the program when as is no source. */
const char *check_source_of(const char *path, const char *as);

/*
 * Read a file, to be checked as a buffer; "-" is standard input. Returns false when that fails, which is a finding.
 * What the buffer points to is the findings', which show lines of it.
 */
bool check_read(struct findings *findings, const char *path, const char *source, struct vmnetacl_buffer *buffer);

/* The same, but the file is called by another name. */
bool check_read_as(struct findings *findings, const char *path, const char *shown, const char *source,
                   struct vmnetacl_buffer *buffer);

/* Check the files of the command line. Those of rules.d are checked together; any other is checked by itself. */
void check_files(struct findings *findings, const struct options *options);
