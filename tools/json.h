/* SPDX-License-Identifier: MIT */
/*
 * The answers for other programs; vmnetctl.schema.json describes them. A string in them is printable ASCII: other bytes
 * are escaped. Functions here end the program when out of memory, and steal the values that they are given.
 *
 * An answer is written to stdout member by member, as jansson lays it out with JSON_INDENT(2). It can hold a million
 * rules, so it is never in memory as a whole: only what is passed to one call of json_write() is.
 */
#pragma once

#include "account.h"
#include "vmnetacl.h"

#include <jansson.h>
#include <stdbool.h>

/* It changes when a member is removed, or its name or meaning changes; it does not when a member is added. */
#define JSON_SCHEMA 2

/* An answer that is being written. */
struct json_answer {
    unsigned depth; /* of open objects and arrays */
    bool is_empty;  /* the innermost of them has no member yet */
};

/* Begin an answer of a kind: "check", "explain", "list", "rules", "who", "doctor" or "status". */
void json_begin(struct json_answer *answer, const char *kind);

/* Write a member. key: its name; NULL in an array. */
void json_write(struct json_answer *answer, const char *key, json_t *value);

/* Begin a member that is an object or an array, and end it. */
void json_open_object(struct json_answer *answer, const char *key);
void json_close_object(struct json_answer *answer);
void json_open_array(struct json_answer *answer, const char *key);
void json_close_array(struct json_answer *answer);

/* End the answer. main() checks that all of it was written. */
void json_end(struct json_answer *answer);

/* Add a member to an object or an array in memory. */
void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);

/* A string, escaped; null of NULL. */
json_t *json_escaped(const char *text);

/* A number; null of 0: no line, no column, no limit. */
json_t *json_number(unsigned number);

/* {"source", "file", "line", "column"}; null when there is no file. */
json_t *json_place(const struct vmnetacl_place *place);

/* {"place", "text", "action", "subject", "bridge", "pattern", "options"}; null of NULL. */
json_t *json_rule(const struct vmnetacl_rule *rule);

/* {"code", "file", "line", "column", "message"}; null of NULL. */
json_t *json_error(const struct vmnetacl_error *error);

/* {"limit": 3}: the options of a grant; {} when there are none. */
json_t *json_grant(const struct vmnetacl_grant *grant);

/* {"name", "uid", "gid", "groups"} */
json_t *json_account(const struct account *account);
