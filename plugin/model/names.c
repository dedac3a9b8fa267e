/* names.c
 * Host names and their addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "model/model.h"

struct reverse *
names_of(struct root *root, const struct ipaddr *ip)
{
    return (struct reverse *)bounded_find(&root->names.by_address, ip);
}

bool
name_may_go(const struct bounded_entry *entry)
{
    const struct name *n = (const struct name *)entry;

    return list_is_empty(&n->open) && list_is_empty(&n->searches);
}

void
name_evict(bounded_t *table, struct bounded_entry *entry)
{
    struct root *root = (struct root *)table->owner;
    struct name *name = (struct name *)entry;

    for (unsigned i = 0; i < name->n_addresses; i++) {
        struct reverse *r = names_of(root, &name->addresses[i]);
        for (int k = 0; r && k < ADDRESS_NAMES_MAX; k++)
            if (r->names[k] == name)
                r->names[k] = NULL;
    }
    wmem_free(wmem_file_scope(), name->alias_of);
    wmem_free(wmem_file_scope(), name->text);
    wmem_free(wmem_file_scope(), name);
}

void
reverse_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
}

struct name *
name_find(struct root *root, const char *text)
{
    return text ? (struct name *)bounded_find(&root->names.by_text, text) : NULL;
}

struct name *
name_get(struct root *root, const char *text)
{
    struct name *name = name_find(root, text);

    if (!name) {
        name = wmem_new0(wmem_file_scope(), struct name);
        name->text = wmem_strdup(wmem_file_scope(), text);
        bounded_insert(&root->names.by_text, &name->entry, name->text);
    }
    return name;
}

void
name_set_alias(struct name *name, const struct name *of)
{
    if (name == of || (name->alias_of && strcmp(name->alias_of, of->text) == 0))
        return;
    wmem_free(wmem_file_scope(), name->alias_of);
    name->alias_of = wmem_strdup(wmem_file_scope(), of->text);
}

static void
reverse_add(struct root *root, struct name *name, const struct ipaddr *ip)
{
    struct reverse *r = names_of(root, ip);
    int free_slot = -1;

    if (!r) {
        r = wmem_new0(wmem_file_scope(), struct reverse);
        r->ip = *ip;
        bounded_insert(&root->names.by_address, &r->entry, &r->ip);
    }
    for (int i = 0; i < ADDRESS_NAMES_MAX; i++) {
        if (r->names[i] == name)
            return;
        if (!r->names[i])
            free_slot = i;
    }
    if (free_slot >= 0)
        r->names[free_slot] = name;
}

bool
name_has_address(const struct name *name, const struct ipaddr *ip)
{
    for (unsigned i = 0; name && i < name->n_addresses; i++)
        if (ipaddr_equal(&name->addresses[i], ip))
            return true;
    return false;
}

void
name_add_address(struct root *root, struct name *name, const struct ipaddr *ip)
{
    if (!ip->family || name_has_address(name, ip))
        return;
    if (name->n_addresses == NAME_ADDRESSES_MAX) {
        memmove(name->addresses, name->addresses + 1, (NAME_ADDRESSES_MAX - 1) * sizeof *ip);
        name->n_addresses--;
    }
    name->addresses[name->n_addresses++] = *ip;
    reverse_add(root, name, ip);
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
