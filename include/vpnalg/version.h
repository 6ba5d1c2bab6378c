/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file version.h
 * @brief The version of the headers, and that of the library.
 */
#ifndef VPNALG_VERSION_H
#define VPNALG_VERSION_H

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this header: major * 10000 + minor * 100 + patch. */
#define VPNALG_VERSION 100

/** @return the version of the library, as VPNALG_VERSION. */
VPNALG_API unsigned vpnalg_version(void);

#ifdef __cplusplus
}
#endif

#endif
