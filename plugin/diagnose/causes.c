/* causes.c
 * The causes of a 502 and the roles of frames: the tables behind their tokens
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "diagnose/causes.h"

static const char *const headings[] = {
#define CATEGORY_HEADING(e, heading) [e] = heading,
    MWG502_CATEGORIES(CATEGORY_HEADING)
#undef CATEGORY_HEADING
};

static const struct {
    const char *token;
    enum category category;
    const char *rfc9209;
    bool explains;
} causes[] = {
#define CAUSE_ROW(e, token, category, rfc9209, explains) [CAUSE_##e] = { token, category, rfc9209, explains },
    MWG502_CAUSES(CAUSE_ROW)
#undef CAUSE_ROW
};

static const struct {
    const char *token, *words;
} roles[] = {
#define ROLE_ROW(e, token, words) [ROLE_##e] = { token, words },
    MWG502_ROLES(ROLE_ROW)
#undef ROLE_ROW
};

const char *
cause_token(enum cause cause)
{
    return causes[cause].token;
}

const char *
cause_category(enum cause cause)
{
    return headings[causes[cause].category];
}

const char *
category_heading(enum category category)
{
    return headings[category];
}

const char *
cause_rfc9209(enum cause cause)
{
    return causes[cause].rfc9209;
}

bool
cause_explains(enum cause cause)
{
    return causes[cause].explains;
}

const char *
role_token(enum role role)
{
    return roles[role].token;
}

const char *
role_words(enum role role)
{
    return roles[role].words;
}

/*
 * Editor modelines  -  https://www.wireshark.org/tools/modelines.html
 *
 * Local variables:
 * c-basic-offset: 4
 * tab-width: 8
 * indent-tabs-mode: nil
 * End:
 *
 * vi: set shiftwidth=4 tabstop=8 expandtab:
 * :indentSize=4:tabSize=8:noTabs=true:
 */
