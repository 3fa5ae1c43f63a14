/* SPDX-License-Identifier: MIT */
/*
 * The options of an allow. One table says how each is written, which values it takes and where its value is kept; what
 * parses, keeps, shows and refuses options uses this table only. Pure.
 */
#ifndef VMNETACL_OPTION_H
#define VMNETACL_OPTION_H

#include "token.h"

struct option;

/* How the values of some options are read, kept and shown. */
struct option_kind {
    size_t size; /* bytes in struct vmnetacl_grant */
    bool is_number;
    /* Take the value off the line. OK; UNAVAIL with the error filled in, and value is worthless. */
    enum vmnetacl_status (*parse)(struct parser *parser, const struct option *option, void *value);
    void (*show)(const void *value, char text[VMNETACL_OPTION_VALUE_SIZE]);
};

extern const struct option_kind option_number;
extern const struct option_kind option_mac;
extern const struct option_kind option_tap;

/* One option. The names of two differ, and so do their bits and the places of their values. */
struct option {
    const char *name;
    uint32_t bit;
    const char *value;              /* what follows the name, as messages call it; NULL: nothing */
    const struct option_kind *kind; /* of that; NULL: nothing */
    uint32_t min;                   /* of a number */
    uint32_t max;
    size_t offset; /* of the value in struct vmnetacl_grant */
    const struct vmnetacl_error *unenforced;
};

extern const struct option option_table[];
extern const size_t option_table_len;

/* The most bytes that options_put() writes. */
#define OPTIONS_SIZE_MAX (sizeof(uint32_t) + sizeof(struct vmnetacl_grant))

/*
 * In a struct rule, a grant has valid options, and the values of those; its other fields mean nothing, since clearing
 * them for each of a million rules takes time.
 */

/* { option } up to the end of the line, into such a grant. OK; UNAVAIL with error filled in. */
enum vmnetacl_status options_parse(struct parser *parser, bool is_deny, struct vmnetacl_grant *grant);

/* Write the options of such a grant to memory; read them back. Both return what is after them. */
char *options_put(char *to, const struct vmnetacl_grant *grant);
const char *options_take(const char *from, struct vmnetacl_grant *grant);

/* The grant with all other fields zero. */
struct vmnetacl_grant options_grant(const struct vmnetacl_grant *grant);

/* The error of the grant's first option that is not one of the enforced, VMNETACL_OPTION_...; NULL: all are. */
const struct vmnetacl_error *options_find_unenforced(const struct vmnetacl_grant *grant, uint32_t enforced);

#endif
