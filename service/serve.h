/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdnoreturn.h>

/* Answer the request of one connection, which is descriptor 0, and end. */
noreturn void serve_run(int argc);
