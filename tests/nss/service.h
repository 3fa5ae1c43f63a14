/* SPDX-License-Identifier: MIT
 *
 * Have libnss_vmtest.so.2 asked, in lab.sh's world. VMNET_NSS_MODULE names it; it is required.
 */
#ifndef VMNET_NSS_SERVICE_H
#define VMNET_NSS_SERVICE_H

/* Put the module where the C library looks for modules of setuid programs, too. Once in a world. */
void nss_install(void);

/* Write nsswitch.conf: the lines of passwd, group and initgroups; NULL: there is no such line. */
void nss_switch(const char *passwd, const char *group, const char *initgroups);

/* Write the whole of nsswitch.conf. */
void nss_switch_write(const char *text);

/* What vmtest knows and does: see vmtest.h. */
void nss_vmtest(const char *text);

#endif
