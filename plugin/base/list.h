/* list.h
 * Lists whose links are members of what stands in them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_LIST_H
#define MWG502_BASE_LIST_H

#include <stdbool.h>

#include <glib.h>

/*
 * GLib's queue, with nothing but links that belong to the elements: a connection that stands
 * in three lists has three of them. So no list allocates, and an element leaves each of its
 * lists in O(1) without a search. GLib means its functions with "link" in their names for that;
 * these are the same under names that say what is done, and take lists that must not change.
 *
 * A link's data points to its element: set when the element is made (node_init()).
 * All zeros is an empty list, and a link that stands in none.
 */
typedef GQueue list_t;
typedef GList node_t;

static inline void
node_init(node_t *node, void *element)
{
    *node = (node_t){ .data = element };
}

static inline void
list_append(list_t *list, node_t *node)
{
    g_queue_push_tail_link(list, node);
}

/* Before one that stands in the list; NULL: at the end. */
static inline void
list_insert_before(list_t *list, node_t *before, node_t *node)
{
    g_queue_insert_before_link(list, before, node);
}

static inline void
list_remove(list_t *list, node_t *node)
{
    g_queue_unlink(list, node);
}

/* Removes the first one and returns its element; NULL: the list is empty. */
static inline void *
list_take_first(list_t *list)
{
    node_t *node = g_queue_pop_head_link(list);

    return node ? node->data : NULL;
}

static inline bool
list_is_empty(const list_t *list)
{
    return list->head == NULL;
}

static inline unsigned
list_length(const list_t *list)
{
    return list->length;
}

/* NULL: the list is empty. */
static inline void *
list_first(const list_t *list)
{
    return list->head ? list->head->data : NULL;
}

static inline void *
list_last(const list_t *list)
{
    return list->tail ? list->tail->data : NULL;
}

#endif

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
