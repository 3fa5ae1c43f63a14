/* SPDX-License-Identifier: MIT */
#pragma once

/* Milliseconds since some moment: they never go back. */
long long clock_now_ms(void);
