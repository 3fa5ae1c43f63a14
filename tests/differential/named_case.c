/* SPDX-License-Identifier: MIT
 *
 * See named_case.h.
 */
#define _GNU_SOURCE
#include "named_case.h"

#include "run.h"
#include "world.h"

#include <sys/resource.h>
#include <unistd.h>

#define INCLUDE        "include " NAMED_INCLUDE_PATH "\n"
#define LARGEST_PATH   "/run/lab/largest.conf" /* of the size of the limit; the forecast knows nothing of these two */
#define TOO_LARGE_PATH "/run/lab/too-large.conf"

/* Text that may hold NUL bytes. */
#define TEXT(literal) .text = (literal), .text_len = sizeof(literal) - 1

/* ---- worlds that need more than two texts ---- */

/* bridge.conf is a chain of includes, a.conf and so on, the last of which holds text; depth of them. */
static void chain_arrange(struct ruleworld *world, size_t depth, const char *text)
{
    for (size_t i = 0; i <= depth; i++) {
        char path[RULEWORLD_PATH_SIZE], include[RULEWORLD_PATH_SIZE + 16];
        struct ruleworld_entry *file;

        snprintf(path, sizeof path, "/etc/qemu/%c.conf", (char)('a' + i - 1));
        file = ruleworld_add(world, RULEWORLD_FILE, i == 0 ? RULEWORLD_MAIN_PATH : path);
        snprintf(include, sizeof include, "include /etc/qemu/%c.conf\n", (char)('a' + i));
        ruleworld_append_text(file, i == depth ? text : include);
    }
}

static void eight_deep_arrange(struct ruleworld *world)
{
    chain_arrange(world, 8, "allow virbr0\n");
}

static void nine_deep_arrange(struct ruleworld *world)
{
    chain_arrange(world, 9, "allow virbr0\n");
}

static void nine_deep_known_arrange(struct ruleworld *world)
{
    struct ruleworld_entry *file;

    chain_arrange(world, 9, "allow virbr0\n");
    file = &world->entries[1];
    file->text_len = 0;
    ruleworld_append_text(file, "include /etc/qemu/i.conf\ninclude /etc/qemu/a.conf\n");
}

static void deny_three_deep_arrange(struct ruleworld *world)
{
    chain_arrange(world, 3, "deny virbr0\n");
    ruleworld_append_text(&world->entries[1], "allow all\n");
}

/* A line of len bytes that is a comment, and after it what only a reader of 4095 bytes at a time takes for a line. */
static void long_line_arrange(struct ruleworld *world, size_t len, const char *text)
{
    struct ruleworld_entry *file = ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH);

    ruleworld_append_text(file, "#");
    while (file->text_len < len)
        ruleworld_append_text(file, "x");
    ruleworld_append_text(file, text);
}

static void rule_behind_comment_arrange(struct ruleworld *world)
{
    long_line_arrange(world, 4095, "allow virbr0\n");
}

static void longest_line_arrange(struct ruleworld *world)
{
    long_line_arrange(world, 1023, "\nallow virbr0\n");
}

static void too_long_line_arrange(struct ruleworld *world)
{
    long_line_arrange(world, 1024, "\nallow virbr0\n");
}

static void link_add(struct ruleworld *world, const char *path, const char *target)
{
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_LINK, path), target);
}

static void links_arrange(struct ruleworld *world, int count)
{
    char path[RULEWORLD_PATH_SIZE], target[RULEWORLD_PATH_SIZE];

    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH), INCLUDE);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, i == 0 ? NAMED_INCLUDE_PATH : "/etc/qemu/link%d", i);
        snprintf(target, sizeof target, i == count - 1 ? "real.conf" : "link%d", i + 1);
        link_add(world, path, target);
    }
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, "/etc/qemu/real.conf"), "allow virbr0\n");
}

static void sixteen_links_arrange(struct ruleworld *world)
{
    links_arrange(world, 16);
}

static void seventeen_links_arrange(struct ruleworld *world)
{
    links_arrange(world, 17);
}

