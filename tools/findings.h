/* SPDX-License-Identifier: MIT */
/* What is wrong with the rules: collected, sorted and shown. */
#pragma once

#include "excerpt.h"
#include "vmnetacl.h"

enum finding_level {
    FINDING_ERROR,   /* vmnet-helper refuses requests */
    FINDING_WARNING, /* the rules are valid, but probably not what was meant */
    FINDING_NOTE,    /* about this system, not about the rules; it does not count for the exit status */
};

#define FINDING_LEVELS (FINDING_NOTE + 1)

struct finding {
    enum finding_level level;
    char *source;     /* "switch", "files", "qemu", "names", "bridges" or "host" */
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
    size_t counts[FINDING_LEVELS]; /* how many of each level */
    struct excerpt_origin origin;  /* of the lines that are shown; its texts are the findings' */
    const char **files;            /* names of the files with findings, in the order of their first finding */
    size_t files_count;
    size_t files_read_count; /* files that were read without an error, and the rules in them */
    size_t rules_read_count;
};

/* Add a finding of the library. root: put before the name of the file; may be NULL. */
void findings_add_problem(struct findings *findings, bool is_error, const char *source,
                          const struct vmnetacl_error *error, const char *root);

/*
 * Add a warning of our own. place: of the rule that it is about; NULL when it is about none. code: a string literal.
 * Takes ownership of message.
 */
void findings_add_warning(struct findings *findings, const char *source, const char *code,
                          const struct vmnetacl_place *place, const char *root, char *message);

/* Add a note. place, code and message as above. */
void findings_add_note(struct findings *findings, const char *source, const char *code,
                       const struct vmnetacl_place *place, char *message);

/* Sort: errors, warnings, notes; then by file, in the order of findings.files, and by line. */
void findings_sort(struct findings *findings);

/* Print them in their order, with the lines that they are about; without with_all, at most 50 of a file and a code. */
void findings_print(const struct findings *findings, bool with_all);

/* Print a line that sums them up, if stdout is a terminal. */
void findings_print_summary(const struct findings *findings);

void findings_print_json(const struct findings *findings);

void findings_free(struct findings *findings);
