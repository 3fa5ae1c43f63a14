/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdnoreturn.h>

struct caller;
struct request;
struct tap;

/*
 * Phases 5 to 10, from where the process is the caller and has read the request: the same for both programs that answer
 * requests. The theory of operation is in main.c.
 *
 * True before: caller_capture_...(), privilege_drop_to_caller() and tap_open() have run; request is filled in.
 * It must not: return.
 */
noreturn void phases_run(const struct request *request, struct caller *caller, struct tap *tap);
