/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * TARGET_ARCHITECTURE: what this compiler makes programs for, as seccomp(2) tells a filter; 0 when it is not listed here.
 * It comes from the compiler alone: "gcc -m32" on amd64 makes programs for i386, whatever the machine is called.
 */
#include <linux/audit.h>

#if defined __x86_64__ && defined __ILP32__
#define TARGET_ARCHITECTURE (EM_X86_64 | __AUDIT_ARCH_LE) /* x32, as libseccomp calls it; to the kernel, it is x86-64 */
#elif defined __x86_64__
#define TARGET_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __i386__
#define TARGET_ARCHITECTURE AUDIT_ARCH_I386
#elif defined __AARCH64EL__
#define TARGET_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __ARMEL__
#define TARGET_ARCHITECTURE AUDIT_ARCH_ARM
#elif defined __s390x__
#define TARGET_ARCHITECTURE AUDIT_ARCH_S390X
#elif defined __s390__
#define TARGET_ARCHITECTURE AUDIT_ARCH_S390
#elif defined __riscv && __riscv_xlen == 64
#define TARGET_ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
#define TARGET_ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined __powerpc64__
#define TARGET_ARCHITECTURE AUDIT_ARCH_PPC64
#elif defined __powerpc__
#define TARGET_ARCHITECTURE AUDIT_ARCH_PPC
#elif defined __loongarch64
#define TARGET_ARCHITECTURE AUDIT_ARCH_LOONGARCH64
#elif defined __MIPSEL__ && _MIPS_SIM == _ABIO32
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPSEL
#elif defined __MIPSEL__ && _MIPS_SIM == _ABIN32
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPSEL64N32
#elif defined __MIPSEL__
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPSEL64
#elif defined __MIPSEB__ && _MIPS_SIM == _ABIO32
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPS
#elif defined __MIPSEB__ && _MIPS_SIM == _ABIN32
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPS64N32
#elif defined __MIPSEB__
#define TARGET_ARCHITECTURE AUDIT_ARCH_MIPS64
#elif defined __hppa__ && defined __LP64__
#define TARGET_ARCHITECTURE AUDIT_ARCH_PARISC64
#elif defined __hppa__
#define TARGET_ARCHITECTURE AUDIT_ARCH_PARISC
#elif defined __m68k__
#define TARGET_ARCHITECTURE AUDIT_ARCH_M68K
#elif defined __SH4__ && defined __LITTLE_ENDIAN__
#define TARGET_ARCHITECTURE AUDIT_ARCH_SHEL
#elif defined __sparc__ && defined __arch64__
#define TARGET_ARCHITECTURE AUDIT_ARCH_SPARC64
#elif defined __alpha__
#define TARGET_ARCHITECTURE AUDIT_ARCH_ALPHA
#else
#define TARGET_ARCHITECTURE 0
#endif
