/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "random.h"
#include "unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *const paths[WORLD_FILES_MAX] = {"/0", "/1", "/2", "/3", "/4", "/5"};
const char *const world_bridges[WORLD_BRIDGES_COUNT] = {"a", "br0", "br", "123456789012345"};

static void random_files_line(char line[static WORLD_LINE_SIZE])
{
    static const char *const effects[] = {"allow", "allow", "allow", "deny"};
    static const char *const subjects[] = {"all",     "all",      "user u",   "user v",  "group g",
                                           "group h", "uid 1000", "uid 1001", "gid 100", "gid 101"};
    static const char *const names[] = {"a", "br0", "br*", "b*", "all", "br", "123456789012345", "12345678901234*"};
    static const char *const options[] = {"",
                                          "",
                                          "",
                                          "",
                                          " limit 1",
                                          " limit 22",
                                          " isolated limit 1023",
                                          " guard mac 52:54:00:00:00:0A",
                                          " vlan 10 isolated",
                                          " tap vm%d",
                                          " tap v%u-%d vlan 4094 limit 2 mac 52:54:00:00:00:0b guard isolated"};
    static const char *const odd[] = {"", "#", "# deny all bridge all", "\t\r"};
    static const char *const wrong[] = {"allow",
                                        "deny all",
                                        "allow all bridge *",
                                        "allow br0",
                                        "allow uid u bridge a",
                                        "deny all bridge a limit 1",
                                        "allow all bridge 1234567890123456",
                                        "allow all bridge a limit 1 limit 1",
                                        "allow all bridge a limit 0",
                                        "allow all bridge a limit 1024",
                                        "allow all bridge a vlan 4095",
                                        "allow all bridge a mac 53:54:00:00:00:0a",
                                        "allow all bridge a tap v%d%d",
                                        "allow all bridge a tap v%u%d",
                                        "allow all bridge a isolated isolated"};
    static const char *const blank[] = {" ", " ", "\t", " \f "};
    const char *effect = PICK(effects);
    size_t kind = random_below(300);

    if (kind < 15)
        strcpy(line, PICK(odd));
    else if (kind < 18)
        strcpy(line, PICK(wrong));
    else
        (void)snprintf(line, WORLD_LINE_SIZE, "%s%s%s bridge%s%s%s", effect, PICK(blank), PICK(subjects), PICK(blank),
                       PICK(names), *effect == 'a' ? PICK(options) : "");
}

static void random_qemu_line(char line[static WORLD_LINE_SIZE])
{
    static const char *const words[] = {"allow", "allow", "allow", "deny", "include"};
    static const char *const names[] = {"a", "br0", "br", "all", "b*"};
    static const char *const odd[] = {"", "# deny all", "\t"};
    static const char *const wrong[] = {"allow", "deny a b", "allow all bridge a", "x", "include a"};
    const char *word = PICK(words);
    size_t kind = random_below(300);

    if (kind < 15)
        strcpy(line, PICK(odd));
    else if (kind < 18)
        strcpy(line, PICK(wrong));
    else
        (void)snprintf(line, WORLD_LINE_SIZE, "%s %s", word, *word == 'i' ? PICK(paths) : PICK(names));
}

void world_random_line(const struct world *world, size_t file, char line[static WORLD_LINE_SIZE])
{
    if (file < world->rules_count)
        random_files_line(line);
    else
        random_qemu_line(line);
}

static void random_switch(struct world *world, bool has_actions)
{
    static const char *const sources[] = {"files qemu", "qemu files", "files", "qemu"};
    static const char *const first[] = {"files", "qemu"};
    static const char *const actions[] = {"",
                                          "[NOTFOUND=return]",
                                          "[ALLOW=return]",
                                          " [UNAVAIL=continue] ",
                                          "[success=RETURN notfound=return unavail=continue]",
                                          "[UNAVAIL=return DENY=return TRYAGAIN=return ALLOW=continue]"};
    static const char *const wrong[] = {"",
                                        "acl:",
                                        "acl: nis",
                                        "acl: files files",
                                        "acl: files [!UNAVAIL=return]",
                                        "acl: files [DENY=continue]",
                                        "acl: files\nacl: qemu"};
    const char *one = PICK(first);

    world->has_switch = random_below(3) != 0;
    if (!has_actions)
        (void)snprintf(world->switch_text, sizeof world->switch_text, "acl: %s\n", PICK(sources));
    else if (random_below(40) == 0)
        (void)snprintf(world->switch_text, sizeof world->switch_text, "%s\n", PICK(wrong));
    else
        (void)snprintf(world->switch_text, sizeof world->switch_text, "#\nacl: %s%s %s%s", one, PICK(actions),
                       *one == 'f' ? "qemu" : "files", PICK(actions));
}

