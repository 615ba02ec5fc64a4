#include "cluster/controllers/choice.h"

#include <string.h>

/* Kubernetes's other names of a controller. */
static const struct {
    const char *other;
    const char *name;
} others[] = {
    {"hpa", "horizontal"},
    {"horizontalpodautoscaling", "horizontal"},
    {"horizontal-pod-autoscaler", "horizontal"},
    {"garbagecollector", "garbage-collector"},
};

struct entry {
    bool excludes;
    const char *text;
    size_t length;
};

/* The entry at *rest, which is moved behind it; false at the end. */
static bool next_entry(const char **rest, struct entry *entry)
{
    *rest += strspn(*rest, ", ");
    if (**rest == '\0')
        return false;
    entry->excludes = **rest == '-';
    entry->text = *rest + (entry->excludes ? 1 : 0);
    entry->length = strcspn(entry->text, ", ");
    *rest = entry->text + entry->length;
    return true;
}

static bool is_text(const struct entry *entry, size_t length, const char *text)
{
    return strlen(text) == length && strncmp(entry->text, text, length) == 0;
}

static bool names_controller(const struct entry *entry, const char *name)
{
    static const char suffix[] = "-controller";
    size_t length = entry->length;
    if (length >= sizeof suffix && strncmp(entry->text + length - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0)
        length -= sizeof suffix - 1;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (is_text(entry, length, others[i].other))
            return strcmp(others[i].name, name) == 0;
    }
    return is_text(entry, length, name);
}

bool controller_is_chosen(const char *list, const char *name)
{
    struct entry entry;
    bool all = false;
    bool names_any = false;
    if (list == NULL)
        return true;
    for (const char *rest = list; next_entry(&rest, &entry);) {
        if (names_controller(&entry, name))
            return !entry.excludes;
        all = all || (!entry.excludes && is_text(&entry, entry.length, "*"));
        names_any = names_any || !entry.excludes;
    }
    return all || !names_any;
}

int controller_choice_check(const char *list, const char *const *names, size_t count, struct error *error)
{
    struct entry entry;
    for (const char *rest = list; next_entry(&rest, &entry);) {
        bool known = !entry.excludes && is_text(&entry, entry.length, "*");
        for (size_t i = 0; i < count && !known; i++)
            known = names_controller(&entry, names[i]);
        if (!known)
            return error_set(error, "--controllers: \"%.*s\" is not in the list of known controllers", (int)entry.length,
                             entry.text);
    }
    return 0;
}
