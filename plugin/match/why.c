/* why.c
 * Why something is a request's, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/relation.h"
