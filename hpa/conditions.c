#include "hpa/conditions.h"

#include "hpa/text.h"

void condition_list_init(struct condition_list *list)
{
    *list = (struct condition_list){0};
    for (size_t i = 0; i < CONDITION_COUNT; i++) {
        buffer_init(&list->items[i].text, HPA_TEXT_MAXIMUM);
    }
}

void condition_list_release(struct condition_list *list)
{
    for (size_t i = 0; i < CONDITION_COUNT; i++) {
        buffer_release(&list->items[i].text);
        spec_copy_hold(&list->items[i].spec, NULL);
    }
}

static struct condition *find_or_add(struct condition_list *list, enum hpa_condition_type type, bool status, int64_t now)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].type == type) {
            return &list->items[i];
        }
    }
    struct condition *added = &list->items[list->count++];
    added->type = type;
    added->status = status;
    added->last_transition = now;
    return added;
}

struct condition *condition_set(struct condition_list *list, enum hpa_condition_type type, bool status, enum reason reason,
                                int64_t now)
{
    struct condition *condition = find_or_add(list, type, status, now);
    if (condition->status != status) {
        condition->status = status;
        condition->last_transition = now;
    }
    condition->reason = reason;
    return condition;
}

void condition_set_text(struct condition_list *list, enum hpa_condition_type type, bool status, enum reason reason, int64_t now,
                        const char *text)
{
    struct condition *condition = condition_set(list, type, status, reason, now);
    text_set(&condition->text, text);
}
