/* SPDX-License-Identifier: MIT */
/*
 * The input is nsswitch.conf. The services that are found stand in its last line about the database, one behind the
 * other, and they are the same when nothing but that line is there.
 */
#include "fuzz.h"
#include "nsswitch.h"

#include <string.h>

#define SERVICES_MAX 64

struct services {
    struct nsswitch_service list[SERVICES_MAX];
    size_t count;
    enum nsswitch_result end;
};

static void take_services(struct line line, struct services *services)
{
    struct nsswitch_service service = {.name = NULL};
    const char *at = line.at;

    *services = (struct services){.end = NSSWITCH_END};
    while ((services->end = nsswitch_next(&line, &service)) == NSSWITCH_SERVICE) {
        HOLDS(service.name >= at && service.name_len > 0 && service.name + service.name_len <= line.at);
        HOLDS(line.at > at && line.at <= line.end); /* it goes on */
        HOLDS(memchr(service.name, ' ', service.name_len) == NULL &&
              memchr(service.name, '[', service.name_len) == NULL);
        HOLDS(service.is_comment || *service.name != '#');
        at = line.at;
        if (services->count < SERVICES_MAX)
            services->list[services->count++] = service;
    }
}

static void check_database(const char *text, size_t text_len, const char *database)
{
    struct line line;
    struct line again;
    struct services services;
    struct services alone;
    char *copy;
    size_t len;

    if (!nsswitch_find(text, text_len, database, &line))
        return;
    HOLDS(line.at >= text + strlen(database) && line.end <= text + text_len && line.at <= line.end);
    HOLDS(memchr(line.at, '\n', line_len(&line)) == NULL && memchr(line.at, '\0', line_len(&line)) == NULL);
    take_services(line, &services);
    len = strlen(database) + 1 + line_len(&line);
    copy = malloc(len);
    HOLDS(copy != NULL);
    memcpy(copy, database, strlen(database));
    copy[strlen(database)] = ':';
    memcpy(copy + strlen(database) + 1, line.at, line_len(&line));
    HOLDS(nsswitch_find(copy, len, database, &again) && line_len(&again) == line_len(&line));
    take_services(again, &alone);
    HOLDS(alone.count == services.count && alone.end == services.end);
    for (size_t i = 0; i < alone.count; i++)
        HOLDS(alone.list[i].name_len == services.list[i].name_len &&
              alone.list[i].ends_on_notfound == services.list[i].ends_on_notfound &&
              alone.list[i].is_comment == services.list[i].is_comment &&
              memcmp(alone.list[i].name, services.list[i].name, alone.list[i].name_len) == 0);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_database((const char *)data, size, "passwd");
    check_database((const char *)data, size, "group");
    check_database((const char *)data, size, "initgroups");
    return 0;
}