/* A link to a trusted file that stands where anybody can put another in its place. */
static void link_in_open_directory_arrange(struct ruleworld *world)
{
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH), "include /etc/qemu/sub/a.conf\n");
    ruleworld_add(world, RULEWORLD_DIRECTORY, "/etc/qemu/sub")->mode = 01777;
    link_add(world, "/etc/qemu/sub/a.conf", "/etc/qemu/real.conf");
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, "/etc/qemu/real.conf"), "allow virbr0\n");
}

static void dangling_include_arrange(struct ruleworld *world)
{
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH), INCLUDE "allow virbr0\n");
    link_add(world, NAMED_INCLUDE_PATH, "absent.conf");
}

static void fifo_include_arrange(struct ruleworld *world)
{
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, RULEWORLD_MAIN_PATH), INCLUDE "allow virbr0\n");
    ruleworld_add(world, RULEWORLD_FIFO, NAMED_INCLUDE_PATH);
}

static void dangling_main_arrange(struct ruleworld *world)
{
    link_add(world, RULEWORLD_MAIN_PATH, "absent.conf");
}

static void linked_main_arrange(struct ruleworld *world)
{
    link_add(world, RULEWORLD_MAIN_PATH, "real.conf");
    ruleworld_append_text(ruleworld_add(world, RULEWORLD_FILE, "/etc/qemu/real.conf"), "allow virbr0\n");
}

/* ---- what the caller does before the start ---- */

/* vmuser's home is where he writes what he likes. */
static void hook_enter_home(int socket_number, void *hook_data)
{
    (void)socket_number, (void)hook_data; /* the laboratory's signature */
    if (chdir("/run/lab/home") != 0)
        lab_die("chdir");
}

static void descriptors_limit(rlim_t count)
{
    if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){count, count}) != 0)
        lab_die("setrlimit");
}

static void stack_limit(rlim_t mebibytes)
{
    if (setrlimit(RLIMIT_STACK, &(struct rlimit){mebibytes << 20, mebibytes << 20}) != 0)
        lab_die("setrlimit");
}

static void hook_few_descriptors(int socket_number, void *hook_data)
{
    (void)socket_number, (void)hook_data; /* the laboratory's signature */
    descriptors_limit(7);
}

static void hook_fewer_descriptors(int socket_number, void *hook_data)
{
    (void)socket_number, (void)hook_data; /* the laboratory's signature */
    descriptors_limit(6);
}

/* What a shell of today gives its programs: the stock helper runs out of descriptors before it runs out of stack. */
static void hook_usual_limits(int socket_number, void *hook_data)
{
    (void)socket_number, (void)hook_data; /* the laboratory's signature */
    descriptors_limit(1024);
    stack_limit(8);
}

static void hook_small_stack(int socket_number, void *hook_data)
{
    (void)socket_number, (void)hook_data; /* the laboratory's signature */
    descriptors_limit(1024);
    stack_limit(1);
}