/* Names are users and groups, or nobody; a group is in the credentials, in the database, in both or in none. */
static void random_people(struct world *world)
{
    static const struct fake_account known[] = {{false, "u", 0, false},
                                                {false, "v", 0, false},
                                                {true, "g", 0, false},
                                                {true, "h", 0, false}};

    world->caller =
        (struct vmnetacl_caller){.enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = (gid_t)(99 + random_below(3))};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        world->accounts[i] = known[i];
        world->accounts[i].id = (uint32_t)(known[i].is_group ? 100 + random_below(4) : 1000 + random_below(2));
        world->accounts[i].has_caller = known[i].is_group && random_below(2) == 0;
        if (random_below(8) == 0)
            world->accounts[i].name = "unknown";
    }
    /* Two names of one group have the same members. */
    if (world->accounts[2].id == world->accounts[3].id)
        world->accounts[3].has_caller = world->accounts[2].has_caller;
    world->accounts[4] = (struct fake_account){true, "hundred", 100, random_below(2) == 0};
    for (size_t i = 2; i < 4; i++)
        if (world->accounts[i].id == 100)
            world->accounts[i].has_caller = world->accounts[4].has_caller;
    for (size_t i = 0; i < COUNT_OF(world->groups); i++)
        world->groups[i] = (gid_t)(98 + random_below(7));
    world->caller.groups = world->groups;
    world->caller.groups_count = random_below(COUNT_OF(world->groups) + 1);
}

void world_compose(struct world *world)
{
    world->buffers_count = 0;
    for (size_t i = 0; i < world->files_count; i++) {
        char *text = world->text[i];
        text[0] = '\0';
        for (size_t j = 0; j < world->lines_count[i]; j++)
            (void)sprintf(text + strlen(text), "%s\n", world->lines[i][j]); /* fits: see struct world */
        world->buffers[world->buffers_count++] =
            (struct vmnetacl_buffer){.source = i < world->rules_count ? "files" : "qemu",
                                     .path = paths[i],
                                     .text = text,
                                     .text_len = strlen(text)};
    }
    if (world->has_switch)
        world->buffers[world->buffers_count++] = (struct vmnetacl_buffer){.source = "switch",
                                                                          .path = "/switch",
                                                                          .text = world->switch_text,
                                                                          .text_len = strlen(world->switch_text)};
}

void world_make(struct world *world, bool has_actions)
{
    world->rules_count = random_below(4);
    world->files_count = world->rules_count + random_below(4);
    for (size_t i = 0; i < world->files_count; i++) {
        world->lines_count[i] = random_below(WORLD_LINES_MAX);
        for (size_t j = 0; j < world->lines_count[i]; j++)
            world_random_line(world, i, world->lines[i][j]);
    }
    random_switch(world, has_actions);
    random_people(world);
    world_compose(world);
}

void world_print(const struct world *world)
{
    for (size_t i = 0; i < world->buffers_count; i++)
        print_error("--- %s %s\n%.*s\n", world->buffers[i].source, world->buffers[i].path,
                    (int)world->buffers[i].text_len, world->buffers[i].text);
    for (size_t i = 0; i < COUNT_OF(world->accounts); i++)
        print_error("%s %s %u %d\n", world->accounts[i].is_group ? "group" : "user", world->accounts[i].name,
                    world->accounts[i].id, world->accounts[i].has_caller);
    print_error("gid %u, groups", world->caller.gid);
    for (size_t i = 0; i < world->caller.groups_count; i++)
        print_error(" %u", world->groups[i]);
    print_error("\n");
}
