/* SPDX-License-Identifier: MIT
 *
 * See pair.h.
 *
 * Closing a tap takes the kernel some 16 ms, nearly all of it waiting, which is several times as long as a helper runs.
 * A whole group of links is deleted in about the same time, and to close a tap whose link is gone takes none: so taps
 * are kept, up to a number, and deleted together.
 */
#define _GNU_SOURCE
#include "pair.h"

#include "link.h"
#include "world.h"

#include <errno.h>
#include <linux/if.h>
#include <string.h>
#include <unistd.h>

#define STOCK_PATH "/run/lab/stock-helper"
#define OUR_PATH   "/run/lab/vmnet-helper"

enum {
    TAP_COUNT_MAX = 96,
    TAP_GROUP = 4250
};

struct tap {
    int fd;
    char name[IFNAMSIZ];
};

static struct tap taps[TAP_COUNT_MAX];
static size_t tap_count;

static void taps_delete(void)
{
    static char batch[TAP_COUNT_MAX * (IFNAMSIZ + 64)];
    size_t used = 0;

    if (tap_count == 0)
        return;
    for (size_t i = 0; i < tap_count; i++)
        used +=
            (size_t)snprintf(batch + used, sizeof batch - used, "link set dev %s group %d\n", taps[i].name, TAP_GROUP);
    lab_command("ip -batch - <<BATCH\n%slink delete group %d\nBATCH", batch, TAP_GROUP);
    while (tap_count > 0)
        close(taps[--tap_count].fd);
}

/* Becomes the owner of fd, whether that is a tap or not; -1 is nothing. */
static void tap_release(int fd)
{
    unsigned flags;

    if (fd < 0)
        return;
    if (!lab_tap_identify(fd, taps[tap_count].name, &flags)) {
        close(fd);
        return;
    }
    taps[tap_count++].fd = fd;
    if (tap_count == TAP_COUNT_MAX)
        taps_delete();
}

void pair_open(const char *stock_program, const char *our_program)
{
    lab_program_install(stock_program, STOCK_PATH, 0, 0, 04755);
    lab_program_install(our_program, OUR_PATH, 0, 0, 04755);
}

void pair_open_with_client(const char *our_program)
{
    lab_program_install(our_program, STOCK_PATH, 0, 0, 0755);
    lab_program_install(our_program, OUR_PATH, 0, 0, 04755);
}

void pair_close(void)
{
    taps_delete();
}

static void answer_judge(struct lab_result *result, struct pair_answer *answer)
{
    char name[IFNAMSIZ];
    unsigned flags;
    struct lab_link link;

    *answer = (struct pair_answer){.has_timed_out = result->timed_out,
                                   .exit_code = result->exit_code,
                                   .term_signal = result->term_signal};
    snprintf(answer->text, sizeof answer->text, "%.*s", (int)strcspn(result->stderr_text, "\n"), result->stderr_text);
    if (result->exec_errno != 0) {
        errno = result->exec_errno;
        lab_die("exec of a helper");
    }
    if (result->exit_code == 0 && result->fd_count == 1 && result->byte_count == 1 &&
        lab_tap_identify(result->tap_fd, name, &flags) && lab_link_read(name, &link) && link.master[0] != '\0') {
        memcpy(answer->master, link.master, sizeof answer->master);
        answer->is_granted = true;
    }
    answer->is_whole =
        answer->is_granted || (result->exit_code > 0 && result->fd_count == 0 && result->byte_count == 0);
}

static void spawn(const struct pair_question *question, const char *program, int deadline_ms, struct lab_child *child)
{
    char argument[256];
    const char *const arguments[] = {argument, NULL};

    snprintf(argument, sizeof argument, "--br=%s", question->bridge);
    lab_spawn(&(struct lab_start){.program = program,
                                  .arguments = arguments,
                                  .caller = question->caller,
                                  .deadline_ms = deadline_ms,
                                  .hook_as_caller = question->hook},
              child);
}

static void collect(struct lab_child *child, struct pair_answer *answer)
{
    static struct lab_result result;

    lab_collect(child, &result);
    answer_judge(&result, answer);
    tap_release(result.tap_fd);
}

void pair_ask(const struct pair_question *question, struct pair_answer *stock, struct pair_answer *ours)
{
    struct lab_child stock_child, our_child;

    if (stock != NULL)
        spawn(question, STOCK_PATH, question->stock_deadline_ms, &stock_child);
    spawn(question, OUR_PATH, 0, &our_child);
    collect(&our_child, ours);
    if (stock != NULL)
        collect(&stock_child, stock);
}

void pair_ask_stock(const struct pair_question *question, struct pair_answer *stock)
{
    struct lab_child child;

    spawn(question, STOCK_PATH, question->stock_deadline_ms, &child);
    collect(&child, stock);
}

void pair_answer_print(const struct pair_answer *answer, FILE *out)
{
    if (answer->is_granted)
        fprintf(out, "granted on %s\n", answer->master);
    else if (answer->has_timed_out)
        fprintf(out, "did not end\n");
    else if (answer->term_signal != 0)
        fprintf(out, "ended by signal %d\n", answer->term_signal);
    else
        fprintf(out, "%s, exit status %d: %s\n", answer->is_whole ? "refused" : "broke the contract", answer->exit_code,
                answer->text);
}
