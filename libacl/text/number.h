/* SPDX-License-Identifier: MIT */
/* Numbers as text, without stdio. Pure. */
#ifndef VMNETACL_NUMBER_H
#define VMNETACL_NUMBER_H

#include <stdint.h>

#define NUMBER_SIZE 11 /* of the largest, with its NUL */

/* Write a number in decimal digits, and a NUL. Returns the place of the NUL. */
char *number_put(char *at, uint32_t number);

#endif