/* One case is one paragraph. */
/* clang-format off */
const struct named_case named_cases[] = {
    /* Lines. */
    {.name = "a rule hidden after a comment of 4095 bytes", .arrange = rule_behind_comment_arrange,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_LINE_LONG, .words = "1023"},
    {.name = "a line of 1023 bytes", .arrange = longest_line_arrange, .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "a line of 1024 bytes", .arrange = too_long_line_arrange, .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_LINE_LONG, .words = "bridge.conf:1:"},
    {.name = "a NUL hides the deny after it", TEXT("allow virbr0\n\0deny virbr0\n"), .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_LINE_NUL, .words = "NUL"},
    {.name = "a NUL ends a name", TEXT("allow virbr0\0-and-more\n"), .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_LINE_NUL, .words = "NUL"},
    {.name = "TAB before the name, a blank after it", .text = "allow\tvirbr0 \n", .stock = STOCK_REFUSES,
     .code = GRANTED},
    {.name = "TAB and a space before the name", .text = "allow\t virbr0\n", .stock = STOCK_REFUSES, .code = GRANTED},
    {.name = "TAB before a path, a blank after it", .text = "include\t" NAMED_INCLUDE_PATH " \n",
     .include = "allow virbr0\n", .stock = STOCK_REFUSES, .code = GRANTED},
    {.name = "TAB before a name to deny, a blank after it, in an include", .text = INCLUDE "allow virbr0\n",
     .include = "deny\tvirbr0 \n", .stock = STOCK_GRANTS, .code = NOPERM},
    {.name = "a vertical tab before a rule is no blank", .text = "\vallow virbr0\n", .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_MAIN_WORD, .words = "bridge.conf:1:1"},
    {.name = "a vertical tab before a name is no blank", .text = "allow \vvirbr0\n", .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_NAME_INVALID, .words = "bridge.conf:1:7"},
    {.name = "a vertical tab after a name is no blank", .text = "allow virbr0\v\n", .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_NAME_INVALID, .words = "bridge.conf:1:13"},
    {.name = "a line of one vertical tab is not empty", .text = "allow virbr0\n\v\n", .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_MAIN_WORD, .words = "bridge.conf:2:1"},
    {.name = "form feed and carriage return are blanks", .text = "\f\rallow \f\rvirbr0\f\r\n", .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "the last line without a newline", .text = "allow all\ndeny virbr0", .stock = STOCK_REFUSES,
     .code = NOPERM, .words = "access denied by acl file"},

    /* Names. */
    {.name = "a name over 15 bytes in bridge.conf", .text = "allow virbr0\nallow verylongbridgename\n",
     .stock = STOCK_REFUSES, .code = CONFIG, .difference = DIFFERENCE_NAME_LONG, .words = "15"},
    {.name = "a name over 15 bytes in an include hides the deny after it", .text = INCLUDE "allow virbr0\n",
     .include = "deny verylongbridgename\ndeny virbr0\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_LONG, .words = "15"},
    {.name = "a name of 15 bytes", .text = "allow verylongbridgen\n", .bridge = "verylongbridgen",
     .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "a request for a name over 15 bytes", .text = "allow all\n", .bridge = "verylongbridgename",
     .stock = STOCK_REFUSES, .code = USAGE, .words = "bad bridge name"},
    {.name = "a comment after a rule", .text = "allow virbr0 # us\n", .stock = STOCK_REFUSES, .code = CONFIG,
     .difference = DIFFERENCE_NAME_INVALID, .words = "bridge.conf:1:13"},
    {.name = "a comment after a deny undoes it", .text = "allow all\ndeny virbr0 # not\n", .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_NAME_INVALID, .words = "bridge.conf:2:12"},
    {.name = "two names to deny in a line", .text = "allow all\ndeny virbr0 br0\n", .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_NAME_INVALID},
    {.name = "a slash in a name", .text = "allow virbr0\ndeny virbr/0\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_INVALID},
    {.name = "a percent sign in a name", .text = "allow virbr0\ndeny virbr%d\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_INVALID},
    {.name = "a colon in a name", .text = "allow virbr0\ndeny virbr0:1\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_INVALID},
    {.name = "a dot for a name", .text = "allow virbr0\ndeny .\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_INVALID},
    {.name = "a control byte in a bridge's name", .text = "allow br\x01\n", .bridge = "br\x01", .stock = STOCK_GRANTS,
     .code = USAGE, .difference = DIFFERENCE_NAME_INVALID, .words = "bad bridge name"},
    {.name = "a control byte in another rule's name", .text = "allow virbr0\nallow br\x01\n", .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_NAME_INVALID},
    {.name = "no name to allow", .text = "allow virbr0\nallow \n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_MISSING, .words = "bridge.conf:2:"},
    {.name = "no name to deny", .text = "allow virbr0\ndeny\t\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_NAME_MISSING},
    {.name = "a bridge that is not there", .text = "allow all\n", .bridge = "virbr1", .stock = STOCK_REFUSES,
     .code = UNAVAILABLE, .words = "there is no bridge"},
    {.name = "an interface that is no bridge", .text = "allow all\n", .bridge = "lo", .stock = STOCK_REFUSES,
     .code = UNAVAILABLE, .words = "not a bridge"},
    {.name = "a denied bridge asked for as NAME:1", .text = "allow all\ndeny virbr0\n", .bridge = "virbr0:1",
     .master = "virbr0", .stock = STOCK_GRANTS, .code = USAGE, .words = "bad bridge name"},
    {.name = "a denied bridge asked for by an alternative name", .text = "allow all\ndeny br0\n", .bridge = "altbr0",
     .master = "br0", .stock = STOCK_GRANTS, .code = UNAVAILABLE, .words = "another name"},

    /* Includes. */
    {.name = "a relative include is the caller's own file", .text = "include mine.conf\n", .hook = hook_enter_home,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_PATH_RELATIVE, .words = "absolute"},
    {.name = "no path to include", .text = "include \nallow virbr0\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_PATH_MISSING},
    {.name = "an error in an include hides the deny after it", .text = INCLUDE,
     .include = "allow virbr0\nbogus\ndeny virbr0\n", .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_INCLUDE_WORD, .words = NAMED_INCLUDE_PATH ":2:1"},
    {.name = "an error in bridge.conf itself", .text = "allow virbr0\nbogus x\n", .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_MAIN_WORD, .words = "bridge.conf:2:1"},
    {.name = "RLIMIT_NOFILE=7 and a deny three includes deep", .arrange = deny_three_deep_arrange,
     .hook = hook_few_descriptors, .stock = STOCK_GRANTS, .code = TEMPFAIL, .words = "try again"},
    {.name = "RLIMIT_NOFILE=6 and a deny three includes deep", .arrange = deny_three_deep_arrange,
     .hook = hook_fewer_descriptors, .stock = STOCK_REFUSES, .code = TEMPFAIL, .words = "try again"},
    {.name = "a deny three includes deep", .arrange = deny_three_deep_arrange, .stock = STOCK_REFUSES, .code = NOPERM,
     .words = "access denied by acl file"},
    {.name = "eight includes deep", .arrange = eight_deep_arrange, .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "nine includes deep", .arrange = nine_deep_arrange, .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_INCLUDE_DEEP, .words = "more than eight"},
    {.name = "nine includes deep, and the last file was read before", .arrange = nine_deep_known_arrange,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_INCLUDE_DEEP, .words = "more than eight"},
    {.name = "a file that includes itself, under the usual limits",
     .text = "include " RULEWORLD_MAIN_PATH "\nallow virbr0\n", .hook = hook_usual_limits, .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_INCLUDE_LOOP, .words = "itself"},
    {.name = "a file that includes itself, with a stack of 1 MiB",
     .text = "include " RULEWORLD_MAIN_PATH "\nallow virbr0\n", .hook = hook_small_stack, .stock = STOCK_CRASHES,
     .code = CONFIG, .difference = DIFFERENCE_INCLUDE_LOOP, .words = "itself"},
    {.name = "two files that include each other", .text = INCLUDE "allow virbr0\n",
     .include = "include " RULEWORLD_MAIN_PATH "\n", .hook = hook_small_stack, .stock = STOCK_CRASHES, .code = CONFIG,
     .difference = DIFFERENCE_INCLUDE_LOOP, .words = "itself"},
    {.name = "the same include twice", .text = INCLUDE INCLUDE, .include = "allow virbr0\n", .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "an include that is not there", .text = INCLUDE "allow virbr0\n", .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "an include that the caller may not read", .text = INCLUDE "allow virbr0\n", .include = "deny virbr0\n",
     .include_mode = 0600, .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "an include that leads nowhere", .arrange = dangling_include_arrange, .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "a directory for an include", .text = "include /etc/qemu\nallow virbr0\n", .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_FILE_KIND, .words = "regular"},
    {.name = "a FIFO for an include", .arrange = fifo_include_arrange, .stock = STOCK_HANGS, .code = CONFIG,
     .difference = DIFFERENCE_FILE_KIND, .words = "regular"},
    {.name = "an include of 16 MiB", .text = "include " LARGEST_PATH "\nallow virbr0\n", .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "an include of 16 MiB and a byte", .text = "include " TOO_LARGE_PATH "\nallow virbr0\n",
     .stock = STOCK_GRANTS, .code = CONFIG, .words = "larger"},
    {.name = "an include below a file", .text = "include " RULEWORLD_MAIN_PATH "/a\nallow virbr0\n",
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_OPEN_ERROR, .words = "Not a directory"},
    {.name = "sixteen symbolic links", .arrange = sixteen_links_arrange, .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "seventeen symbolic links", .arrange = seventeen_links_arrange, .stock = STOCK_GRANTS, .code = CONFIG,
     .difference = DIFFERENCE_OPEN_ERROR, .words = "symbolic links"},

    /* Trust. */
    {.name = "bridge.conf is the caller's", .text = "allow virbr0\n", .owner = RULEWORLD_VMUSER, .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_FILE_OWNER, .words = "not owned by root"},
    {.name = "bridge.conf is writable by all", .text = "allow virbr0\n", .mode = 0666, .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_FILE_MODE, .words = "chmod it go-w"},
    {.name = "bridge.conf is writable by its group", .text = "allow virbr0\n", .mode = 0664, .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "an include is the caller's", .text = INCLUDE, .include = "allow virbr0\n",
     .include_owner = RULEWORLD_VMUSER, .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_FILE_OWNER,
     .words = NAMED_INCLUDE_PATH},
    {.name = "an include is writable by all", .text = INCLUDE, .include = "allow virbr0\n", .include_mode = 0646,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_FILE_MODE, .words = NAMED_INCLUDE_PATH},
    {.name = "an include is writable by its group", .text = INCLUDE, .include = "allow virbr0\n", .include_mode = 0664,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_FILE_MODE, .words = NAMED_INCLUDE_PATH},
    {.name = "the directory is writable by all", .text = "allow virbr0\n", .directory_mode = 0777, .stock = STOCK_GRANTS,
     .code = CONFIG, .difference = DIFFERENCE_DIRECTORY_MODE, .words = "writable by everybody"},
    {.name = "the directory is writable by its group", .text = "allow virbr0\n", .directory_mode = 0775,
     .stock = STOCK_GRANTS, .code = GRANTED},
    {.name = "the directory is the caller's", .text = "allow virbr0\n", .directory_owner = RULEWORLD_VMUSER,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_DIRECTORY_OWNER, .words = "not owned by root"},
    {.name = "a link in a directory that is writable by all", .arrange = link_in_open_directory_arrange,
     .stock = STOCK_GRANTS, .code = CONFIG, .difference = DIFFERENCE_DIRECTORY_MODE, .words = "writable by everybody"},
    {.name = "bridge.conf is a link in a trusted directory", .arrange = linked_main_arrange, .stock = STOCK_GRANTS,
     .code = GRANTED},
    {.name = "bridge.conf leads nowhere", .arrange = dangling_main_arrange, .stock = STOCK_REFUSES, .code = CONFIG,
     .difference = DIFFERENCE_MAIN_UNREADABLE, .words = "symbolic link"},
    {.name = "bridge.conf is not readable", .text = "allow virbr0\n", .mode = 0600, .stock = STOCK_REFUSES,
     .code = CONFIG, .difference = DIFFERENCE_MAIN_UNREADABLE, .words = "Permission denied"},
    /* More lenient, to root alone: without its capabilities, root is one who may not read the file. */
    {.name = "root, and an include that only a capability could read", .text = INCLUDE "allow virbr0\n",
     .include = "deny virbr0\n", .include_owner = RULEWORLD_VMUSER, .include_mode = 0600, .caller = &lab_root,
     .stock = STOCK_REFUSES, .code = GRANTED},
    {.name = "there is no bridge.conf", .stock = STOCK_REFUSES, .code = NOPERM, .words = "access denied by acl file"},
};
/* clang-format on */

const size_t named_case_count = sizeof named_cases / sizeof named_cases[0];

void named_case_world_open(void)
{
    lab_command("ip link add name verylongbridgen type bridge && ip link set dev verylongbridgen up");
    lab_command("ip link add name 'br\x01' type bridge && ip link set dev 'br\x01' up");
    lab_command("ip link property add dev br0 altname altbr0");
    lab_command("yes '# a rule file full of comments' | head -c 16777216 >" LARGEST_PATH);
    lab_command("yes '# a rule file full of comments' | head -c 16777217 >" TOO_LARGE_PATH);
    lab_text_write("/run/lab/home/mine.conf", "allow virbr0\n", RULEWORLD_VMUSER, RULEWORLD_VMUSER, 0644);
}
