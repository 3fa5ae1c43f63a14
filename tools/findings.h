/* SPDX-License-Identifier: MIT */
/* What is wrong with rules: collected, put in order, and shown. */
#pragma once

#include "text.h"
#include "vmnetacl.h"

struct finding {
    bool is_error;    /* else a warning */
    char *source;     /* "switch", "files", "qemu", "names" or "bridges" */
    const char *code; /* its name */
    char *file;       /* NULL when no file is meant */
    unsigned line;    /* 0: the whole file */
    unsigned column;  /* 0: the whole line */
    char *message;
    size_t file_order; /* of the file, among those that something was found in */
};

/* All zero to begin with. */
struct findings {
    struct finding *items;
    size_t count;
    size_t error_count;
    const char **files; /* the names of those that something was found in, in the order in which they came up */
    size_t files_count;
};

/* Take what the library found. root, if not NULL, is put before the file. */
void findings_add_problem(struct findings *findings, bool is_error, const char *source,
                          const struct vmnetacl_error *error, const char *root);

/* Take a warning of our own about a rule; code must be a literal; message is freed with the findings. */
void findings_add_warning(struct findings *findings, const char *source, const char *code,
                          const struct vmnetacl_place *place, const char *root, char *message);

/* Put errors before warnings; then file by file, in the order in which these came up, and line by line. */
void findings_sort(struct findings *findings);

/* Print them in their order, with the lines that they are about. */
void findings_print(const struct findings *findings);
void findings_print_json(const struct findings *findings);

void findings_free(struct findings *findings);
