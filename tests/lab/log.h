/* SPDX-License-Identifier: MIT
 *
 * A stand-in for the system's logger: /dev/log in the laboratory's private /dev.
 */
#ifndef VMNET_LAB_LOG_H
#define VMNET_LAB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Bind /dev/log, a datagram socket that everybody may write to. Returns the descriptor, owned by the caller. */
int lab_log_open(void);

/* Take the next record, waiting for it up to wait_ms (0: not at all). False when there is none. The record is
 * NUL-terminated and cut at record_size; bytes after a NUL in it are not seen by str functions: *record_len tells. */
bool lab_log_read(int log_fd, int wait_ms, char *record, size_t record_size, size_t *record_len);

/* The ids of the process that sent the last record that was read, as the kernel says it: SCM_CREDENTIALS, unix(7). */
extern struct ucred lab_log_sender;

/* Fill the queue until the kernel takes no more; returns how many records that were. */
size_t lab_log_fill(void);

/* Close and remove /dev/log. */
void lab_log_close(int log_fd);

#endif
