/* SPDX-License-Identifier: MIT */
#include "tap_record.h"

#include <string.h>

#define ALIAS_UID    "vmnet-helper uid="
#define ALIAS_BRIDGE " bridge="
#define ALIAS_SINCE  " since="
#define NUMBER_BEGIN "vmnet-helper."

/* The end of the year 9999. */
#define SINCE_MAX INT64_C(253402300799)

/* Take the text off the beginning of *rest. Returns whether it was there. */
static bool take_text(const char **rest, const char *text)
{
    size_t len = strlen(text);

    if (strncmp(*rest, text, len) != 0)
        return false;
    *rest += len;
    return true;
}

/* Take a number from 0 to max, as "%u" prints it. */
static bool take_number(const char **rest, int64_t max, int64_t *number)
{
    const char *digit = *rest;
    bool is_zero = *digit == '0';

    *number = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        *number = *number * 10 + (*digit - '0');
        if (*number > max)
            return false;
    }
    if (digit == *rest || (is_zero && digit != *rest + 1))
        return false;
    *rest = digit;
    return true;
}

bool tap_is_ours(const struct interface *interface)
{
    const char *alias = interface->alias;

    return strcmp(interface->kind, "tun") == 0 && alias != NULL && take_text(&alias, ALIAS_UID);
}

bool tap_alias_read(struct tap_alias *alias, const char *text)
{
    int64_t uid;
    size_t len;

    *alias = (struct tap_alias){.has_since = false};
    if (!take_text(&text, ALIAS_UID) || !take_number(&text, UINT32_MAX - 1, &uid) || !take_text(&text, ALIAS_BRIDGE))
        return false;
    len = strcspn(text, " ");
    if (!vmnetacl_name_valid(text, len))
        return false;
    memcpy(alias->bridge, text, len); /* a valid name fits */
    text += len;
    alias->uid = (uid_t)uid;
    if (*text == '\0')
        return true;
    alias->has_since = take_text(&text, ALIAS_SINCE) && take_number(&text, SINCE_MAX, &alias->since);
    return alias->has_since && *text == '\0';
}

struct tap_number {
    int64_t uid;
    int64_t bridge_index;
    int64_t order;
};

/* Read "vmnet-helper.UID.BRIDGEIFINDEX.K". Returns whether it is that. */
static bool number_read(struct tap_number *number, const char *name)
{
    return take_text(&name, NUMBER_BEGIN) && take_number(&name, UINT32_MAX - 1, &number->uid) &&
           take_text(&name, ".") && take_number(&name, INT32_MAX, &number->bridge_index) && take_text(&name, ".") &&
           take_number(&name, VMNETACL_LIMIT_MAX - 1, &number->order) && *name == '\0';
}

static bool number_is_of(const struct tap_number *number, uid_t uid, uint32_t bridge_index)
{
    return number->uid == (int64_t)uid && number->bridge_index == (int64_t)bridge_index;
}

bool tap_number_find(const struct interfaces *interfaces, const struct interface *interface, uid_t uid,
                     uint32_t bridge_index, uint32_t *number)
{
    struct tap_number found;

    for (size_t i = 0; i < interfaces->other_names_count; i++) {
        const struct other_name *other = &interfaces->other_names[i];
        if (other->index != interface->index || !number_read(&found, other->name) ||
            !number_is_of(&found, uid, bridge_index))
            continue;
        *number = (uint32_t)found.order;
        return true;
    }
    return false;
}

bool tap_has_number(const struct interfaces *interfaces, const struct interface *interface)
{
    struct tap_number found;

    for (size_t i = 0; i < interfaces->other_names_count; i++)
        if (interfaces->other_names[i].index == interface->index &&
            number_read(&found, interfaces->other_names[i].name))
            return true;
    return false;
}

size_t tap_numbers_count(const struct interfaces *interfaces, uid_t uid, uint32_t bridge_index)
{
    struct tap_number found;
    size_t count = 0;

    for (size_t i = 0; i < interfaces->other_names_count; i++)
        count += number_read(&found, interfaces->other_names[i].name) && number_is_of(&found, uid, bridge_index);
    return count;
}
