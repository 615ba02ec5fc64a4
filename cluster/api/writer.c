#include "cluster/api/writer.h"

#include <stdio.h>

#define DEFAULT_NAME "kube-controller-manager"

static _Thread_local char name[WRITER_NAME_MAXIMUM + 1] = DEFAULT_NAME;
static _Thread_local bool dry;

void writer_set(const char *manager, bool dry_run)
{
    (void)snprintf(name, sizeof name, "%s", manager[0] != '\0' ? manager : "unknown");
    dry = dry_run;
}

void writer_forget(void)
{
    writer_set(DEFAULT_NAME, false);
}

const char *writer_manager(void)
{
    return name;
}

bool writer_is_dry(void)
{
    return dry;
}
