/* SPDX-License-Identifier: MIT */
#include "json.h"

#include "escape.h"
#include "message.h"
#include "problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define INDENT 2

/* jansson fails only when out of memory: what it is given here is ASCII. */
static json_t *there(json_t *value)
{
    if (value == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    return value;
}

/* Here and below, main() checks ferror(3). */
static void start_line(unsigned depth)
{
    (void)printf("\n%*s", (int)depth * INDENT, "");
}

static void start_member(struct json_answer *answer, const char *key)
{
    if (!answer->is_empty)
        (void)fputc(',', stdout);
    start_line(answer->depth);
    if (key != NULL)
        (void)printf("\"%s\": ", key); /* a literal that needs no escaping */
    answer->is_empty = false;
}

static void open_member(struct json_answer *answer, const char *key, char bracket)
{
    start_member(answer, key);
    (void)fputc(bracket, stdout);
    answer->depth++;
    answer->is_empty = true;
}

static void close_member(struct json_answer *answer, char bracket)
{
    answer->depth--;
    if (!answer->is_empty)
        start_line(answer->depth);
    (void)fputc(bracket, stdout);
    answer->is_empty = false;
}

/* jansson begins the indent of each value at 0. It escapes newlines in strings, so each one here ends a line. */
static int write_indented(const char *bytes, size_t bytes_len, void *data)
{
    const struct json_answer *answer = data;

    for (size_t i = 0; i < bytes_len; i++) {
        if (bytes[i] == '\n')
            start_line(answer->depth);
        else
            (void)fputc(bytes[i], stdout);
    }
    return ferror(stdout) ? -1 : 0;
}

void json_begin(struct json_answer *answer, const char *kind)
{
    *answer = (struct json_answer){.depth = 1, .is_empty = true};
    (void)fputc('{', stdout);
    json_write(answer, "schema", json_integer(JSON_SCHEMA));
    json_write(answer, "kind", json_string(kind));
}

void json_write(struct json_answer *answer, const char *key, json_t *value)
{
    start_member(answer, key);
    if (json_dump_callback(there(value), write_indented, answer, JSON_INDENT(INDENT) | JSON_ENCODE_ANY) != 0) {
        if (ferror(stdout))
            die(EX_OSERR, "cannot write the answer: %m");
        die(EX_TEMPFAIL, "out of memory; try again");
    }
    json_decref(value);
}

void json_open_object(struct json_answer *answer, const char *key)
{
    open_member(answer, key, '{');
}

void json_close_object(struct json_answer *answer)
{
    close_member(answer, '}');
}

void json_open_array(struct json_answer *answer, const char *key)
{
    open_member(answer, key, '[');
}

void json_close_array(struct json_answer *answer)
{
    close_member(answer, ']');
}

void json_end(struct json_answer *answer)
{
    close_member(answer, '}');
    (void)fputc('\n', stdout);
}

void json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, there(value)) != 0)
        die(EX_TEMPFAIL, "out of memory; try again");
}

void json_push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, there(value)) != 0)
        die(EX_TEMPFAIL, "out of memory; try again");
}

json_t *json_escaped(const char *text)
{
    char *escaped;
    json_t *string;

    if (text == NULL)
        return json_null();
    escaped = escape_copy(text, strlen(text));
    string = there(json_string(escaped));
    free(escaped);
    return string;
}

json_t *json_number(unsigned number)
{
    return number == 0 ? json_null() : there(json_integer((json_int_t)number));
}

json_t *json_place(const struct vmnetacl_place *place)
{
    json_t *object;

    if (place->file == NULL)
        return json_null();
    object = there(json_object());
    json_put(object, "source", json_escaped(place->source));
    json_put(object, "file", json_escaped(place->file));
    json_put(object, "line", json_number(place->line));
    json_put(object, "column", json_number(place->column));
    return object;
}

static json_t *json_subject(const struct vmnetacl_rule *rule)
{
    static const char *const kinds[] = {
        [VMNETACL_SUBJECT_ALL] = "all",     [VMNETACL_SUBJECT_USER] = "user", [VMNETACL_SUBJECT_UID] = "uid",
        [VMNETACL_SUBJECT_GROUP] = "group", [VMNETACL_SUBJECT_GID] = "gid",
    };
    bool has_id = rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID;
    json_t *object = there(json_object());

    json_put(object, "kind", json_string(kinds[rule->subject]));
    json_put(object, "name", json_escaped(rule->account));
    json_put(object, "id", has_id ? json_integer((json_int_t)rule->id) : json_null());
    return object;
}

json_t *json_rule(const struct vmnetacl_rule *rule)
{
    json_t *object;

    if (rule == NULL)
        return json_null();
    object = there(json_object());
    json_put(object, "place", json_place(&rule->place));
    json_put(object, "text", json_escaped(rule->text));
    json_put(object, "action", json_string(rule->is_deny ? "deny" : "allow"));
    json_put(object, "subject", json_subject(rule));
    json_put(object, "bridge", json_escaped(rule->bridge));
    json_put(object, "pattern", json_boolean(rule->is_pattern));
    json_put(object, "options", json_grant(&rule->grant));
    return object;
}

json_t *json_error(const struct vmnetacl_error *error)
{
    json_t *object;
    char *message;

    if (error == NULL)
        return json_null();
    object = there(json_object());
    message = problem_message(error);
    json_put(object, "code", json_string(vmnetacl_code_name(error->code)));
    json_put(object, "file", json_escaped(error->file[0] == '\0' ? NULL : error->file));
    json_put(object, "line", json_number(error->line));
    json_put(object, "column", json_number(error->column));
    json_put(object, "message", json_escaped(message));
    free(message);
    return object;
}

json_t *json_grant(const struct vmnetacl_grant *grant)
{
    json_t *object = there(json_object());
    struct vmnetacl_option option;

    for (size_t i = 0; vmnetacl_option_at(grant, i, &option); i++)
        json_put(object, option.name,
                 option.has_number         ? json_integer((json_int_t)option.number)
                 : option.value[0] != '\0' ? json_string(option.value)
                                           : json_true());
    return object;
}

json_t *json_account(const struct account *account)
{
    json_t *object = there(json_object());
    json_t *groups = there(json_array());

    json_put(object, "name", json_escaped(account->name));
    json_put(object, "uid", json_integer((json_int_t)account->caller.uid));
    json_put(object, "gid", account->has_no_groups ? json_null() : json_integer((json_int_t)account->caller.gid));
    for (size_t i = 0; i < account->caller.groups_count; i++)
        json_push(groups, json_integer((json_int_t)account->caller.groups[i]));
    json_put(object, "groups", groups);
    return object;
}
