/* SPDX-License-Identifier: MIT
 *
 * The two helpers, installed setuid root side by side and asked the same question at the same time.
 */
#ifndef VMNET_DIFFERENTIAL_PAIR_H
#define VMNET_DIFFERENTIAL_PAIR_H

#include "run.h"

#include <stdbool.h>
#include <stdio.h>

struct pair_question {
    const char *bridge;
    const struct lab_caller *caller;
    int stock_deadline_ms;                            /* 0: the usual */
    void (*hook)(int socket_number, void *hook_data); /* runs in both children as the caller; may be NULL */
};

enum {
    PAIR_TEXT_SIZE = 512
};

struct pair_answer {
    bool is_granted; /* exactly one tap came, it is a port of a bridge, and the helper ended with 0 */
    bool is_whole;   /* granted; or nothing at all came and the helper ended by itself with another status */
    bool has_timed_out;
    char master[16]; /* granted: the bridge that the tap is a port of */
    int exit_code;   /* -1 when a signal ended it */
    int term_signal;
    char text[PAIR_TEXT_SIZE]; /* what it said on stderr, cut */
};

/* Install both helpers. Faults end the program. */
void pair_open(const char *stock_program, const char *our_program);

/* Install ours twice, the first without privilege, so that it is a client of the service. */
void pair_open_with_client(const char *our_program);

/* Delete the taps that are left. */
void pair_close(void);

/* Ask both. stock may be NULL: then only ours is asked. */
void pair_ask(const struct pair_question *question, struct pair_answer *stock, struct pair_answer *ours);

/* Ask the stock helper alone. */
void pair_ask_stock(const struct pair_question *question, struct pair_answer *stock);

/* One line: "granted on virbr0", or "refused, exit status 77: TEXT". */
void pair_answer_print(const struct pair_answer *answer, FILE *out);

#endif
