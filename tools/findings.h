/* SPDX-License-Identifier: MIT */
/* What is wrong with the rules: collected, sorted and shown. */
#pragma once

#include "excerpt.h"
#include "vmnetacl.h"

struct finding {
    bool is_error;    /* else a warning */
    char *source;     /* "switch", "files", "qemu", "names" or "bridges" */
    const char *code; /* its name */
    char *file;       /* NULL when no file is meant */
    unsigned line;    /* 0: the whole file */
    unsigned column;  /* 0: the whole line */
    char *message;
    size_t file_order; /* index of the file in findings.files */
};

/* All zero to begin with. */
struct findings {
    struct finding *items;
    size_t count;
    size_t error_count;
    struct excerpt_origin origin; /* of the lines that are shown; its texts are the findings' */
    const char **files;           /* names of the files with findings, in the order of their first finding */
    size_t files_count;
    size_t files_read_count; /* files that were read without an error, and the rules in them */
    size_t rules_read_count;
};

/* Add a finding of the library. root: put before the name of the file; may be NULL. */
void findings_add_problem(struct findings *findings, bool is_error, const char *source,
                          const struct vmnetacl_error *error, const char *root);

/* Add a warning of our own about a rule. code: a string literal. Takes ownership of message. */
void findings_add_warning(struct findings *findings, const char *source, const char *code,
                          const struct vmnetacl_place *place, const char *root, char *message);

/* Sort: errors before warnings, then by file, in the order of findings.files, and by line. */
void findings_sort(struct findings *findings);

/* Print them in their order, with the lines that they are about; without with_all, at most 50 of a file and a code. */
void findings_print(const struct findings *findings, bool with_all);

/* Print a line that sums them up, for a terminal; and always, that there is no rule, unless is_part. */
void findings_print_summary(const struct findings *findings, bool is_part);

void findings_print_json(const struct findings *findings);

void findings_free(struct findings *findings);
