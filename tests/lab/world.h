/* SPDX-License-Identifier: MIT
 *
 * Arrange the laboratory: files of any owner and mode, installed programs, links. All of it as root inside lab.sh, and
 * gone with it; anything that cannot be done ends the test program (lab_die).
 */
#ifndef VMNET_LAB_WORLD_H
#define VMNET_LAB_WORLD_H

#include <stddef.h>
#include <sys/types.h>

/* (Re)write a file: content of content_len bytes, or the text up to its NUL. */
void lab_file_write(const char *path, const void *content, size_t content_len, uid_t uid, gid_t gid, mode_t mode);
void lab_text_write(const char *path, const char *text, uid_t uid, gid_t gid, mode_t mode);

/* Copy a program and give the copy owner and mode, in this order: a change of owner takes setuid bits away. */
void lab_program_install(const char *source, const char *target, uid_t uid, gid_t gid, mode_t mode);

/* Run a shell command, made as by printf; a status other than 0 is a fault of the laboratory. */
__attribute__((format(printf, 1, 2))) void lab_command(const char *format, ...);

/* The same, when its status is the question. */
__attribute__((format(printf, 1, 2))) int lab_command_status(const char *format, ...);

/* How many processes there are in this world, those that have ended and are not waited for included. */
size_t lab_process_count(void);

/* Wait until there are no more than count. 0 when it is so; else how many there are after half a minute. */
size_t lab_process_count_becomes(size_t count);

#endif
